//! Every decision: which sums become matrix products and in which order, which loops run where, what is stored.
//!
//! `plan` turns a function in normal form, with its backward equations, into schedules. It cannot fail, and nothing
//! after it decides anything.

mod contraction;
mod factors;
mod fuse;
mod inline;
mod nest;
mod order;
mod schedule;
mod text;

pub use schedule::{Buffer, Choice, Contraction, Mode, Phase, Plan, Schedule, Step, Stmt};

use crate::differentiate::Backward;
use crate::ir::{Element, Equation, Expr, Function, Op, Role, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// Plans a function: its equations up to `split` are the forward pass, the others the backward pass.
pub fn plan(backward: Backward) -> Plan {
    let Backward {
        mut function,
        split,
    } = backward;
    let (forward, backward) = inline::inline(&mut function, split);
    let kept_results = keep_results(&mut function, &backward);
    let differentiable = function
        .tensors
        .iter()
        .any(|t| matches!(t.role, Role::Gradient { .. }));

    let mut scheduler = Scheduler::new(&mut function);
    let forward_steps = scheduler.schedule(&forward);
    let copies = kept_results.iter().copied().collect();
    let backward_steps = differentiable.then(|| scheduler.backward(&backward, &copies));
    let forward = Schedule {
        steps: fuse::fuse(&mut function, forward_steps),
    };
    let backward = backward_steps.map(|s| Schedule {
        steps: fuse::fuse(&mut function, s),
    });

    let buffers = buffers(&function, &forward, backward.as_ref(), &kept_results);
    let mut plan = Plan {
        function,
        forward,
        backward,
        kept_results,
        buffers,
        text: String::new(),
    };
    plan.text = text::describe(&plan);
    plan
}

/// A copy of every result that the backward pass reads.
fn keep_results(f: &mut Function, backward: &[Equation]) -> Vec<(TensorId, TensorId)> {
    let read: BTreeSet<TensorId> = backward.iter().flat_map(|e| f.reads(e.right)).collect();
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

/// Turns equations into steps, and knows which tensors have a value already.
pub(crate) struct Scheduler<'a> {
    pub(crate) f: &'a mut Function,
    /// Tensors that hold something.
    begun: BTreeSet<TensorId>,
}

impl<'a> Scheduler<'a> {
    fn new(f: &'a mut Function) -> Self {
        Scheduler {
            f,
            begun: BTreeSet::new(),
        }
    }

    fn schedule(&mut self, equations: &[Equation]) -> Vec<Step> {
        equations.iter().flat_map(|e| self.equation(e)).collect()
    }

    /// The steps of the backward pass, in which a result is read from its copy.
    fn backward(
        &mut self,
        equations: &[Equation],
        copies: &BTreeMap<TensorId, TensorId>,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        for e in equations {
            let right = self.f.redirect(e.right, copies);
            steps.extend(self.equation(&Equation { right, ..e.clone() }));
        }
        // A gradient that nothing contributes to is zero.
        let untouched: Vec<TensorId> = (0..self.f.tensors.len() as u32)
            .map(TensorId)
            .filter(|&t| {
                matches!(self.f.tensor(t).role, Role::Gradient { .. }) && !self.begun.contains(&t)
            })
            .collect();
        steps.extend(untouched.into_iter().map(|tensor| Step::Zero {
            tensor,
            mode: Mode::Given,
        }));
        steps
    }

    /// The mode of a write, and the step that must come before it: what a write does not cover starts at zero.
    fn begin(&mut self, e: &Equation) -> (Vec<Step>, Mode) {
        let gradient = matches!(self.f.tensor(e.tensor).role, Role::Gradient { .. });
        let first = self.begun.insert(e.tensor);
        let fresh = if gradient { Mode::Given } else { Mode::Set };
        match (first, e.op) {
            (true, _) if self.f.covers(e) => (vec![], fresh),
            (true, _) => (
                vec![Step::Zero {
                    tensor: e.tensor,
                    mode: fresh,
                }],
                Mode::Add,
            ),
            (false, Op::Define) => (vec![], fresh),
            (false, Op::Accumulate) => (vec![], Mode::Add),
        }
    }

    fn equation(&mut self, e: &Equation) -> Vec<Step> {
        let (mut steps, mode) = self.begin(e);
        let target = nest::Target {
            tensor: e.tensor,
            left: e.left.clone(),
            mode,
        };
        match self.f.exprs.get(e.right).clone() {
            Expr::Reduce {
                op: crate::ir::ReduceOp::Sum,
                indices,
                body,
            } => {
                steps.extend(contraction::sum(self, target, indices, body));
            }
            Expr::Reduce { op, indices, body } => {
                steps.push(nest::reduction(self.f, target, op, indices, body))
            }
            Expr::ArgReduce { op, index, body } => {
                steps.push(nest::reduction(self.f, target, op, vec![index], body));
            }
            Expr::Softmax { along, body, log } => {
                steps.push(nest::softmax(self.f, target, along, body, log))
            }
            _ => steps.push(nest::map(self.f, target, e.right)),
        }
        steps
    }
}

/// The workspace: every tensor that a step writes and that is neither a result nor a gradient.
fn buffers(
    f: &Function,
    forward: &Schedule,
    backward: Option<&Schedule>,
    kept: &[(TensorId, TensorId)],
) -> Vec<Buffer> {
    let mut buffers: Vec<Buffer> = Vec::new();
    let read_back: BTreeSet<TensorId> = backward.map(|b| b.reads(f)).unwrap_or_default();
    let mut add = |tensor: TensorId, phase: Phase| {
        let t = f.tensor(tensor);
        let made = matches!(
            t.role,
            Role::Intermediate | Role::Temporary | Role::Adjoint { .. }
        );
        if made && !f.results.contains(&tensor) && buffers.iter().all(|b| b.tensor != tensor) {
            let saved = phase == Phase::Forward && read_back.contains(&tensor);
            debug_assert!(t.element != Element::Float || !t.name.is_empty());
            buffers.push(Buffer {
                tensor,
                element: t.element,
                field: format!("b{}", tensor.0),
                saved,
                phase,
            });
        }
    };
    forward
        .writes()
        .into_iter()
        .for_each(|t| add(t, Phase::Forward));
    kept.iter().for_each(|&(_, copy)| add(copy, Phase::Forward));
    if let Some(b) = backward {
        b.writes().into_iter().for_each(|t| add(t, Phase::Backward));
    }
    buffers
}
