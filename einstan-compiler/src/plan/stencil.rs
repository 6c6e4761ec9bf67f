//! Reductions over the neighbours of each place, as in pooling: those of many places side by side.
//!
//! ```text
//! Y[x] = max[v: size](if 0 <= 2*x + v - 1 && 2*x + v - 1 < len { X[2*x + v - 1] } else { -inf })
//!
//! F[u] = if 0 <= u - 1 && u - 1 < len { X[u - 1] } else { -inf }
//! Y[x] = max[v](F[2*x + v]), a vector of x at a time, if there are at least as many of them as neighbours
//! ```
//!
//! Where no place has neighbours outside, as without padding, nothing is copied.
//!
//! What a condition leaves out is copied as what adds nothing. Several reads at one position are copied as one value:
//!
//! ```text
//! dX[i] = sum[v](if 0 <= i - v && i - v < len { if X[i] == Y[i - v] { dY[i - v]/ties[i - v] } else { 0 } } else { 0 })
//!
//! F[u], G[u] = Y[u - 1], dY[u - 1]/ties[u - 1], and zeros
//! dX[i] = sum[v](if X[i] == F[i - v + 1] { G[i - v + 1] } else { 0 })       zero where G is
//! ```

use super::Step;
use super::edge::Edge;
use super::nest::{self, Target};
use super::region::{self, Region};
use super::scheduler::Scheduler;
use crate::ir::{
    BinaryOp, CmpOp, Expr, ExprId, Function, IndexId, ReduceOp, Subscript, UnaryOp, are_plain,
};
use std::collections::BTreeMap;

/// The steps of `target = sum[over](body)` as loops.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    let steps = side_by_side(s, &target, ReduceOp::Sum, &over, body);
    steps.unwrap_or_else(|| nest::sum(s.f, target, over, body))
}

/// The steps of `target = op[over](body)`, of another operation.
pub(crate) fn reduction(
    s: &mut Scheduler<'_>,
    target: Target,
    op: ReduceOp,
    over: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    let steps = side_by_side(s, &target, op, &over, body);
    steps.unwrap_or_else(|| vec![nest::reduction(s.f, target, op, over, body)])
}

/// The steps where the last index of the target slides along what is reduced.
fn side_by_side(
    s: &mut Scheduler<'_>,
    target: &Target,
    op: ReduceOp,
    over: &[IndexId],
    body: ExprId,
) -> Option<Vec<Step>> {
    use ReduceOp::{Max, Min, Prod, Sum};
    let Some(&Subscript::Index(row)) = target.left.last() else {
        return None;
    };
    if !matches!(op, Sum | Prod | Max | Min) || !target.is_filled(s.f) {
        return None;
    }
    let inner = sliding(s.f, body, row, over)?;
    let wide = is_wide(s.f, row, inner);
    let certain = s.f.exprs.truth(wide);
    if certain == Some(false) {
        return None;
    }
    let before = s.f.extent();
    let without = unbordered(s.f, body);
    let Some((copies, body)) = bordered(s, op, body) else {
        s.f.forget(before);
        return None;
    };
    let over = over.to_vec();
    let direct = without.map(|(fits, body)| {
        let row = nest::accumulated(s.f, target.clone(), op, over.clone(), body, row);
        (s.f.exprs.and(fits, wide), row)
    });
    let side = nest::accumulated(s.f, target.clone(), op, over.clone(), body, row);
    // With the copies in both branches, what stands behind them is fused with them.
    let (mut then, mut otherwise) = (copies.clone(), copies);
    then.push(side);
    let copied = if certain == Some(true) {
        then
    } else {
        match op {
            Sum => otherwise.extend(nest::sum(s.f, target.clone(), over, body)),
            _ => otherwise.push(nest::reduction(s.f, target.clone(), op, over, body)),
        }
        vec![Step::When {
            condition: wide,
            then,
            otherwise,
        }]
    };
    Some(match direct {
        Some((condition, row)) => vec![Step::When {
            condition,
            then: vec![row],
            otherwise: copied,
        }],
        None => copied,
    })
}

/// A body that reads nothing outside, and when that is so, if lengths can tell: not where it never is.
fn unbordered(f: &mut Function, body: ExprId) -> Option<(ExprId, ExprId)> {
    let (mut margins, mut inside) = (Region::new(), BTreeMap::new());
    for (e, outside) in selections(f, body) {
        let (region, value) = region::peeled(f, e, outside);
        if let Some(edge) = Edge::of(f, value, &region) {
            margins.extend(edge.margins(f)?);
            inside.insert(e, region::assumed(f, value, &region));
        }
    }
    let body = f.exprs.replace(body, &mut |_, e| inside.get(&e).copied());
    let (mut fits, zero) = (None, f.exprs.add(Expr::Integer(0)));
    for p in &margins {
        let margin = p.build(&mut f.exprs);
        let one = f.exprs.compare_integers(CmpOp::GreaterEqual, margin, zero);
        fits = Some(fits.map_or(one, |all| f.exprs.and(all, one)));
    }
    let fits = fits?;
    (is_open(f, body) && f.exprs.truth(fits) != Some(false)).then_some((fits, body))
}

/// The selections in a body that give a number outside, those first in which others stand.
fn selections(f: &Function, body: ExprId) -> Vec<(ExprId, f64)> {
    let mut all = f.exprs.walk(body);
    // Those that stand in others come after them.
    all.sort_unstable_by(|a, b| b.cmp(a));
    let outside = |e: ExprId| match *f.exprs.get(e) {
        Expr::Select { otherwise, .. } => region::constant(f, otherwise),
        _ => None,
    };
    let all = all.into_iter();
    all.filter_map(|e| Some((e, outside(e)?))).collect()
}

/// The condition that there are at least as many places as neighbours.
fn is_wide(f: &mut Function, places: IndexId, neighbours: IndexId) -> ExprId {
    let [places, neighbours] = [places, neighbours].map(|i| {
        let length = f.length_of(f.index(i).dim);
        f.exprs.add(length)
    });
    f.exprs
        .compare_integers(CmpOp::GreaterEqual, places, neighbours)
}

/// A reduced index that moves along the same axis as a row in some read, if nothing is read at positions that are no
/// multiples of indices.
fn sliding(f: &Function, body: ExprId, row: IndexId, over: &[IndexId]) -> Option<IndexId> {
    let mut inner = None;
    for e in f.exprs.walk(body) {
        let subscripts = match f.exprs.get(e) {
            Expr::Access { subscripts, .. } => subscripts,
            Expr::IntegerAccess { .. } | Expr::Foreign { .. } => return None,
            _ => continue,
        };
        for s in subscripts {
            let Subscript::At(position) = *s else {
                continue;
            };
            let moved = f.exprs.free_indices(position);
            let slides = over.iter().copied().find(|i| moved.contains(i));
            if moved.contains(&row) && slides.is_some() {
                inner = slides;
            }
        }
    }
    inner
}

/// A body without conditions on its indices: what they guard is read from copies with borders.
fn bordered(s: &mut Scheduler<'_>, op: ReduceOp, body: ExprId) -> Option<(Vec<Step>, ExprId)> {
    let (mut steps, body) = padded(s, body);
    if is_open(s.f, body) {
        return Some((steps, body));
    }
    let (region, inside) = region::peeled(s.f, body, 0.0);
    if op != ReduceOp::Sum || region.is_empty() {
        return None;
    }
    let (more, body) = copied(s, &region, inside)?;
    steps.extend(more);
    Some((steps, body))
}

/// A body with copies of the tensors that it pads: `if 0 <= i && i < len { X[i] } else { -inf }`.
fn padded(s: &mut Scheduler<'_>, body: ExprId) -> (Vec<Step>, ExprId) {
    let (mut steps, mut copies) = (Vec::new(), BTreeMap::new());
    for (e, outside) in selections(s.f, body) {
        let (region, inside) = region::peeled(s.f, e, outside);
        if let Some(edge) = Edge::of(s.f, inside, &region) {
            let (more, read) = edge.copied(s, inside, outside);
            steps.extend(more);
            copies.insert(e, read);
        }
    }
    let body = s.f.exprs.replace(body, &mut |_, e| copies.get(&e).copied());
    (steps, body)
}

/// Whether nothing in an expression depends on conditions of indices, and all that it reads lies inside, at multiples of
/// indices.
fn is_open(f: &Function, id: ExprId) -> bool {
    f.exprs.walk(id).into_iter().all(|e| match f.exprs.get(e) {
        Expr::IntegerCompare(..) | Expr::IntegerDiv(..) | Expr::IntegerRem(..) => false,
        Expr::Access {
            subscripts,
            guarded,
            ..
        } => {
            are_plain(subscripts)
                || !guarded
                    && subscripts.iter().all(|s| match *s {
                        Subscript::At(position) => f.exprs.is_affine(position),
                        _ => true,
                    })
        }
        _ => true,
    })
}

/// What is zero outside of a region, from copies of what it reads there.
fn copied(s: &mut Scheduler<'_>, region: &Region, inside: ExprId) -> Option<(Vec<Step>, ExprId)> {
    let mut all = s.f.exprs.walk(inside).into_iter();
    let edge = all.find_map(|e| Edge::of(s.f, e, region))?;
    let mut parts = Vec::new();
    collect(s.f, &edge, inside, &mut parts);
    let all_open = |f: &mut Function| {
        let zero = f.exprs.real(0.0);
        let known: BTreeMap<ExprId, ExprId> = parts.iter().map(|&p| (p, zero)).collect();
        let rest = f.exprs.replace(inside, &mut |_, e| known.get(&e).copied());
        is_open(f, rest)
    };
    if !all_open(s.f) || !vanishes(s.f, inside, &parts) {
        return None;
    }
    let (mut steps, mut copies) = (Vec::new(), BTreeMap::new());
    for part in parts {
        let (more, read) = edge.copied(s, part, 0.0);
        steps.extend(more);
        copies.insert(part, read);
    }
    let body =
        s.f.exprs
            .replace(inside, &mut |_, e| copies.get(&e).copied());
    Some((steps, body))
}

/// The largest parts of an expression that read nothing but at an edge.
fn collect(f: &Function, edge: &Edge, id: ExprId, out: &mut Vec<ExprId>) {
    if is_part(f, edge, id) {
        if !out.contains(&id) {
            out.push(id);
        }
        return;
    }
    for child in f.exprs.children(id) {
        collect(f, edge, child, out);
    }
}

/// Whether an expression is a function of reads at an edge, and of no other index.
fn is_part(f: &Function, edge: &Edge, id: ExprId) -> bool {
    match *f.exprs.get(id) {
        Expr::Access { .. } => edge.has(f, id),
        Expr::Unary(_, a) | Expr::PowI(a, _) => is_part(f, edge, a),
        Expr::Binary(_, a, b) => {
            let fixed = |e: ExprId| f.exprs.free_indices(e).is_empty();
            let part = |e: ExprId| is_part(f, edge, e);
            part(a) && (part(b) || fixed(b)) || fixed(a) && part(b)
        }
        _ => false,
    }
}

/// Whether an expression is zero where some parts of it are.
fn vanishes(f: &Function, id: ExprId, parts: &[ExprId]) -> bool {
    if parts.contains(&id) {
        return true;
    }
    let zero = |e: ExprId| vanishes(f, e, parts);
    match *f.exprs.get(id) {
        Expr::Real(r) => r.value() == 0.0,
        Expr::Unary(UnaryOp::Neg, a) => zero(a),
        Expr::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) => zero(a) && zero(b),
        Expr::Select {
            then, otherwise, ..
        } => zero(then) && zero(otherwise),
        _ => false,
    }
}
