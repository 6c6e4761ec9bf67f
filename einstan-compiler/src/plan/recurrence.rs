//! Recurrences as loops: one position after the other, all equations of a circle at each.
//!
//! ```text
//! S[t,j] = sum[l](H[t-1,l]*U[l,j]);          for t in n
//! H[t,j] = tanh(P[t,j] + S[t,j]);                S[t,..] = H[t-1,..] × U
//!                                                H[t,..] = tanh(P[t,..] + S[t,..])
//! ```
//!
//! Within the loop `t` is a counter, a number like a length: what stands there are equations over the other indices.

use super::scheduler::Scheduler;
use super::{Mode, Step};
use crate::ir::{Equation, Expr, Function, IndexId, Op, Subscript, TensorId};
use std::collections::BTreeMap;

/// Equations that run for each position of some indices, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Recurrence {
    /// Outer ones first, each with whether it runs down.
    loops: Vec<(IndexId, bool)>,
    equations: Vec<Equation>,
}

/// The loop of a circle, whose equations stand in the order of one position.
pub(crate) fn recurrence(f: &mut Function, circle: Vec<Equation>) -> Recurrence {
    let first = circle[0].clone();
    let (own, along) = (own(f, &first), f.along(first.tensor).to_vec());
    let mut counters = Vec::new();
    for (i, a) in own.into_iter().zip(along) {
        let index = f.index(i).clone();
        counters.push((f.add_index(index.name, index.dim), a.descending));
    }
    let equations = circle.into_iter().map(|e| at_counters(f, e, &counters));
    Recurrence {
        equations: equations.collect(),
        loops: counters,
    }
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
