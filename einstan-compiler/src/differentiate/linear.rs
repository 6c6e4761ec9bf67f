//! The linear part of one equation: what each read in it contributes, for a cotangent of the equation's tensor.
//!
//! A cotangent is pushed from the root of the right-hand side down to the reads. An expression that occurs several times
//! is visited once, with the sum of its cotangents.

use crate::ir::{
    BinaryOp, Element, Equation, Expr, ExprId, Function, IndexId, Op, Role, Subscript, TensorId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The conditions on the way to an expression, each with the truth that leads there.
pub(super) type Guards = Vec<(ExprId, bool)>;

/// What an equation's reads contribute, by tensor and subscripts. Each is a map over the scope.
pub(super) type Terms = BTreeMap<(TensorId, Vec<Subscript>), ExprId>;

/// The rules of differentiation, over the function that they add to.
pub(super) struct Linear {
    pub f: Function,
    /// The tensors that depend on what is differentiated by.
    pub active: BTreeSet<TensorId>,
    pub further: Further,
    /// The indices of the equation at hand.
    pub scope: Vec<IndexId>,
    /// Cotangents of expressions that are still to be visited; inner expressions have lower ids than outer ones.
    pending: BTreeMap<(ExprId, Guards), ExprId>,
    terms: Terms,
    /// The root of the right-hand side, and an access with its value.
    pub root: Option<(ExprId, ExprId)>,
}

/// How often derivatives are differentiated in their turn. What they are at one point is enough to know, if never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Further {
    Never,
    Once,
    Often,
}

impl Linear {
    pub fn new(f: Function, active: BTreeSet<TensorId>) -> Self {
        Linear {
            f,
            active,
            further: Further::Never,
            scope: vec![],
            pending: BTreeMap::new(),
            terms: Terms::new(),
            root: None,
        }
    }

    /// The same, with derivatives that are right when they are differentiated in their turn.
    pub fn further(f: Function, active: BTreeSet<TensorId>, further: Further) -> Self {
        Linear {
            further,
            ..Self::new(f, active)
        }
    }

    /// Begins an equation of `primal`; returns an expression with the value of its right-hand side: its tensor, where that
    /// is nothing else, and not the same along an index.
    pub fn begin(&mut self, primal: &Function, e: &Equation) -> ExprId {
        self.scope = self.f.exprs.indices_of(&e.left);
        let others = primal.equations.iter().filter(|o| o.tensor == e.tensor);
        let free = self.f.exprs.free_indices(e.right);
        let repeats = self.scope.iter().any(|i| !free.contains(i));
        let map = !self.f.exprs.reduces(e.right);
        let value = if others.count() == 1 && e.op == Op::Define && !(map && repeats) {
            self.access(e.tensor, e.left.clone())
        } else {
            e.right
        };
        self.root = Some((e.right, value));
        value
    }

    /// Begins a right-hand side with other indices than its equation's.
    pub fn begin_at(&mut self, scope: Vec<IndexId>, right: ExprId, value: ExprId) {
        self.scope = scope;
        self.root = Some((right, value));
    }

    /// The terms for the cotangent `seed` of an equation that is no softmax.
    pub fn terms(&mut self, right: ExprId, value: ExprId, seed: ExprId) -> Terms {
        self.terms_under(right, value, seed, vec![])
    }

    /// The same, which are 0 but where the guards hold.
    pub fn terms_under(
        &mut self,
        right: ExprId,
        value: ExprId,
        seed: ExprId,
        outer: Guards,
    ) -> Terms {
        match self.f.exprs.get(right).clone() {
            Expr::Reduce { op, indices, body } => {
                let Some((weight, guards)) = self.weight(op, indices, body, value) else {
                    return Terms::new();
                };
                let seed = self.f.exprs.product(seed, weight);
                self.map_under(body, seed, [outer, guards].concat())
            }
            Expr::ArgReduce { .. } => Terms::new(),
            _ => self.map_under(right, seed, outer),
        }
    }

    /// The terms for the cotangent `seed` of a map: what each read in it contributes.
    pub fn map(&mut self, id: ExprId, seed: ExprId) -> Terms {
        self.map_under(id, seed, vec![])
    }

    pub fn map_under(&mut self, id: ExprId, seed: ExprId, guards: Guards) -> Terms {
        self.push(id, seed, &guards);
        while let Some(((id, guards), seed)) = self.pending.pop_last() {
            self.visit(id, seed, guards);
        }
        std::mem::take(&mut self.terms)
    }

    /// Whether anything in `id` has a derivative.
    pub fn matters(&self, id: ExprId) -> bool {
        self.f
            .exprs
            .tensors(id)
            .iter()
            .any(|t| self.active.contains(t))
    }

    /// Adds to the cotangent of an expression.
    pub fn push(&mut self, id: ExprId, seed: ExprId, guards: &Guards) {
        if !self.matters(id) {
            return;
        }
        let key = (id, guards.clone());
        let seed = match self.pending.get(&key) {
            Some(&other) => self.f.exprs.sum(other, seed),
            None => seed,
        };
        self.pending.insert(key, seed);
    }

    /// Passes the cotangent `seed` of an expression on to those inside it.
    fn visit(&mut self, id: ExprId, seed: ExprId, mut guards: Guards) {
        let value = match self.root {
            Some((root, value)) if root == id => value,
            _ => id,
        };
        match self.f.exprs.get(id).clone() {
            Expr::Access {
                tensor, subscripts, ..
            } => self.term(tensor, subscripts, seed, &guards),
            Expr::Unary(op, a) => {
                if let Some(seed) = self.unary(op, a, value, seed) {
                    self.push(a, seed, &guards);
                }
            }
            Expr::PowI(a, n) if n != 0 => {
                let seed = self.power_of(a, n, seed);
                self.push(a, seed, &guards);
            }
            Expr::Binary(op, a, b) => {
                let local = self.binary(op, a, b, value);
                let seed = match local.divisor {
                    Some(divisor) => self.f.exprs.quotient(seed, divisor),
                    None => seed,
                };
                for share in local.shares {
                    let seed = self.f.exprs.product(seed, share.factor);
                    let inside = guards.iter().copied().chain(share.guard).collect();
                    self.push(share.of, seed, &inside);
                }
            }
            // d f(a, b) = ∂f/∂a da + ∂f/∂b db, by the rules that the user gives
            Expr::Foreign {
                function,
                arguments,
            } => {
                for (by, &a) in arguments.iter().enumerate() {
                    if self.matters(a)
                        && let Some(rule) = self.f.rule(function, by, &arguments)
                    {
                        let seed = self.f.exprs.product(seed, rule);
                        self.push(a, seed, &guards);
                    }
                }
            }
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                // A branch that is not taken contributes nothing, not even 0 * ∞.
                guards.push((condition, true));
                self.push(then, seed, &guards);
                guards.pop();
                guards.push((condition, false));
                self.push(otherwise, seed, &guards);
            }
            _ => {}
        }
    }

    /// d(a^n) = n a^(n-1) da
    pub fn power_of(&mut self, a: ExprId, n: i32, seed: ExprId) -> ExprId {
        let power = self.f.exprs.powi(a, n - 1);
        let factor = self.f.exprs.times(n.into(), power);
        self.f.exprs.product(seed, factor)
    }

    /// Notes what a read contributes; contributions to the same read add up.
    fn term(
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
        let sum = match self.terms.get(&key) {
            Some(&other) => self.f.exprs.binary(BinaryOp::Add, other, value),
            None => value,
        };
        self.terms.insert(key, sum);
    }

    /// `if guards { value } else { 0 }`
    pub fn under(&mut self, guards: &[(ExprId, bool)], value: ExprId) -> ExprId {
        let Some(condition) = self.f.exprs.all(guards) else {
            return value;
        };
        let zero = self.f.exprs.real(0.0);
        self.f.exprs.select(condition, value, zero)
    }

    /// `sum[indices](value)`; an index that the value does not depend on counts.
    pub fn sum_over(&mut self, indices: Vec<IndexId>, value: ExprId) -> ExprId {
        let used = self.f.exprs.free_indices(value);
        let (summed, counted): (Vec<_>, Vec<_>) =
            indices.into_iter().partition(|i| used.contains(i));
        let mut value = value;
        for i in counted {
            let len = self.f.exprs.add(Expr::Len(self.f.index(i).dim));
            let len = self.f.exprs.number(len);
            value = self.f.exprs.product(len, value);
        }
        if summed.is_empty() {
            value
        } else {
            self.sum(&summed, value)
        }
    }

    pub fn access(&mut self, tensor: TensorId, subscripts: Vec<Subscript>) -> ExprId {
        self.f.exprs.add(Expr::Access {
            tensor,
            subscripts,
            guarded: false,
        })
    }

    /// That computed positions lie inside of a tensor, where that is not certain: elsewhere nothing is read or written.
    pub fn inside(&mut self, tensor: TensorId, at: &[Subscript]) -> Guards {
        let axes = self.f.tensor(tensor).axes.clone();
        let mut out = Guards::new();
        for (&s, dim) in at.iter().zip(axes) {
            if let Subscript::At(position) = s {
                let inside = self.f.inside(position, dim);
                out.extend(inside.into_iter().map(|c| (c, true)));
            }
        }
        out
    }

    /// An element at a position that may lie outside.
    pub fn read(&mut self, tensor: TensorId, at: &[Subscript]) -> ExprId {
        let guarded = !self.inside(tensor, at).is_empty();
        self.f.exprs.add(Expr::Access {
            tensor,
            subscripts: at.to_vec(),
            guarded,
        })
    }

    /// The tensors of `primal` whose derivatives read each other, wherever their equations stand.
    pub fn circular(&self, primal: &Function) -> Vec<TensorId> {
        let circles = primal.circles(&primal.equations);
        let mut all: Vec<TensorId> = circles.iter().flatten().copied().collect();
        all.retain(|t| self.active.contains(t));
        all
    }

    /// Makes those of some tensors zero that no equation writes.
    pub fn settle(&mut self, tensors: impl IntoIterator<Item = TensorId>) {
        let written = self.f.equations.iter().map(|e| e.tensor);
        let written: BTreeSet<TensorId> = written.collect();
        for tensor in tensors {
            if !written.contains(&tensor) {
                self.zero(tensor);
            }
        }
    }

    /// Adds an equation, with indices of its own.
    pub fn write(&mut self, tensor: TensorId, left: Vec<Subscript>, op: Op, right: ExprId) {
        let mut map = BTreeMap::new();
        let mut all: BTreeSet<IndexId> = self.f.exprs.indices_of(&left).into_iter().collect();
        for e in self.f.exprs.walk(right) {
            all.extend(self.f.exprs.bound(e));
        }
        for i in all {
            let index = self.f.index(i).clone();
            map.insert(i, self.f.add_index(index.name, index.dim));
        }
        let left = self.f.renamed(&left, &map);
        let right = self.f.rename(right, &map);
        self.f.equations.push(Equation {
            tensor,
            left,
            op,
            right,
        });
    }

    /// `T[..] = 0`
    pub fn zero(&mut self, tensor: TensorId) {
        let zero = self.f.zero(tensor);
        self.f.equations.push(zero);
    }

    /// A temporary of the backward pass, `name[left] = right`, and the access of it at these indices.
    pub fn define(&mut self, name: &str, left: &[IndexId], right: ExprId) -> ExprId {
        let axes = left.iter().map(|&i| self.f.index(i).dim).collect();
        let tensor = self
            .f
            .add_tensor(name, axes, Element::Float, Role::Temporary);
        let subscripts: Vec<Subscript> = left.iter().map(|&i| Subscript::Index(i)).collect();
        self.write(tensor, subscripts.clone(), Op::Define, right);
        self.access(tensor, subscripts)
    }
}
