//! The backward equations of a function in normal form: one local rule for each operation.
//!
//! A cotangent is pushed from the root of each right-hand side to the reads in it. At a read of `A[s]` it becomes a
//! contribution `Ā[s] += sum[rest](cotangent)`, where `rest` are the indices in scope that `s` does not name.

mod elementwise;
mod reduction;

use crate::ir::{
    BinaryOp, Element, Equation, Expr, ExprId, Function, IndexId, Op, ReduceOp, Role, Subscript,
    TensorId, indices,
};
use std::collections::{BTreeMap, BTreeSet};

/// A function with its backward equations.
#[derive(Clone, Debug)]
pub struct Backward {
    /// The equations of the function, then from `split` on those of its backward pass.
    pub function: Function,
    pub split: usize,
}

/// The vector-Jacobian product of `primal`, which is in normal form.
pub fn vjp(primal: &Function) -> Backward {
    let function = primal.clone();
    let split = function.equations.len();
    let active = active(&function);
    let mut p = Pullback {
        f: function,
        active,
        adjoints: BTreeMap::new(),
        sums: BTreeMap::new(),
        scope: vec![],
    };
    p.begin();
    for e in primal.equations.iter().rev() {
        p.equation(primal, e);
    }
    Backward {
        function: p.f,
        split,
    }
}

/// The float tensors that depend on a parameter by which the function is differentiated.
fn active(f: &Function) -> BTreeSet<TensorId> {
    let mut active: BTreeSet<TensorId> = f.differentiable().collect();
    for e in &f.equations {
        let depends = f.reads(e.right).iter().any(|t| active.contains(t));
        if depends && f.tensor(e.tensor).element == Element::Float {
            active.insert(e.tensor);
        }
    }
    active
}

/// The conditions on the way to a read, each with the truth that leads there.
type Guards = Vec<(ExprId, bool)>;

struct Pullback {
    f: Function,
    active: BTreeSet<TensorId>,
    /// The cotangent of each tensor that has one.
    adjoints: BTreeMap<TensorId, TensorId>,
    /// The contributions of the equation at hand, by the read that they belong to.
    sums: BTreeMap<(TensorId, Vec<Subscript>), ExprId>,
    /// The indices of the equation at hand.
    scope: Vec<IndexId>,
}

impl Pullback {
    /// Cotangents of the results, gradients of the parameters.
    fn begin(&mut self) {
        let read: BTreeSet<TensorId> = self
            .f
            .equations
            .iter()
            .flat_map(|e| self.f.reads(e.right))
            .collect();
        for r in self.f.results.clone() {
            if self.f.tensor(r).element != Element::Float || self.adjoints.contains_key(&r) {
                continue;
            }
            let cotangent = self.like(r, Role::Cotangent { of: r });
            if !self.active.contains(&r) {
                continue;
            }
            let adjoint = if read.contains(&r) {
                // The result influences other results too.
                let adjoint = self.like(r, Role::Adjoint { of: r });
                let axes = self.f.tensor(r).axes.clone();
                let left: Vec<Subscript> = axes
                    .iter()
                    .map(|&d| Subscript::Index(self.f.add_index("i", d)))
                    .collect();
                let right = self.access(cotangent, left.clone());
                self.f.equations.push(Equation {
                    tensor: adjoint,
                    left,
                    op: Op::Define,
                    right,
                });
                adjoint
            } else {
                cotangent
            };
            self.adjoints.insert(r, adjoint);
        }
        for p in self.f.differentiable().collect::<Vec<_>>() {
            let gradient = self.like(p, Role::Gradient { of: p });
            self.adjoints.insert(p, gradient);
        }
    }

    /// A tensor shaped like another one, named `∂` of it.
    fn like(&mut self, of: TensorId, role: Role) -> TensorId {
        let t = self.f.tensor(of).clone();
        self.f
            .add_tensor(&format!("∂{}", t.name), t.axes, Element::Float, role)
    }

    fn access(&mut self, tensor: TensorId, subscripts: Vec<Subscript>) -> ExprId {
        self.f.exprs.add(Expr::Access {
            tensor,
            subscripts,
            guarded: false,
        })
    }

    /// The contributions of one equation.
    fn equation(&mut self, primal: &Function, e: &Equation) {
        let Some(&adjoint) = self.adjoints.get(&e.tensor) else {
            return;
        };
        if !self.active.contains(&e.tensor) {
            return;
        }
        self.scope = indices(&e.left);
        let seed = self.access(adjoint, e.left.clone());
        let alone = primal
            .equations
            .iter()
            .filter(|o| o.tensor == e.tensor)
            .count()
            == 1;
        let value = if alone && e.op == Op::Define {
            self.access(e.tensor, e.left.clone())
        } else {
            e.right
        };
        match self.f.exprs.get(e.right).clone() {
            Expr::Reduce { op, indices, body } => self.reduction(op, indices, body, value, seed),
            Expr::Softmax { along, body, log } => self.softmax(along, body, log, value, seed),
            Expr::ArgReduce { .. } => {}
            _ => self.push(e.right, value, seed, &mut vec![]),
        }
        self.flush();
    }

    /// Whether anything in `id` has a derivative.
    fn matters(&self, id: ExprId) -> bool {
        self.f.reads(id).iter().any(|t| self.active.contains(t))
    }

    /// Adds the cotangent `seed` of `id` to the reads in it. `value` has the value of `id`.
    fn push(&mut self, id: ExprId, value: ExprId, seed: ExprId, guards: &mut Guards) {
        if !self.matters(id) {
            return;
        }
        match self.f.exprs.get(id).clone() {
            Expr::Access {
                tensor, subscripts, ..
            } => self.contribute(tensor, subscripts, seed, guards),
            Expr::Unary(op, a) => {
                let seed = self.unary(op, a, value, seed);
                if let Some(seed) = seed {
                    self.push(a, a, seed, guards);
                }
            }
            // d(a^n) = n a^(n-1) da
            Expr::PowI(a, n) if n != 0 => {
                let power = self.f.exprs.powi(a, n - 1);
                let factor = self.f.exprs.times(n.into(), power);
                let seed = self.f.exprs.product(seed, factor);
                self.push(a, a, seed, guards);
            }
            Expr::Binary(op, a, b) => self.binary(op, (a, b), value, seed, guards),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                // A branch that is not taken contributes nothing, not even 0 * ∞.
                guards.push((condition, true));
                self.push(then, then, seed, guards);
                guards.pop();
                guards.push((condition, false));
                self.push(otherwise, otherwise, seed, guards);
                guards.pop();
            }
            _ => {}
        }
    }

    /// Notes a contribution; those to the same read add up.
    fn contribute(
        &mut self,
        tensor: TensorId,
        subscripts: Vec<Subscript>,
        seed: ExprId,
        guards: &Guards,
    ) {
        if !self.active.contains(&tensor) {
            return;
        }
        let value = self.under(guards, seed);
        let key = (tensor, subscripts);
        let sum = match self.sums.get(&key) {
            Some(&other) => self.f.exprs.binary(BinaryOp::Add, other, value),
            None => value,
        };
        self.sums.insert(key, sum);
    }

    /// `if guards { value } else { 0 }`
    fn under(&mut self, guards: &Guards, value: ExprId) -> ExprId {
        let Some(condition) = self.f.exprs.all(guards) else {
            return value;
        };
        let zero = self.f.exprs.real(0.0);
        self.f.exprs.select(condition, value, zero)
    }

    /// Turns the contributions into equations.
    fn flush(&mut self) {
        for ((tensor, left), value) in std::mem::take(&mut self.sums) {
            let adjoint = match self.adjoints.get(&tensor) {
                Some(&a) => a,
                None => {
                    let a = self.like(tensor, Role::Adjoint { of: tensor });
                    self.adjoints.insert(tensor, a);
                    a
                }
            };
            let named = indices(&left);
            let used = self.f.exprs.free_indices(value);
            let (mut summed, mut value) = (Vec::new(), value);
            for i in self
                .scope
                .clone()
                .into_iter()
                .filter(|i| !named.contains(i))
            {
                if used.contains(&i) {
                    summed.push(i);
                } else {
                    // The sum of equal addends.
                    let len = self.f.exprs.add(Expr::Len(self.f.index(i).dim));
                    let len = self.f.exprs.add(Expr::Number(len));
                    value = self.f.exprs.product(len, value);
                }
            }
            let right = if summed.is_empty() {
                value
            } else {
                self.f.exprs.add(Expr::Reduce {
                    op: ReduceOp::Sum,
                    indices: summed,
                    body: value,
                })
            };
            self.write(adjoint, left, Op::Accumulate, right);
        }
    }

    /// Adds an equation, with indices of its own.
    fn write(&mut self, tensor: TensorId, left: Vec<Subscript>, op: Op, right: ExprId) {
        let mut map = BTreeMap::new();
        let mut all: BTreeSet<IndexId> = indices(&left).into_iter().collect();
        for e in self.f.exprs.walk(right) {
            match self.f.exprs.get(e) {
                Expr::Reduce { indices, .. } => all.extend(indices),
                Expr::ArgReduce { index, .. } => all.extend([*index]),
                _ => {}
            }
        }
        for i in all {
            let index = self.f.index(i).clone();
            map.insert(i, self.f.add_index(index.name, index.dim));
        }
        let left = left
            .into_iter()
            .map(|s| match s {
                Subscript::Index(i) => Subscript::Index(map[&i]),
                c => c,
            })
            .collect();
        let right = self.f.rename(right, &map);
        self.f.equations.push(Equation {
            tensor,
            left,
            op,
            right,
        });
    }

    /// A temporary of the backward pass, `name[left] = right`, and the access of it at these indices.
    fn define(&mut self, name: &str, left: &[IndexId], right: ExprId) -> ExprId {
        let axes = left.iter().map(|&i| self.f.index(i).dim).collect();
        let tensor = self
            .f
            .add_tensor(name, axes, Element::Float, Role::Temporary);
        let subscripts: Vec<Subscript> = left.iter().map(|&i| Subscript::Index(i)).collect();
        self.write(tensor, subscripts.clone(), Op::Define, right);
        self.access(tensor, subscripts)
    }
}
