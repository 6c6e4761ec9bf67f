//! Statements of nests, and which part of a row each of them is about.
//!
//! ```text
//! y[i] = sum[j](if j <= i { A[i,j] } else { 0 })      sum over j < i + 1
//! Y[i] = if i >= 1 { X[i-1] } else { 0 } + X[i]       X[i-1] + X[i] for i >= 1, and the rest as it stands
//! ```

use super::nest::Target;
use super::region::{self, Region, assumed, peeled, selected};
use super::window::{Window, divided};
use super::{Stmt, Within};
use crate::ir::{Expr, ExprId, Function, IndexId, Polynomial, ReduceOp};
use std::collections::BTreeMap;

/// `target[left] mode value` along a row.
pub(crate) fn store(f: &mut Function, target: Target, row: Option<IndexId>, value: ExprId) -> Stmt {
    let (region, inside) = peeled(f, value, 0.0);
    if region.is_empty() {
        return inner(f, target, row, value);
    }
    let (along, around) = match row {
        Some(row) => divided(f, &region, row),
        None => (Region::new(), region.clone()),
    };
    let (beside, around): (Region, Region) = around
        .into_iter()
        .partition(|p| row.is_some_and(|row| region::indices(f, p).contains(&row)));
    let taken = along.union(&around).cloned().collect();
    let inside = assumed(f, inside, &taken);
    let inside = selected(f, &beside, inside, 0.0);
    let spared = target.spares(f, &region);
    let zero = f.exprs.real(0.0);
    let window = row.filter(|_| !along.is_empty());
    let window = window.and_then(|row| Window::of(f, &along, row));
    let plain = |value, within| target.store(row, value, within);
    let part = window.map(|window| Within {
        window,
        otherwise: (!spared).then_some(zero),
    });
    let then = plain(inside, part);
    let Some(condition) = region::condition(f, &around) else {
        return then;
    };
    Stmt::When {
        condition,
        then: vec![then],
        otherwise: match spared {
            true => vec![],
            false => vec![plain(zero, None)],
        },
    }
}

impl Target {
    /// `target[left] mode value`
    fn store(&self, row: Option<IndexId>, value: ExprId, within: Option<Within>) -> Stmt {
        Stmt::Store {
            target: self.tensor,
            left: self.left.clone(),
            mode: self.mode,
            row,
            value,
            within,
        }
    }
}

/// A row whose reads lie inside of their tensors but at the ends of loops: there it is computed as it stands.
fn inner(f: &mut Function, target: Target, row: Option<IndexId>, value: ExprId) -> Stmt {
    let plain = |value, within| target.store(row, value, within);
    let Some((along, around)) = row.and_then(|row| interior(f, value, row)) else {
        return plain(value, None);
    };
    let between = assumed(f, value, &around);
    let all: Region = along.union(&around).cloned().collect();
    let inside = assumed(f, value, &all);
    let window = row.filter(|_| !along.is_empty());
    let window = window.and_then(|row| Window::of(f, &along, row));
    let within = window.map(|window| Within {
        window,
        otherwise: Some(between),
    });
    let then = plain(inside, within);
    match region::condition(f, &around) {
        Some(condition) => Stmt::When {
            condition,
            then: vec![then],
            otherwise: vec![plain(value, None)],
        },
        None => then,
    }
}

/// Where all conditions hold that bound the row, and where those that do not depend on it, if reads lie inside then.
fn interior(f: &mut Function, value: ExprId, row: IndexId) -> Option<(Region, Region)> {
    if guarded(f, value) == 0 {
        return None;
    }
    let (mut along, mut around) = (Region::new(), Region::new());
    for id in f.exprs.walk(value) {
        let Expr::Select {
            condition,
            then,
            otherwise,
        } = *f.exprs.get(id)
        else {
            continue;
        };
        // The branch that reads what may lie outside is the one that is taken inside.
        let taken = guarded(f, then) > 0;
        if (taken || guarded(f, otherwise) > 0)
            && let Some(bounds) = f.bounds(condition, taken)
        {
            let (bounds, rest) = divided(f, &bounds.into_iter().collect(), row);
            if rest.iter().all(|p| !region::indices(f, p).contains(&row)) {
                along.extend(bounds);
                around.extend(rest);
            }
        }
    }
    let all: Region = along.union(&around).cloned().collect();
    let inside = assumed(f, value, &all);
    // Where no condition says it, the positions themselves tell where they lie inside: if k % 2 == 0 { X[k+1] } else { X[k-1] }.
    let mut all = all;
    for id in f.exprs.walk(inside) {
        let Some(bounds) = inside_of(f, id) else {
            continue;
        };
        let (bounds, rest) = divided(f, &bounds, row);
        if rest.iter().all(|p| !region::indices(f, p).contains(&row)) {
            all.extend(bounds.iter().chain(&rest).cloned());
            along.extend(bounds);
            around.extend(rest);
        }
    }
    let inside = assumed(f, value, &all);
    (guarded(f, inside) < guarded(f, value)).then_some((along, around))
}

/// Where a guarded read at multiples of indices lies inside of its tensor.
fn inside_of(f: &mut Function, id: ExprId) -> Option<Region> {
    let (tensor, subscripts, true) = f.exprs.get(id).read()? else {
        return None;
    };
    let (subscripts, dims) = (subscripts.to_vec(), f.tensor(tensor).axes.clone());
    let mut region = Region::new();
    for (s, dim) in subscripts.into_iter().zip(dims) {
        let position = f.exprs.position(s);
        if !f.exprs.is_affine(position) {
            return None;
        }
        for condition in f.inside(position, dim) {
            region.extend(f.bounds(condition, true)?);
        }
    }
    Some(region)
}

/// How many reads may lie outside of their tensors.
fn guarded(f: &Function, id: ExprId) -> usize {
    let may = |&id: &ExprId| matches!(f.exprs.get(id).read(), Some((_, _, true)));
    f.exprs.walk(id).into_iter().filter(may).count()
}

/// What adds nothing to a reduction.
pub(crate) fn neutral(op: ReduceOp) -> Option<f64> {
    match op {
        ReduceOp::Sum => Some(0.0),
        ReduceOp::Prod => Some(1.0),
        ReduceOp::Max | ReduceOp::LogSumExp => Some(f64::NEG_INFINITY),
        ReduceOp::Min => Some(f64::INFINITY),
        ReduceOp::Mean | ReduceOp::ArgMax | ReduceOp::ArgMin => None,
    }
}

/// `target[left] mode op[over](body)`, the row last.
pub(crate) fn reduce(
    f: &mut Function,
    target: Target,
    op: ReduceOp,
    over: Vec<IndexId>,
    body: ExprId,
) -> Stmt {
    let (mut windows, mut value) = (BTreeMap::new(), body);
    let mut around = Region::new();
    if let Some(neutral) = neutral(op) {
        let (all, inside) = peeled(f, body, neutral);
        let mut region = all.clone();
        if op == ReduceOp::Sum {
            let outside = |p: &Polynomial| {
                let mentioned = region::indices(f, p);
                over.iter().all(|i| !mentioned.contains(i))
            };
            (around, region) = region.into_iter().partition(outside);
        }
        for (at, &index) in over.iter().enumerate().rev() {
            let later = &over[at + 1..];
            let free = |p: &Polynomial| {
                let all = region::indices(f, p);
                later.iter().all(|i| !all.contains(i))
            };
            let (outer, mut rest): (Region, Region) = region.iter().cloned().partition(free);
            let (bounds, more) = divided(f, &outer, index);
            rest.extend(more);
            if let Some(window) = Window::of(f, &bounds, index)
                && !bounds.is_empty()
            {
                windows.insert(index, window);
                region = rest;
            }
        }
        let taken = all.difference(&region).cloned().collect();
        let inside = assumed(f, inside, &taken);
        value = selected(f, &region, inside, neutral);
    }
    let zero = target.store(None, f.exprs.real(0.0), None);
    let spared = target.spares(f, &around);
    let Target {
        tensor, left, mode, ..
    } = target;
    let then = Stmt::Reduce {
        target: tensor,
        left,
        mode,
        op,
        over,
        windows,
        body: value,
    };
    let Some(condition) = region::condition(f, &around) else {
        return then;
    };
    Stmt::When {
        condition,
        then: vec![then],
        otherwise: if spared { vec![] } else { vec![zero] },
    }
}

/// `target[left] = softmax[along](body)`, of which a part may be known to be all that is not zero.
pub(crate) fn softmax(
    f: &mut Function,
    target: Target,
    along: Vec<IndexId>,
    body: ExprId,
    log: bool,
    part: Option<(Region, ExprId)>,
) -> Stmt {
    let mut within = None;
    let mut value = body;
    if let (Some((region, inside)), &[row]) = (part, &along[..])
        && let Some(window) = Window::of(f, &region, row)
    {
        let otherwise = (!target.spares(f, &region)).then(|| f.exprs.real(0.0));
        within = Some(Within { window, otherwise });
        value = inside;
    }
    let spared = within.as_ref().is_some_and(|w| w.otherwise.is_none());
    let beyond = spared
        && f.matches(target.tensor, &target.left)
        && match f.exprs.get(value) {
            Expr::Access {
                tensor,
                subscripts,
                guarded: false,
            } => f.matches(*tensor, subscripts),
            _ => false,
        };
    let Target { tensor, left, .. } = target;
    Stmt::Softmax {
        target: tensor,
        left,
        along,
        body: value,
        log,
        within,
        beyond,
    }
}
