//! The tangent of each tensor, from those of the tensors that it reads.

use super::call::Group;
use super::cotangent::Jacobian;
use super::linear::Linear;
use super::pullback::{gradient, pullback};
use crate::ir::{
    Derivative, Element, Equation, Expr, ExprId, Function, IndexId, Op, Parameter, Part, ReduceOp,
    Role, Subscript, TensorId,
};
use crate::plan::factors;
use std::collections::BTreeMap;

/// The Jacobian-vector product of `primal`, which is in normal form, as a function: after its own parameters it takes a
/// tangent of each one by which it is differentiated, and after its own results it returns a tangent of each one that is no
/// integer.
///
/// With Ẏ the tangent of Y, an equation `Y[l] = e` becomes `Ẏ[l] += ė`, the tangent of the expression from those of its
/// parts.
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

/// Adds to `f`, whose equations are in normal form, what `sum[to](jacobian * factor)` needs, where the factor depends on the
/// indices `to` alone; returns the value: the tangent of what is differentiated, along the factor.
pub(crate) fn along(f: &mut Function, jacobian: &Jacobian, factor: ExprId) -> ExprId {
    f.complete_recurrences();
    let primal = std::mem::replace(f, Function::new(""));
    let active = primal.active(std::iter::once(jacobian.by));
    let mut t = Tangent {
        linear: Linear::new(primal.clone(), active),
        tangents: BTreeMap::new(),
        circular: Vec::new(),
        known: BTreeMap::new(),
    };
    let direction = t
        .linear
        .f
        .add_derivative(Derivative::Tangent(jacobian.by), Role::Temporary);
    let to = jacobian.to.clone();
    t.linear.write(direction, to, Op::Define, factor);
    t.tangents.insert(jacobian.by, direction);
    t.circles(&primal);
    for e in primal.equations.iter().filter(|e| e.tensor != jacobian.by) {
        t.equation(&primal, e);
    }
    t.settle();
    let value = t.read(jacobian.of, &jacobian.at, true);
    *f = t.linear.f;
    value
}

struct Tangent {
    linear: Linear,
    /// The tangents that have been defined: others are zero.
    tangents: BTreeMap<TensorId, TensorId>,
    /// Those of circles.
    circular: Vec<TensorId>,
    /// Those of the expressions of the equation at hand.
    known: BTreeMap<ExprId, ExprId>,
}

impl Tangent {
    /// Tangents of the parameters.
    fn new(primal: &Function) -> Self {
        let mut f = primal.clone();
        f.equations.clear();
        let mut t = Tangent {
            linear: Linear::new(f, primal.active(primal.differentiable())),
            tangents: BTreeMap::new(),
            circular: Vec::new(),
            known: BTreeMap::new(),
        };
        for p in primal.differentiable().collect::<Vec<_>>() {
            let tangent = t
                .linear
                .f
                .add_derivative(Derivative::Tangent(p), Role::Parameter { constant: true });
            t.tangents.insert(p, tangent);
        }
        t.circles(primal);
        t
    }

    /// The tangents of circles read each other, wherever they stand.
    fn circles(&mut self, primal: &Function) {
        for tensor in self.linear.circular(primal) {
            let tangent = self.tangent(tensor);
            self.circular.push(tangent);
        }
    }

    /// A tangent of a circle to which nothing contributes is zero.
    fn settle(&mut self) {
        let circular = std::mem::take(&mut self.circular);
        self.linear.settle(circular);
    }

    /// The tangent of a tensor that is not a parameter.
    fn tangent(&mut self, of: TensorId) -> TensorId {
        if let Some(&t) = self.tangents.get(&of) {
            return t;
        }
        // As large as what it is the tangent of: what the user named, or not.
        let role = match self.linear.f.tensor(of).role {
            Role::Intermediate | Role::Result => Role::Intermediate,
            _ => Role::Temporary,
        };
        let t = self.linear.f.add_derivative(Derivative::Tangent(of), role);
        self.tangents.insert(of, t);
        t
    }

    fn equation(&mut self, primal: &Function, e: &Equation) {
        if !self.linear.active.contains(&e.tensor) || !self.linear.matters(e.right) {
            return;
        }
        let value = self.linear.begin(primal, e);
        self.known.clear();
        let right = match self.linear.f.exprs.get(e.right).clone() {
            Expr::Softmax { along, body, log } => {
                let dx = self.of(body);
                if dx == self.linear.f.exprs.real(0.0) {
                    return;
                }
                self.softmax(&along, log, value, dx)
            }
            Expr::Reduce { op, indices, body } => self.reduction(op, indices, body, value),
            _ => self.of(e.right),
        };
        self.contribute(e, right);
    }

    /// The tangent of a reduction: `Σ weight ẋ`.
    fn reduction(&mut self, op: ReduceOp, over: Vec<IndexId>, x: ExprId, value: ExprId) -> ExprId {
        let Some((weight, guards)) = self.linear.weight(op, over.clone(), x, value) else {
            return self.linear.f.exprs.real(0.0);
        };
        let tangent = match op {
            ReduceOp::Sum => self.product(x),
            _ => self.of(x),
        };
        // What is summed changes nowhere: comparisons are counted, say.
        if tangent == self.linear.f.exprs.real(0.0) {
            return tangent;
        }
        let share = self.linear.f.exprs.product(weight, tangent);
        let share = self.linear.under(&guards, share);
        self.linear.sum_over(over, share)
    }

    /// The tangent of a product that is to be summed: Σ ẋ (Π of the others) over the factors that a contraction has, as
    /// addends that `plan` orders each on its own.
    fn product(&mut self, id: ExprId) -> ExprId {
        let mut product = factors::product(&mut self.linear.f, id);
        product.merge(&mut self.linear.f);
        if product.factors.len() < 2 {
            return self.of(id);
        }
        let factors = product.factors.iter().map(|x| x.expr);
        let all: Vec<ExprId> = product.alpha.into_iter().chain(factors).collect();
        let mut sum = self.linear.f.exprs.real(0.0);
        for at in 0..all.len() {
            let mut term = self.of(all[at]);
            if term == self.linear.f.exprs.real(0.0) {
                continue;
            }
            for (other, &factor) in all.iter().enumerate() {
                if other != at {
                    term = self.linear.f.exprs.product(factor, term);
                }
            }
            sum = self.linear.f.exprs.sum(sum, term);
        }
        sum
    }

    /// The tangent of an expression, from those of its parts: each operation costs at most three, for a product of two
    /// that both have one.
    fn of(&mut self, id: ExprId) -> ExprId {
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        let tangent = if self.linear.matters(id) {
            self.operation(id)
        } else {
            self.linear.f.exprs.real(0.0)
        };
        self.known.insert(id, tangent);
        tangent
    }

    fn operation(&mut self, id: ExprId) -> ExprId {
        let value = match self.linear.root {
            Some((root, value)) if root == id => value,
            _ => id,
        };
        let zero = self.linear.f.exprs.real(0.0);
        match self.linear.f.exprs.get(id).clone() {
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            } => self.read(tensor, &subscripts, guarded),
            Expr::Unary(op, a) => {
                let seed = self.of(a);
                match seed == zero {
                    true => zero,
                    false => self.linear.unary(op, a, value, seed).unwrap_or(zero),
                }
            }
            Expr::PowI(a, n) if n != 0 => {
                let seed = self.of(a);
                match seed == zero {
                    true => zero,
                    false => self.linear.power_of(a, n, seed),
                }
            }
            Expr::Binary(op, a, b) => {
                let local = self.linear.binary(op, a, b, value);
                let mut sum = zero;
                for share in local.shares {
                    let tangent = self.of(share.of);
                    if tangent == zero {
                        continue;
                    }
                    let part = self.linear.f.exprs.product(share.factor, tangent);
                    let guard: Vec<_> = share.guard.into_iter().collect();
                    let part = self.linear.under(&guard, part);
                    sum = self.linear.f.exprs.sum(sum, part);
                }
                match local.divisor {
                    Some(divisor) if sum != zero => self.linear.f.exprs.quotient(sum, divisor),
                    _ => sum,
                }
            }
            Expr::Foreign {
                function,
                arguments,
            } => {
                let mut sum = zero;
                for (by, &a) in arguments.iter().enumerate() {
                    let tangent = self.of(a);
                    if tangent != zero
                        && let Some(rule) = self.linear.f.rule(function, by, &arguments)
                    {
                        let part = self.linear.f.exprs.product(rule, tangent);
                        sum = self.linear.f.exprs.sum(sum, part);
                    }
                }
                sum
            }
            // A branch that is not taken contributes nothing, not even 0 * ∞.
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let (then, otherwise) = (self.of(then), self.of(otherwise));
                match then == zero && otherwise == zero {
                    true => zero,
                    false => self.linear.f.exprs.select(condition, then, otherwise),
                }
            }
            _ => zero,
        }
    }

    /// `Ȧ[s]`, 0 where A has no tangent; in a branch the read may lie outside.
    fn read(&mut self, tensor: TensorId, subscripts: &[Subscript], guarded: bool) -> ExprId {
        let Some(&tangent) = self.tangents.get(&tensor) else {
            return self.linear.f.exprs.real(0.0);
        };
        self.linear.f.exprs.add(Expr::Access {
            tensor: tangent,
            subscripts: subscripts.to_vec(),
            guarded,
        })
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
        if right == self.linear.f.exprs.real(0.0) {
            return;
        }
        let tangent = self.tangent(e.tensor);
        self.linear
            .write(tangent, e.left.clone(), Op::Accumulate, right);
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
        self.settle();
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
