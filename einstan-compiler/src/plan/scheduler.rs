//! Equations become steps, one after the other.

use super::block::{Block, Part};
use super::call::same_call;
use super::common::Parts;
use super::{Mode, Step, addends, contraction, demand, hoist, nest, reciprocal, region, stencil};
use crate::ir::{Equation, Expr, ExprId, Function, ReduceOp, Role, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// Turns equations into steps, and knows which tensors have a value already.
pub(crate) struct Scheduler<'a> {
    pub(crate) f: &'a mut Function,
    /// Tensors that hold something.
    begun: BTreeSet<TensorId>,
    /// Tensors that are needed in a region alone.
    needed: BTreeMap<TensorId, region::Part>,
    /// Parts of products that other products may have too.
    pub(super) parts: Parts,
}

impl<'a> Scheduler<'a> {
    pub fn new(f: &'a mut Function) -> Self {
        Self::begun(f, BTreeSet::new(), BTreeMap::new())
    }

    /// Where some tensors hold something already, which is added to, and some are needed in a region alone.
    pub fn begun(
        f: &'a mut Function,
        begun: BTreeSet<TensorId>,
        needed: BTreeMap<TensorId, region::Part>,
    ) -> Self {
        Scheduler {
            f,
            begun,
            needed,
            parts: Parts::default(),
        }
    }

    pub fn schedule(&mut self, parts: &[Part]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = 0;
        while at < parts.len() {
            match &parts[at] {
                Part::Equation(e) if self.f.returned(e).is_some() => {
                    let group = self.group(&parts[at..]);
                    at += group.len() - 1;
                    steps.extend(self.call(&group));
                }
                Part::Equation(e) => steps.extend(self.equation(e)),
                Part::Block(b) => steps.extend(self.block(b)),
                Part::Recurrence(r) => steps.extend(self.recurrence(r)),
                Part::Check(at) => steps.push(Step::Check(*at)),
            }
            at += 1;
        }
        steps
    }

    /// The equations at the front that take something of one part of one call.
    fn group(&self, parts: &[Part]) -> Vec<Equation> {
        let mut group: Vec<Equation> = Vec::new();
        for p in parts {
            match p {
                Part::Equation(e) if group.is_empty() || same_call(self.f, e, group.last()) => {
                    group.push(e.clone());
                }
                _ => break,
            }
        }
        group
    }

    /// The call, whose outputs are whole tensors; one that is begun already is added to after it.
    fn call(&mut self, group: &[Equation]) -> Vec<Step> {
        let (mut outputs, mut sums, mut key) = (Vec::new(), Vec::new(), None);
        for e in group {
            let Some((call, part, inputs, output)) = self.f.returned(e) else {
                continue;
            };
            key = Some((call, part, inputs));
            self.parts.forget(self.f, self.f.base(e.tensor));
            if self.begun.insert(e.tensor) {
                outputs.push((output, e.tensor));
                continue;
            }
            let own = self.f.tensor(e.tensor).clone();
            let role = Role::Temporary;
            let tensor = self.f.add_tensor(&own.name, own.axes, own.element, role);
            outputs.push((output, tensor));
            let right = self.f.exprs.add(Expr::Access {
                tensor,
                subscripts: e.left.clone(),
                guarded: false,
            });
            sums.push(Equation { right, ..e.clone() });
        }
        let mut steps = Vec::new();
        if let Some((call, part, inputs)) = key {
            steps.push(Step::Call {
                call,
                part,
                inputs,
                outputs,
            });
        }
        steps.extend(sums.iter().flat_map(|e| self.equation(e)));
        steps
    }

    /// The steps of the backward pass.
    pub fn backward(&mut self, parts: &[Part]) -> Vec<Step> {
        self.parts.turn();
        let mut steps = self.schedule(parts);
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

    /// The block, after zeros for what all its rows are added to.
    fn block(&mut self, b: &Block) -> Vec<Step> {
        let mut steps = Vec::new();
        for &tensor in &b.sums {
            if self.begun.insert(tensor) {
                let mode = self.fresh(tensor);
                steps.push(Step::Zero { tensor, mode });
            }
        }
        let inside = self.inside(|s| b.equations.iter().flat_map(|e| s.equation(e)).collect());
        steps.push(Step::Block {
            rows: b.rows,
            row: b.row.clone(),
            steps: inside,
        });
        steps
    }

    /// How the first value reaches a tensor.
    fn fresh(&self, tensor: TensorId) -> Mode {
        match self.f.tensor(tensor).role {
            Role::Gradient { .. } => Mode::Given,
            _ => Mode::Set,
        }
    }

    /// Whether nothing has been written to a tensor, which begins here.
    pub(super) fn begin_whole(&mut self, tensor: TensorId) -> bool {
        self.parts.forget(self.f, self.f.base(tensor));
        self.begun.insert(tensor)
    }

    /// The mode of a write, and the step that must come before it: what a write does not cover starts at zero.
    fn begin(&mut self, e: &Equation) -> (Vec<Step>, Mode) {
        let base = self.f.base(e.tensor);
        self.parts.forget(self.f, base);
        let (first, fresh) = (self.begun.insert(base), self.fresh(base));
        match first {
            true if self.f.fills(e) => (vec![], fresh),
            true => (
                vec![Step::Zero {
                    tensor: e.tensor,
                    mode: fresh,
                }],
                Mode::Add,
            ),
            // A definition too, if a block with another contribution was put before it.
            false => (vec![], Mode::Add),
        }
    }

    /// `target = value`: where the value does not depend on all indices of the target, it is computed once.
    fn map(&mut self, target: nest::Target, value: ExprId) -> Vec<Step> {
        let direct = vec![nest::map(self.f, target.clone(), value)];
        let kept = self.f.exprs.free_indices(value);
        if target.indices(self.f).iter().all(|i| kept.contains(i)) {
            return direct;
        }
        let count = self.f.tensors.len();
        let (once, read) = contraction::temporary(self, "once", &Vec::from_iter(kept));
        let first = nest::map(self.f, once, value);
        let steps = vec![first, nest::map(self.f, target, read.expr)];
        // What does not depend on the row is not computed for each of its elements.
        if addends::weight(self.f, direct.clone()) <= addends::weight(self.f, steps.clone()) {
            self.f.tensors.truncate(count);
            return direct;
        }
        steps
    }

    pub(super) fn equation(&mut self, e: &Equation) -> Vec<Step> {
        let (mut steps, mode) = self.begin(e);
        steps.extend(self.hoisted(e, mode));
        steps
    }

    /// The steps of an equation; expensive functions of a few indices are computed before it, if that takes less time.
    fn hoisted(&mut self, e: &Equation, mode: Mode) -> Vec<Step> {
        let e = &Equation {
            right: reciprocal::multiplied(self.f, e),
            ..e.clone()
        };
        let inside = hoist::inside(self.f, e);
        if inside.is_empty() {
            return self.written(e, mode);
        }
        let (begun, needed) = (self.begun.clone(), self.needed.clone());
        let direct = self.f.tried(|f| {
            let mut s = Scheduler::begun(f, begun, needed);
            let steps = s.written(e, mode);
            addends::weight(s.f, steps)
        });
        let parts = self.parts.clone();
        let before = self.f.extent();
        let (mut steps, right) = hoist::apart(self, e.right, &inside);
        let apart = Equation { right, ..e.clone() };
        steps.extend(self.written(&apart, mode));
        if direct <= 1.2 * addends::weight(self.f, steps.clone()) {
            self.f.forget(before);
            self.parts = parts;
            return self.written(e, mode);
        }
        steps
    }

    fn written(&mut self, e: &Equation, mode: Mode) -> Vec<Step> {
        let mut steps = Vec::new();
        let part = self.needed.get(&self.f.base(e.tensor));
        let needed = part.map(|p| p.at(self.f, &e.left)).unwrap_or_default();
        let target = nest::Target {
            tensor: e.tensor,
            left: e.left.clone(),
            mode,
            needed,
        };
        match self.f.exprs.get(e.right).clone() {
            Expr::Reduce {
                op: ReduceOp::Sum,
                indices,
                body,
            } => {
                steps.extend(addends::sum(self, target, indices, body));
            }
            Expr::Reduce { op, indices, body } => {
                steps.extend(stencil::reduction(self, target, op, indices, body));
            }
            Expr::ArgReduce { op, index, body } => {
                steps.push(nest::reduction(self.f, target, op, vec![index], body));
            }
            Expr::Softmax { along, body, log } => {
                let part = demand::softmax(self.f, e);
                steps.push(nest::softmax(self.f, target, along, body, log, part))
            }
            _ => steps.extend(self.map(target, e.right)),
        }
        steps
    }
}
