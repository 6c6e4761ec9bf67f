//! The backward equations: the cotangent of each tensor, from those of the tensors that read it.

use super::Backward;
use super::call::Group;
use super::linear::{Further, Linear, Terms};
use crate::ir::{
    Derivative, Element, Equation, Expr, Function, Op, Parameter, Part, Real, Role, TensorId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The vector-Jacobian product of `primal`, which is in normal form.
///
/// With Ȳ the cotangent of Y, an equation `Y[l] = ..A[s]..` whose read contributes `c` for the cotangent `Ȳ[l]` becomes
/// `Ā[s] += sum[rest](c)`, where `rest` are the indices that `s` does not name.
pub fn vjp(primal: &Function) -> Backward {
    let active = primal.active(primal.differentiable());
    backward(primal, Linear::new(primal.clone(), active))
}

fn backward(primal: &Function, linear: Linear) -> Backward {
    let split = primal.equations.len();
    let mut p = Pullback {
        linear,
        adjoints: BTreeMap::new(),
    };
    p.begin();
    let circular = p.circles(primal);
    for (at, e) in primal.equations.iter().enumerate().rev() {
        if primal.returned(e).is_none() {
            p.equation(primal, e);
        } else if let Some(group) = p.linear.group(&primal.equations, at) {
            p.call(&group);
        }
    }
    p.linear.settle(circular);
    Backward {
        function: p.linear.f,
        split,
    }
}

/// The gradient of `primal`, in normal form and with one scalar result, as a function: its results are the gradients by
/// the parameters, for the cotangent 1. It can be differentiated once more.
pub fn gradient(primal: &Function) -> Function {
    let mut f = reverse(primal);
    let one = Expr::Real(Real::new(1.0));
    let cotangents = with_role(&f, |r| matches!(r, Role::Cotangent { .. }));
    for at in 0..f.equations.len() {
        let right = f.equations[at].right;
        f.equations[at].right = f.exprs.map(right, &mut |e| match e {
            Expr::Access { tensor, .. } if cotangents.contains(&tensor) => one.clone(),
            e => e,
        });
    }
    // A call takes it as a tensor.
    for tensor in cotangents {
        f.tensors[tensor.index()].role = Role::Intermediate;
        let (left, op, right) = (vec![], Op::Define, f.exprs.add(one.clone()));
        let equation = Equation {
            tensor,
            left,
            op,
            right,
        };
        if f.equations
            .iter()
            .any(|e| f.exprs.tensors(e.right).contains(&tensor))
        {
            f.equations.insert(0, equation);
        }
    }
    f
}

/// The pullback of `primal`, in normal form, as a function: after the parameters it takes a cotangent of each result that is
/// no integer, and its results are the gradients by the parameters.
pub fn pullback(primal: &Function) -> Function {
    let mut f = reverse(primal);
    for r in &primal.results {
        for cotangent in with_role(&f, |role| role == Role::Cotangent { of: *r }) {
            f.tensors[cotangent.index()].role = Role::Parameter { constant: false };
            f.parameters.push(Parameter::Tensor(cotangent));
        }
    }
    f
}

/// The equations of `primal` and of its pullback, with the gradients by all parameters as results. They can be
/// differentiated once more.
fn reverse(primal: &Function) -> Function {
    let active = primal.active(primal.differentiable());
    let linear = Linear::further(primal.clone(), active, Further::Once);
    let joint = backward(primal, linear);
    let mut linear = Linear::new(joint.function, BTreeSet::new());
    let gradients: Vec<TensorId> = primal
        .differentiable()
        .flat_map(|p| with_role(&linear.f, |r| r == Role::Gradient { of: p }))
        .collect();
    for &g in &gradients {
        if linear.f.equations.iter().all(|e| e.tensor != g) {
            linear.zero(g);
        }
    }
    let f = &mut linear.f;
    f.results
        .iter()
        .for_each(|r| f.tensors[r.index()].role = Role::Intermediate);
    for &g in &gradients {
        f.tensors[g.index()].role = Role::Result;
    }
    f.results = gradients;
    linear.f
}

fn with_role(f: &Function, is: impl Fn(Role) -> bool) -> BTreeSet<TensorId> {
    (0..f.tensors.len() as u32)
        .map(TensorId)
        .filter(|&t| is(f.tensor(t).role))
        .collect()
}

struct Pullback {
    linear: Linear,
    /// The cotangent of each tensor that has one.
    adjoints: BTreeMap<TensorId, TensorId>,
}

impl Pullback {
    /// Cotangents of the results, gradients of the parameters.
    fn begin(&mut self) {
        let f = &self.linear.f;
        let read: BTreeSet<TensorId> = f.equations.iter().flat_map(|e| f.reads(e.right)).collect();
        for r in f.results.clone() {
            if self.linear.f.tensor(r).element == Element::Float && !self.adjoints.contains_key(&r)
            {
                let cotangent = self.like(r, Role::Cotangent { of: r });
                if self.linear.active.contains(&r) {
                    let adjoint = if read.contains(&r) {
                        // The result influences other results too.
                        self.copy(r, cotangent)
                    } else {
                        cotangent
                    };
                    self.adjoints.insert(r, adjoint);
                }
            }
        }
        for p in self.linear.f.differentiable().collect::<Vec<_>>() {
            let gradient = self.like(p, Role::Gradient { of: p });
            self.adjoints.insert(p, gradient);
        }
    }

    /// The adjoints of circles, which read each other wherever they stand: those that are new.
    fn circles(&mut self, primal: &Function) -> Vec<TensorId> {
        let mut new = Vec::new();
        for tensor in self.linear.circular(primal) {
            if !self.adjoints.contains_key(&tensor) {
                let adjoint = self.like(tensor, Role::Adjoint { of: tensor });
                self.adjoints.insert(tensor, adjoint);
                new.push(adjoint);
            }
        }
        new
    }

    fn like(&mut self, of: TensorId, role: Role) -> TensorId {
        self.linear
            .f
            .add_derivative(Derivative::Cotangent(of), role)
    }

    /// An adjoint that begins as the cotangent of a result.
    fn copy(&mut self, result: TensorId, cotangent: TensorId) -> TensorId {
        let adjoint = self.like(result, Role::Adjoint { of: result });
        let copy = self.linear.f.copy(adjoint, cotangent);
        self.linear.f.equations.push(copy);
        adjoint
    }

    /// The contributions of one equation.
    fn equation(&mut self, primal: &Function, e: &Equation) {
        let Some(&adjoint) = self.adjoints.get(&e.tensor) else {
            return;
        };
        if !self.linear.active.contains(&e.tensor) {
            return;
        }
        let value = self.linear.begin(primal, e);
        // What lies outside of the tensor is dropped, under a condition of the equation.
        let seed = self.linear.read(adjoint, &e.left);
        let terms = match self.linear.f.exprs.get(e.right).clone() {
            Expr::Softmax { along, body, log } => {
                let seed = self.linear.softmax(&along, log, value, seed);
                self.linear.map(body, seed)
            }
            _ => self.linear.terms(e.right, value, seed),
        };
        self.contribute(terms);
    }

    /// The contributions of a call: the gradients by its arguments, from the cotangents of its results.
    fn call(&mut self, group: &Group) {
        let results = self.linear.f.calls[group.call.index()].results;
        let mut cotangents = vec![None; results];
        for (output, tensor) in &group.outputs {
            if self.linear.active.contains(tensor) {
                cotangents[*output] = self.adjoints.get(tensor).copied();
            }
        }
        if cotangents.iter().all(Option::is_none) {
            return;
        }
        let inputs = [group.inputs.clone(), cotangents].concat();
        let part = (group.call, Part::Pullback);
        let mut parts = Vec::new();
        for (at, argument) in group.inputs.iter().enumerate() {
            let Some(tensor) = argument.filter(|t| self.linear.active.contains(t)) else {
                continue;
            };
            let known = self.adjoints.contains_key(&tensor);
            let role = Role::Adjoint { of: tensor };
            let gradient = self.like(tensor, role);
            self.linear.take(gradient, part, inputs.clone(), at);
            if known {
                parts.push((tensor, gradient));
            } else {
                self.adjoints.insert(tensor, gradient);
            }
        }
        for (tensor, gradient) in parts {
            let left = self.linear.f.whole(tensor);
            let right = self.linear.access(gradient, left.clone());
            let adjoint = self.adjoints[&tensor];
            self.linear.write(adjoint, left, Op::Accumulate, right);
        }
    }

    /// Turns contributions into equations.
    fn contribute(&mut self, terms: Terms) {
        for ((tensor, left), value) in terms {
            let adjoint = match self.adjoints.get(&tensor) {
                Some(&a) => a,
                None => {
                    let a = self.like(tensor, Role::Adjoint { of: tensor });
                    self.adjoints.insert(tensor, a);
                    a
                }
            };
            let named = self.linear.f.exprs.indices_of(&left);
            let mut rest = self.linear.scope.clone();
            rest.retain(|i| !named.contains(i));
            let right = self.linear.sum_over(rest, value);
            self.linear.write(adjoint, left, Op::Accumulate, right);
        }
    }
}
