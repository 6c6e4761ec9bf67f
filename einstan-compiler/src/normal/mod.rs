//! Normal form: every equation is a map, or one reduction of a map, or one softmax of a map, without Jacobians.
//!
//! A reduction inside an expression becomes an equation of its own, which defines a temporary over the free indices of
//! the reduction. A reduction in a branch is guarded: where the branch is not taken, it reduces its identity.

mod addends;
pub(crate) mod commute;
mod jacobians;
mod products;

pub use products::take_apart;

use crate::ir::{
    BinaryOp, Circles, Element, ElementType, Equation, Expr, ExprId, Function, IndexId, Op,
    ReduceOp, Role, Subscript, TensorId, are_plain,
};
use std::collections::{BTreeMap, BTreeSet};

/// Brings `f` into normal form.
pub fn normalise(f: &mut Function) {
    commute::run(f);
    let equations = std::mem::take(&mut f.equations);
    let circles = f.circles(&equations);
    let mut count = BTreeMap::new();
    equations
        .iter()
        .for_each(|e| *count.entry(e.tensor).or_insert(0) += 1);
    let mut normaliser = Normaliser {
        f,
        out: Vec::new(),
        known: BTreeMap::new(),
        circle: Circle::default(),
    };
    for e in equations {
        normaliser.circle = Circle::of(normaliser.f, &circles, &e);
        let alone = e.op == Op::Define && count[&e.tensor] == 1;
        let right = normaliser.without_jacobians(e.right);
        normaliser.equation(Equation { right, ..e }, alone);
    }
    normaliser.checks();
    let out = normaliser.out;
    f.equations = out;
    f.complete_recurrences();
}

pub(crate) struct Normaliser<'a> {
    pub(crate) f: &'a mut Function,
    out: Vec<Equation>,
    /// What reductions were taken out already: the same one twice is one temporary.
    known: BTreeMap<(ExprId, Vec<(ExprId, bool)>), ExprId>,
    /// The circle of the equation at hand, if it stands in one.
    circle: Circle,
}

/// The tensors of a circle, and the indices along which an equation of it is computed.
#[derive(Clone, Debug, Default)]
struct Circle {
    tensors: BTreeSet<TensorId>,
    own: Vec<IndexId>,
}

impl Circle {
    fn of(f: &Function, circles: &Circles, e: &Equation) -> Circle {
        let tensors = circles.of(e.tensor).cloned();
        Circle {
            own: f
                .own_indices(e)
                .filter(|_| tensors.is_some())
                .unwrap_or_default(),
            tensors: tensors.unwrap_or_default(),
        }
    }
}

/// The conditions on the way to an expression, each with the truth that leads there.
type Guards = Vec<(ExprId, bool)>;

impl Normaliser<'_> {
    /// The conditions of checks without reductions.
    fn checks(&mut self) {
        for at in 0..self.f.checks.len() {
            for condition in 0..self.f.checks[at].fails.len() {
                let (id, _) = self.f.checks[at].fails[condition];
                let id = self.without_jacobians(id);
                let id = self.map(id, &mut vec![]);
                self.f.checks[at].fails[condition].0 = id;
            }
        }
    }

    /// `alone`: no other equation writes the tensor.
    fn equation(&mut self, e: Equation, alone: bool) {
        let plain = are_plain(&e.left);
        let integer = self.f.tensor(e.tensor).element != Element::Float;
        if plain && !integer && self.circle.tensors.is_empty() {
            let parts = addends::split(self, &e);
            let alone = alone && parts.len() == 1;
            for part in parts {
                self.part(part, alone);
            }
        } else {
            self.part(e, alone);
        }
    }

    /// An equation whose reduction, if it has one at the root, stays there: a sum always, another one if its value is
    /// the tensor.
    fn part(&mut self, e: Equation, alone: bool) {
        let right = match self.f.exprs.get(e.right).clone() {
            Expr::Reduce { op, indices, body }
                if op == ReduceOp::Sum || (alone && op != ReduceOp::Mean) =>
            {
                let body = self.map(body, &mut vec![]);
                self.f.exprs.add(Expr::Reduce { op, indices, body })
            }
            Expr::ArgReduce { op, index, body }
                if alone && self.f.tensor(e.tensor).element != Element::Float =>
            {
                let body = self.map(body, &mut vec![]);
                self.f.exprs.add(Expr::ArgReduce { op, index, body })
            }
            Expr::Softmax { along, body, log }
                if alone
                    && self.fits(&e, &along, body)
                    && !self.f.exprs.tensors(body).contains(&e.tensor) =>
            {
                let body = self.map(body, &mut vec![]);
                self.f.exprs.add(Expr::Softmax { along, body, log })
            }
            _ => self.map(e.right, &mut vec![]),
        };
        self.out.push(Equation { right, ..e });
    }

    /// Whether a softmax covers exactly the left-hand side.
    fn fits(&self, e: &Equation, along: &[IndexId], body: ExprId) -> bool {
        let mut free = self.f.exprs.free_indices(body);
        free.extend(along);
        are_plain(&e.left)
            && e.left.len() == free.len()
            && e.left
                .iter()
                .all(|s| matches!(s, Subscript::Index(i) if free.contains(i)))
    }

    /// The product of the lengths of indices, as a number.
    fn count(&mut self, indices: &[IndexId]) -> ExprId {
        let mut count = None;
        for &i in indices {
            let len = self.f.exprs.add(Expr::Len(self.f.index(i).dim));
            let len = self.f.exprs.add(Expr::Number(len));
            count = Some(match count {
                Some(c) => self.f.exprs.binary(BinaryOp::Mul, c, len),
                None => len,
            });
        }
        count.expect("a reduction has an index")
    }

    /// `id` without reductions: each has become a temporary.
    fn map(&mut self, id: ExprId, guards: &mut Guards) -> ExprId {
        match self.f.exprs.get(id).clone() {
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.map(condition, guards);
                let then = self.guarded(then, guards, (condition, true));
                let otherwise = self.guarded(otherwise, guards, (condition, false));
                self.f.exprs.add(Expr::Select {
                    condition,
                    then,
                    otherwise,
                })
            }
            Expr::And(a, b) => {
                let a = self.map(a, guards);
                let b = self.guarded(b, guards, (a, true));
                self.f.exprs.add(Expr::And(a, b))
            }
            Expr::Or(a, b) => {
                let a = self.map(a, guards);
                let b = self.guarded(b, guards, (a, false));
                self.f.exprs.add(Expr::Or(a, b))
            }
            Expr::Reduce {
                op: ReduceOp::Mean,
                indices,
                body,
            } => {
                let sum = self.f.exprs.add(Expr::Reduce {
                    op: ReduceOp::Sum,
                    indices: indices.clone(),
                    body,
                });
                let sum = self.map(sum, guards);
                let count = self.count(&indices);
                self.f.exprs.binary(BinaryOp::Div, sum, count)
            }
            Expr::Reduce { .. } | Expr::ArgReduce { .. } | Expr::Softmax { .. } => {
                self.take_out(id, guards)
            }
            _ => {
                let children = self.f.exprs.children(id);
                let mapped: Vec<ExprId> =
                    children.into_iter().map(|c| self.map(c, guards)).collect();
                let mut next = mapped.into_iter();
                self.f
                    .exprs
                    .map_children(id, &mut |_, _| next.next().expect("one for each child"))
            }
        }
    }

    /// The indices of a temporary with the value of an expression: in a circle those along which it is computed are among
    /// them, where the expression needs a tensor of the circle.
    fn kept(&self, id: ExprId) -> Vec<IndexId> {
        let mut free = self.f.exprs.free_indices(id);
        if !self.f.exprs.tensors(id).is_disjoint(&self.circle.tensors) {
            free.extend(&self.circle.own);
        }
        free.into_iter().collect()
    }

    fn guarded(&mut self, id: ExprId, guards: &mut Guards, guard: (ExprId, bool)) -> ExprId {
        guards.push(guard);
        let out = self.map(id, guards);
        guards.pop();
        out
    }

    /// A temporary for a reduction or a softmax, and the access that takes its place.
    fn take_out(&mut self, id: ExprId, guards: &mut Guards) -> ExprId {
        if let Some(&access) = self.known.get(&(id, guards.clone())) {
            return access;
        }
        let free = self.kept(id);
        // One element of a softmax needs the whole row.
        let mut outside = free.clone();
        if let Expr::Softmax { along, .. } = self.f.exprs.get(id) {
            outside.retain(|i| !along.contains(i));
        }
        let guard = self.reaches(guards, &outside);
        let (word, element) = match self.f.exprs.get(id) {
            Expr::ArgReduce { .. } => ("arg", Element::Integer(ElementType::Usize)),
            Expr::Softmax { log: false, .. } => ("softmax", Element::Float),
            Expr::Softmax { log: true, .. } => ("log_softmax", Element::Float),
            Expr::Reduce { op, .. } => (op.word(), Element::Float),
            _ => unreachable!("only reductions are taken out"),
        };
        let right = match self.f.exprs.get(id).clone() {
            Expr::Reduce { op, indices, body } => {
                let body = self.map(body, &mut vec![]);
                let body = self.guard(body, guard, op.neutral());
                self.f.exprs.add(Expr::Reduce { op, indices, body })
            }
            Expr::ArgReduce { op, index, body } => {
                let body = self.map(body, &mut vec![]);
                let body = self.guard(body, guard, 0.0);
                self.f.exprs.add(Expr::ArgReduce { op, index, body })
            }
            Expr::Softmax { along, body, log } => {
                let body = self.map(body, &mut vec![]);
                let body = self.guard(body, guard, 0.0);
                self.f.exprs.add(Expr::Softmax { along, body, log })
            }
            _ => unreachable!("only reductions are taken out"),
        };
        let access = self.define(word, &free, element, right);
        self.known.insert((id, guards.clone()), access);
        access
    }

    /// A new temporary over `free` with the value `right`, and an access of it at these indices.
    fn define(&mut self, word: &str, free: &[IndexId], element: Element, right: ExprId) -> ExprId {
        let axes = free.iter().map(|&i| self.f.index(i).dim).collect();
        let tensor = self.f.add_tensor(word, axes, element, Role::Temporary);
        let mut map = BTreeMap::new();
        for &i in free {
            let index = self.f.index(i).clone();
            map.insert(i, self.f.add_index(index.name, index.dim));
        }
        self.refresh(right, &mut map);
        let left = free.iter().map(|i| Subscript::Index(map[i])).collect();
        let right = self.f.rename(right, &map);
        self.out.push(Equation {
            tensor,
            left,
            op: Op::Define,
            right,
        });
        let subscripts = free.iter().map(|&i| Subscript::Index(i)).collect();
        self.f.exprs.add(match element {
            Element::Float => Expr::Access {
                tensor,
                subscripts,
                guarded: false,
            },
            Element::Integer(_) => Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded: false,
            },
        })
    }

    /// New indices for those that `id` binds, since the expression that it is copied from may stand elsewhere too.
    fn refresh(&mut self, id: ExprId, map: &mut BTreeMap<IndexId, IndexId>) {
        for e in self.f.exprs.walk(id) {
            let bound = match self.f.exprs.get(e) {
                Expr::Reduce { indices, .. } => indices.clone(),
                Expr::ArgReduce { index, .. } => vec![*index],
                _ => vec![],
            };
            for i in bound {
                let index = self.f.index(i).clone();
                map.entry(i)
                    .or_insert_with(|| self.f.add_index(index.name, index.dim));
            }
        }
    }

    /// The condition under which a branch is taken for some values of the indices other than `free`.
    fn reaches(&mut self, guards: &Guards, free: &[IndexId]) -> Option<ExprId> {
        let all = self.f.exprs.all(guards)?;
        let extra: Vec<IndexId> = self
            .f
            .exprs
            .free_indices(all)
            .into_iter()
            .filter(|i| !free.contains(i))
            .collect();
        if extra.is_empty() {
            return Some(all);
        }
        let mut map = BTreeMap::new();
        for &i in &extra {
            let index = self.f.index(i).clone();
            map.insert(i, self.f.add_index(index.name, index.dim));
        }
        let condition = self.f.rename(all, &map);
        let body = self.f.exprs.add(Expr::Indicator(condition));
        let indices = extra.iter().map(|i| map[i]).collect();
        let count = self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices,
            body,
        });
        let used: Vec<IndexId> = self.f.exprs.free_indices(count).into_iter().collect();
        let count = self.define("taken", &used, Element::Float, count);
        let zero = self.f.exprs.real(0.0);
        Some(
            self.f
                .exprs
                .add(Expr::Compare(crate::ir::CmpOp::Greater, count, zero)),
        )
    }

    fn guard(&mut self, body: ExprId, guard: Option<ExprId>, otherwise: f64) -> ExprId {
        let Some(condition) = guard else { return body };
        let otherwise = self.f.exprs.real(otherwise);
        self.f.exprs.add(Expr::Select {
            condition,
            then: body,
            otherwise,
        })
    }
}
