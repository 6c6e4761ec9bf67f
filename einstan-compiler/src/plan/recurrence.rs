//! Recurrences as loops: one position after the other, all equations of a circle at each.
//!
//! ```text
//! S[t,j] = sum[l](H[t-1,l]*U[l,j]);          for t in n
//! H[t,j] = tanh(P[t,j] + S[t,j]);                S[t,..] = H[t-1,..] × U
//!                                                H[t,..] = tanh(P[t,..] + S[t,..])
//! ```
//!
//! Within the loop `t` is a counter, a number like a length: what stands there are equations over the other indices. What is read
//! at the position alone that it is written at is held for one position:
//!
//! ```text
//! for t in n                                     for t in n
//!     S[t,..] = ..                                   S[..] = ..
//!     H[t,..] = tanh(P[t,..] + S[t,..])              H[t,..] = tanh(P[t,..] + S[..])
//! ```

use super::call::Ordered;
use super::scheduler::Scheduler;
use super::{Mode, Step};
use crate::ir::{Equation, Expr, Function, IndexId, Op, Role, Subscript, TensorId, positions};
use std::collections::{BTreeMap, BTreeSet};

/// Equations that run for each position of some indices, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Recurrence {
    /// Outer ones first, each with whether it runs down.
    loops: Vec<(IndexId, bool)>,
    equations: Vec<Equation>,
}

/// The loop of a circle, whose equations stand in the order of one position. Its tensors among those that are read `once`, in one
/// place, may be held for one position.
pub(crate) fn recurrence(
    f: &mut Function,
    circle: Vec<Equation>,
    once: &BTreeSet<TensorId>,
) -> Recurrence {
    let first = circle[0].clone();
    let (indices, along) = (own(f, &first), f.along(first.tensor).to_vec());
    let mut counters = Vec::new();
    for (i, a) in indices.into_iter().zip(along) {
        let index = f.index(i).clone();
        counters.push((f.add_index(index.name, index.dim), a.descending));
    }
    let equations = circle.into_iter().map(|e| at_counters(f, e, &counters));
    let mut equations: Vec<Equation> = equations.collect();
    let written: Vec<TensorId> = equations.iter().map(|e| e.tensor).collect();
    for tensor in written.into_iter().filter(|t| once.contains(t)) {
        at_one_position(f, &mut equations, &counters, tensor);
    }
    Recurrence {
        equations,
        loops: counters,
    }
}

/// The tensors that the compiler may hold as it likes, and that one circle, one equation or one check reads.
pub(crate) fn read_in_one_place(
    f: &Function,
    ordered: &[Ordered],
    later: &BTreeSet<TensorId>,
) -> BTreeSet<TensorId> {
    let mut readers: BTreeMap<TensorId, usize> = BTreeMap::new();
    for o in ordered {
        let read: BTreeSet<TensorId> = match o {
            Ordered::Check(at) => f.read_by(&f.checks[*at]).into_iter().collect(),
            Ordered::Equations(group) => {
                let each = group.equations().iter();
                each.flat_map(|e| f.reads_of(e)).collect()
            }
        };
        for t in read {
            *readers.entry(t).or_default() += 1;
        }
    }
    let made = |t: TensorId| f.tensor(t).role.is_inner() && !later.contains(&t) && !f.is_output(t);
    let once = readers.into_iter().filter(|&(_, count)| count == 1);
    once.map(|(t, _)| t).filter(|&t| made(t)).collect()
}

/// Takes the axes off a tensor along which it is read where it is written.
fn at_one_position(
    f: &mut Function,
    equations: &mut [Equation],
    counters: &[(IndexId, bool)],
    tensor: TensorId,
) {
    let Some(kept) = kept_axes(f, equations, counters, tensor) else {
        return;
    };
    let rest = |all: &[Subscript]| -> Vec<Subscript> {
        let all = all.iter().zip(&kept).filter(|(_, kept)| **kept);
        all.map(|(&s, _)| s).collect()
    };
    let t = f.tensor(tensor).clone();
    let axes = t.axes.iter().zip(&kept).filter(|(_, kept)| **kept);
    let axes = axes.map(|(&dim, _)| dim).collect();
    let one = f.add_tensor(&t.name, axes, t.element, Role::Temporary);
    for e in equations {
        e.right = f.exprs.map(e.right, &mut |mut x| {
            if let Expr::Access {
                tensor: t,
                subscripts,
                ..
            }
            | Expr::IntegerAccess {
                tensor: t,
                subscripts,
                ..
            } = &mut x
                && *t == tensor
            {
                (*t, *subscripts) = (one, rest(subscripts));
            }
            x
        });
        if e.tensor == tensor {
            (e.tensor, e.left) = (one, rest(&e.left));
        }
    }
}

/// Which axes such a tensor keeps; None where it keeps all. Between two positions of a loop those inside of it run through all of
/// theirs: where one is read elsewhere, its axis is kept and those of the loops inside.
fn kept_axes(
    f: &Function,
    equations: &[Equation],
    counters: &[(IndexId, bool)],
    tensor: TensorId,
) -> Option<Vec<bool>> {
    let mut own = equations.iter().filter(|e| e.tensor == tensor);
    let (Some(written), None) = (own.next(), own.next()) else {
        return None;
    };
    // Of each axis the loop by whose counter it is written.
    let depth = |s: &Subscript| match *s {
        Subscript::At(e) => match *f.exprs.get(e) {
            Expr::Counter(i) => counters.iter().position(|&(counter, _)| counter == i),
            _ => None,
        },
        _ => None,
    };
    let depths: Vec<Option<usize>> = written.left.iter().map(depth).collect();
    let mut moved = counters.len();
    for e in equations {
        let placed = positions(&e.left).any(|p| f.exprs.tensors(p).contains(&tensor));
        if placed || matches!(f.exprs.get(e.right), Expr::Returned { .. }) {
            return None;
        }
        if !f.exprs.tensors(e.right).contains(&tensor) {
            continue;
        }
        for id in f.exprs.walk(e.right) {
            if let Some((t, at, _)) = f.exprs.get(id).read()
                && t == tensor
            {
                let each = at.iter().zip(&written.left).zip(&depths);
                let elsewhere = each.filter(|((a, b), _)| a != b);
                moved = elsewhere.filter_map(|(_, d)| *d).fold(moved, usize::min);
            }
        }
    }
    let kept = depths.iter().map(|d| d.is_none_or(|d| d >= moved));
    let kept: Vec<bool> = kept.collect();
    (written.op == Op::Define && kept.contains(&false)).then_some(kept)
}

fn own(f: &Function, e: &Equation) -> Vec<IndexId> {
    let own = f.own_indices(e);
    own.expect("einstan internal error: an equation of a recurrence without an index of its own")
}

/// An equation at the position that the counters say.
fn at_counters(f: &mut Function, e: Equation, counters: &[(IndexId, bool)]) -> Equation {
    let own = own(f, &e);
    let mut places = BTreeMap::new();
    for (i, &(counter, _)) in own.into_iter().zip(counters) {
        let value = f.exprs.add(Expr::Counter(counter));
        places.insert(i, Subscript::At(value));
    }
    let left = e.left.iter().map(|&s| match s {
        Subscript::Index(i) => places.get(&i).copied().unwrap_or(s),
        Subscript::At(p) => Subscript::At(f.exprs.place(p, &places)),
        constant => constant,
    });
    Equation {
        left: left.collect(),
        right: f.exprs.place(e.right, &places),
        ..e
    }
}

impl Scheduler<'_> {
    /// The loop, after zeros for what its positions are added to.
    pub(super) fn recurrence(&mut self, r: &Recurrence) -> Vec<Step> {
        let added = r.equations.iter().filter(|e| e.op == Op::Accumulate);
        let added: Vec<TensorId> = added.map(|e| e.tensor).collect();
        let mut steps = Vec::new();
        for tensor in added {
            if self.begin_whole(tensor) {
                let mode = Mode::Set;
                steps.push(Step::Zero { tensor, mode });
            }
        }
        let mut inside: Vec<Step> =
            self.inside(|s| r.equations.iter().flat_map(|e| s.equation(e)).collect());
        for &(index, descending) in r.loops.iter().rev() {
            inside = vec![Step::Loop {
                index,
                descending,
                steps: inside,
            }];
        }
        steps.extend(inside);
        steps
    }
}
