//! The tangent of each tensor, from those of the tensors that it reads.

use super::active;
use super::call::Group;
use super::linear::{Linear, Terms};
use super::pullback::{gradient, pullback};
use crate::ir::{
    Element, Equation, Expr, ExprId, Function, IndexId, Op, Parameter, Part, Role, Subscript,
    TensorId, indices,
};
use std::collections::BTreeMap;

/// The Jacobian-vector product of `primal`, which is in normal form, as a function: after its own parameters it takes a
/// tangent of each one by which it is differentiated, and after its own results it returns a tangent of each one that is no
/// integer.
///
/// With Ẏ the tangent of Y, an equation `Y[l] = ..A[s]..` whose read contributes `c` for the cotangent 1 becomes
/// `Ẏ[l] += sum[rest](c * Ȧ[s])`, where `rest` are the indices that `l` does not name.
pub fn jvp(primal: &Function) -> Function {
    let mut t = Tangent::new(primal);
    for (at, e) in primal.equations.iter().enumerate() {
        if primal.returned(e).is_none() {
            t.linear.f.equations.push(e.clone());
            t.equation(primal, e);
        } else if let Some(group) = t.linear.group(&primal.equations, at) {
            t.call(&group);
        }
    }
    t.finish(primal)
}

/// The product of the Hessian of `primal`, in normal form and with one scalar result, with a direction: the
/// Jacobian-vector product of its gradient, without the gradient.
pub fn hvp(primal: &Function) -> Function {
    let gradient = gradient(primal);
    let count = gradient.results.len();
    let mut f = jvp(&gradient);
    for r in f.results.drain(..count) {
        f.tensors[r.index()].role = Role::Intermediate;
    }
    f
}

/// The tangent of the pullback of `primal`, in normal form: what a caller needs for a Hessian.
pub fn pullback_tangent(primal: &Function) -> Function {
    jvp(&pullback(primal))
}

struct Tangent {
    linear: Linear,
    /// The tangents that have been defined: others are zero.
    tangents: BTreeMap<TensorId, TensorId>,
}

impl Tangent {
    /// Tangents of the parameters.
    fn new(primal: &Function) -> Self {
        let mut f = primal.clone();
        f.equations.clear();
        let mut t = Tangent {
            linear: Linear::new(f, active(primal, primal.differentiable())),
            tangents: BTreeMap::new(),
        };
        for p in primal.differentiable().collect::<Vec<_>>() {
            let tangent = t.linear.like("d", p, Role::Parameter { constant: true });
            t.tangents.insert(p, tangent);
        }
        t
    }

    /// The tangent of a tensor that is not a parameter.
    fn tangent(&mut self, of: TensorId) -> TensorId {
        if let Some(&t) = self.tangents.get(&of) {
            return t;
        }
        let t = self.linear.like("d", of, Role::Intermediate);
        self.tangents.insert(of, t);
        t
    }

    fn equation(&mut self, primal: &Function, e: &Equation) {
        if !self.linear.active.contains(&e.tensor) || !self.linear.matters(e.right) {
            return;
        }
        let value = self.linear.begin(primal, e);
        let one = self.linear.f.exprs.real(1.0);
        if let Expr::Softmax { along, body, log } = self.linear.f.exprs.get(e.right).clone() {
            let terms = self.linear.map(body, one);
            let dx = self.sum_of(terms);
            let right = self.softmax(&along, log, value, dx);
            return self.contribute(e, right);
        }
        let terms = self.linear.terms(e.right, value, one);
        let named = indices(&e.left);
        let mut rest: Vec<IndexId> = self.linear.scope.clone();
        rest.retain(|i| !named.contains(i));
        for ((tensor, subscripts), factor) in terms {
            if let Some(value) = self.term(tensor, subscripts, factor) {
                let right = self.linear.sum_over(rest.clone(), value);
                self.contribute(e, right);
            }
        }
    }

    /// The outputs of a call with their tangents, which one part computes together.
    fn call(&mut self, group: &Group) {
        let tangents: Vec<Option<TensorId>> = group
            .inputs
            .iter()
            .map(|input| self.tangents.get(&(*input)?).copied())
            .collect();
        let part = match group.part {
            _ if tangents.iter().all(Option::is_none) => None,
            Part::Value => Some(Part::Tangent),
            Part::Pullback => Some(Part::PullbackTangent),
            Part::Tangent | Part::PullbackTangent | Part::Jacobian => {
                unreachable!("tangents are taken of values and of gradients")
            }
        };
        let call = &self.linear.f.calls[group.call.index()];
        let counts = group.part.outputs(call.arguments.len(), call.results);
        let outputs: usize = counts.iter().sum();
        for &(output, tensor) in &group.outputs {
            let (part, inputs) = match part {
                Some(part) => (part, [group.inputs.clone(), tangents.clone()].concat()),
                None => (group.part, group.inputs.clone()),
            };
            self.linear.take(tensor, (group.call, part), inputs, output);
        }
        let Some(part) = part else { return };
        for &(output, tensor) in &group.outputs {
            if self.linear.f.tensor(tensor).element == Element::Float {
                let tangent = self.tangent(tensor);
                let inputs = [group.inputs.clone(), tangents.clone()].concat();
                let part = (group.call, part);
                self.linear.take(tangent, part, inputs, outputs + output);
            }
        }
    }

    /// `Ẏ[l] += right`
    fn contribute(&mut self, e: &Equation, right: ExprId) {
        let tangent = self.tangent(e.tensor);
        self.linear
            .write(tangent, e.left.clone(), Op::Accumulate, right);
    }

    /// `c * Ȧ[s]`, or nothing where that is zero; where the read may lie outside in a branch that is not taken, c is 0.
    fn term(
        &mut self,
        tensor: TensorId,
        subscripts: Vec<Subscript>,
        factor: ExprId,
    ) -> Option<ExprId> {
        let tangent = *self.tangents.get(&tensor)?;
        let guarded = !self.linear.f.matches(tensor, &subscripts);
        let read = self.linear.f.exprs.add(Expr::Access {
            tensor: tangent,
            subscripts,
            guarded,
        });
        Some(self.linear.f.exprs.product(factor, read))
    }

    fn sum_of(&mut self, terms: Terms) -> ExprId {
        let mut sum = self.linear.f.exprs.real(0.0);
        for ((tensor, subscripts), factor) in terms {
            if let Some(value) = self.term(tensor, subscripts, factor) {
                sum = self.linear.f.exprs.sum(sum, value);
            }
        }
        sum
    }

    /// y = softmax(x): ẏ = y (ẋ - Σ y ẋ). y = log_softmax(x): ẏ = ẋ - Σ e^y ẋ. Sums go along `along`.
    fn softmax(&mut self, along: &[IndexId], log: bool, y: ExprId, dx: ExprId) -> ExprId {
        let mut kept = self.linear.scope.clone();
        kept.retain(|i| !along.contains(i));
        let exprs = &mut self.linear.f.exprs;
        let weight = if log {
            exprs.unary(crate::op::UnaryOp::Exp, y)
        } else {
            y
        };
        let weighted = exprs.product(weight, dx);
        let total = self.linear.sum(along, weighted);
        let total = self.linear.define("total", &kept, total);
        let exprs = &mut self.linear.f.exprs;
        let rest = exprs.difference(dx, total);
        if log { rest } else { exprs.product(y, rest) }
    }

    /// The function with its tangents as parameters and results.
    fn finish(mut self, primal: &Function) -> Function {
        for p in primal.differentiable() {
            let tangent = self.tangents[&p];
            self.linear.f.parameters.push(Parameter::Tensor(tangent));
        }
        for &r in &primal.results {
            if primal.tensor(r).element != Element::Float {
                continue;
            }
            let known = self.tangents.contains_key(&r);
            let tangent = self.tangent(r);
            if !known {
                // It depends on nothing by which is differentiated.
                self.linear.zero(tangent);
            }
            self.linear.f.tensors[tangent.index()].role = Role::Result;
            self.linear.f.results.push(tangent);
        }
        self.linear.f
    }
}
