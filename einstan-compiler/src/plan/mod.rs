//! Every decision: which sums become matrix products and in which order, which loops run where, what is stored.
//!
//! `plan` turns a function in normal form, with its backward equations, into schedules. It cannot fail, and nothing
//! after it decides anything.

mod addends;
mod band;
mod block;
mod border;
mod call;
mod choice;
mod coalesce;
mod common;
mod contraction;
mod cost;
mod demand;
mod digits;
mod distribute;
mod edge;
pub(crate) mod factors;
mod fuse;
mod hoist;
pub(crate) mod inline;
mod layout;
mod memory;
mod naming;
mod nest;
pub(crate) mod order;
mod polynomial;
mod reciprocal;
mod recompute;
mod recurrence;
mod region;
mod schedule;
mod scheduler;
mod share;
mod statement;
mod stencil;
mod storage;
mod text;
mod tile;
mod together;
mod update;
mod volume;
mod window;

pub(crate) use block::is_outer;
pub use coalesce::Coalesced;
pub use cost::{Cost, Figures, Work};
pub use polynomial::{Lengths, Polynomial};
pub use schedule::{
    Band, Buffer, Choice, Choose, Common, Contraction, Mode, Phase, Plan, Plans, Schedule, Share,
    Step, Stmt, Way, Within,
};
pub use storage::{Reason, Storage};
pub use window::Window;

use crate::differentiate::Backward;
use crate::ir::{Equation, Function, Group, Role, TensorId};
use block::Part;
use call::Ordered;
use scheduler::Scheduler;
use std::collections::{BTreeMap, BTreeSet};

/// The equations of both passes as they are scheduled: what is stored and what is computed again, and what is left out, is
/// decided.
struct Decided {
    function: Function,
    forward: Vec<Equation>,
    backward: Vec<Equation>,
    /// Tensors that are needed in a part alone.
    needed: BTreeMap<TensorId, region::Part>,
    kept_results: Vec<(TensorId, TensorId)>,
    storage: Vec<Storage>,
}

fn decided(backward: Backward) -> Decided {
    let Backward {
        mut function,
        split,
    } = backward;
    let (forward, backward, mut storage) = inline::inline(&mut function, split);
    let backward = recompute::recompute(&mut function, &forward, backward, &mut storage);
    let kept_results = keep_results(&mut function, &backward);
    let copies = kept_results.iter().copied().collect();
    let backward: Vec<Equation> = backward
        .into_iter()
        .map(|e| function.redirected(&e, &copies))
        .collect();
    let (forward, backward) = (function.in_order(&forward), function.in_order(&backward));
    let dims = function.dims.len();
    let forward = digits::in_digits(&mut function, forward, dims);
    let backward = digits::in_digits(&mut function, backward, dims);
    let demand::Limited {
        forward,
        backward,
        needed,
    } = demand::limited(&mut function, forward, backward, &kept_results);
    Decided {
        function,
        forward,
        backward,
        needed,
        kept_results,
        storage,
    }
}

/// The function with the equations that are scheduled, forward and backward, which say the same as those that it had.
pub fn equations(backward: Backward) -> Function {
    let Decided {
        mut function,
        forward,
        backward,
        kept_results,
        ..
    } = decided(backward);
    let mut all = forward;
    let copies = kept_results.into_iter();
    all.extend(copies.map(|(result, copy)| function.copy(copy, result)));
    all.extend(backward);
    function.equations = all;
    function
}

/// Plans a function: its equations up to `split` are the forward pass, the others the backward pass.
pub fn plan(backward: Backward) -> Plan {
    let Decided {
        mut function,
        forward,
        backward,
        needed,
        kept_results,
        mut storage,
    } = decided(backward);
    let found = function.dims.len();
    let gradient = |role: Role| matches!(role, Role::Gradient { .. });
    let differentiable = function.tensors.iter().any(|t| gradient(t.role));
    let late: Vec<usize> = (0..function.checks.len())
        .filter(|&at| function.is_late(&function.checks[at]))
        .collect();
    let (forward, begun) = update::updates(&mut function, forward, !late.is_empty());
    let forward = call::order(&mut function, forward, &late);
    let backward = call::order(&mut function, backward, &[]);
    let each = forward.iter().chain(&backward);
    let equations: Vec<Equation> = each.flat_map(Ordered::equations).cloned().collect();
    let later = backward.iter().flat_map(Ordered::equations);
    let later: BTreeSet<TensorId> = later.flat_map(|e| function.reads_of(e)).collect();
    let forward = parts(&mut function, forward, later);
    let backward = parts(&mut function, backward, BTreeSet::new());

    let mut scheduler = Scheduler::begun(&mut function, begun, needed);
    let mut forward = scheduler.schedule(&forward);
    let mut backward = differentiable.then(|| scheduler.backward(&backward));
    scheduler.settle(&mut forward);
    backward
        .iter_mut()
        .for_each(|steps| scheduler.settle(steps));
    let forward = Schedule {
        steps: finished(&mut function, forward),
    };
    let backward = backward.map(|steps| Schedule {
        steps: finished(&mut function, steps),
    });

    let buffers = memory::buffers(&function, &forward, backward.as_ref(), &kept_results);
    storage.extend(storage::stored(
        &mut function,
        &buffers,
        &kept_results,
        &equations,
    ));
    let mut plan = Plan {
        function,
        found,
        forward,
        backward,
        kept_results,
        buffers,
        storage,
        text: String::new(),
    };
    plan.text = text::describe(&mut plan);
    plan
}

/// The steps with nests fused, shared between threads, and their loops made one where they may be.
fn finished(f: &mut Function, steps: Vec<Step>) -> Vec<Step> {
    let steps = fuse::fuse(f, steps);
    let mut steps = share::shared(f, steps);
    for step in &mut steps {
        step.each(&mut |s| {
            together::together(f, s);
            coalesce::coalesce(f, s);
        });
    }
    steps
}

/// Equations in blocks, as far as no check and no recurrence stands between them; what is read `later` is needed as a whole.
fn parts(f: &mut Function, ordered: Vec<Ordered>, later: BTreeSet<TensorId>) -> Vec<Part> {
    let once = recurrence::read_in_one_place(f, &ordered, &later);
    let mut stretches: Vec<Vec<Equation>> = vec![vec![]];
    let mut between = Vec::new();
    for o in ordered {
        match o {
            Ordered::Equations(Group::Equation(e)) => {
                debug_assert!(
                    !f.reads_of(&e).contains(&e.tensor) || f.updates.contains_key(&e.tensor),
                    "what reads itself runs along an axis"
                );
                stretches.last_mut().expect("there is one").push(e);
            }
            other => {
                between.push(other);
                stretches.push(vec![]);
            }
        }
    }
    let read: Vec<BTreeSet<TensorId>> = stretches
        .iter()
        .map(|all| all.iter().flat_map(|e| f.reads_of(e)).collect())
        .collect();
    let inside = between.iter().flat_map(Ordered::equations);
    let mut inside: BTreeSet<TensorId> = inside.flat_map(|e| f.reads_of(e)).collect();
    inside.extend(later);
    let (mut out, mut between) = (Vec::new(), between.into_iter());
    for (at, equations) in stretches.into_iter().enumerate() {
        // A chain of recurrences has nothing between them.
        if !equations.is_empty() {
            let mut elsewhere = inside.clone();
            let others = read.iter().enumerate().filter(|(other, _)| *other != at);
            others.for_each(|(_, read)| elsewhere.extend(read));
            out.extend(block::blocks(f, equations, &elsewhere));
        }
        out.extend(between.next().map(|o| match o {
            Ordered::Check(at) => Part::Check(at),
            Ordered::Equations(group) => {
                let circle = group.equations().to_vec();
                Part::Recurrence(recurrence::recurrence(f, circle, &once))
            }
        }));
    }
    out
}

/// A copy of every result that the backward pass reads.
fn keep_results(f: &mut Function, backward: &[Equation]) -> Vec<(TensorId, TensorId)> {
    let read: BTreeSet<TensorId> = backward.iter().flat_map(|e| f.reads_of(e)).collect();
    f.results
        .clone()
        .into_iter()
        .filter(|r| read.contains(r))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|r| {
            let tensor = f.tensor(r).clone();
            let copy = f.add_tensor(&tensor.name, tensor.axes, tensor.element, Role::Temporary);
            (r, copy)
        })
        .collect()
}
