//! Expressions of the ir: a hash-consed arena, so that equal expressions have equal ids.

use super::{CallId, DimId, ForeignId, Function, GivenId, IndexId, Part, TensorId};
pub use crate::ast::CmpOp;
pub use crate::op::{BinaryOp, ReduceOp, UnaryOp};
use std::collections::{BTreeMap, BTreeSet};

/// An expression in the arena of its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// A real constant, ordered and hashed by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Real(u64);

impl Real {
    pub fn new(value: f64) -> Self {
        Real(value.to_bits())
    }
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// A position in the brackets of an access or of a left-hand side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subscript {
    Index(IndexId),
    Constant(u64),
}

/// A node. Kinds of value: numbers (of the function's element type), integers (exact), booleans. Integers occur
/// as operands of exact comparisons, of `Number`, and as the right-hand side of an integer tensor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr {
    // --- numbers
    Real(Real),
    /// Of a float tensor. `guarded`: stands in a branch, so that a constant position may lie outside where the branch
    /// is not taken; then any number will do.
    Access {
        tensor: TensorId,
        subscripts: Vec<Subscript>,
        guarded: bool,
    },
    Unary(UnaryOp, ExprId),
    Binary(BinaryOp, ExprId, ExprId),
    /// `a ^ n` with a whole constant: repeated multiplication; `a^0` is 1.
    PowI(ExprId, i32),
    /// Everything but argmax and argmin. Binds `indices` in `body`.
    Reduce {
        op: ReduceOp,
        indices: Vec<IndexId>,
        body: ExprId,
    },
    /// softmax (or its logarithm) of `body` along the free indices `along`: `body` and the value have the same
    /// free indices (beside `along`). Does not bind.
    Softmax {
        along: Vec<IndexId>,
        body: ExprId,
        log: bool,
    },
    /// `d(of[at]) / d(by[to])`: normal form has none.
    Jacobian {
        of: TensorId,
        at: Vec<Subscript>,
        by: TensorId,
        to: Vec<Subscript>,
    },
    /// An element of what a call computes, from whole tensors: stands at the root of an equation alone, with the
    /// equation's own plain subscripts. An input that is missing is zero, or no tensor.
    Returned {
        call: CallId,
        part: Part,
        inputs: Vec<Option<TensorId>>,
        output: usize,
        subscripts: Vec<Subscript>,
    },
    /// A Rust function of numbers.
    Foreign {
        function: ForeignId,
        arguments: Vec<ExprId>,
    },
    /// A parameter of the foreign function in whose rule it stands: equations have none.
    Argument(u32),
    /// What Rust gives when the function is entered.
    Given(GivenId),
    /// `if condition { then } else { otherwise }` of numbers, or of integers.
    Select {
        condition: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    /// 1 or 0.
    Indicator(ExprId),
    /// An integer as a number.
    Number(ExprId),

    // --- integers
    Integer(i64),
    /// The value of an index.
    IndexValue(IndexId),
    Len(DimId),
    /// Of an integer tensor.
    IntegerAccess {
        tensor: TensorId,
        subscripts: Vec<Subscript>,
        guarded: bool,
    },
    IntegerNeg(ExprId),
    IntegerAdd(ExprId, ExprId),
    IntegerMul(ExprId, ExprId),
    /// Takes the sign of the divisor.
    IntegerRem(ExprId, ExprId),
    /// argmax and argmin: `indices` has one index.
    ArgReduce {
        op: ReduceOp,
        index: IndexId,
        body: ExprId,
    },

    // --- booleans
    Truth(bool),
    /// Of two numbers; a comparison with NaN is false but for `!=`.
    Compare(CmpOp, ExprId, ExprId),
    /// Of two integers.
    IntegerCompare(CmpOp, ExprId, ExprId),
    And(ExprId, ExprId),
    Or(ExprId, ExprId),
    Not(ExprId),
}

/// The arena.
#[derive(Clone, Debug, Default)]
pub struct Exprs {
    nodes: Vec<Expr>,
    ids: BTreeMap<Expr, ExprId>,
}

impl Exprs {
    /// The id of `expr`, the same for equal ones.
    pub fn add(&mut self, expr: Expr) -> ExprId {
        if let Some(&id) = self.ids.get(&expr) {
            return id;
        }
        let id = ExprId(self.nodes.len() as u32);
        self.nodes.push(expr.clone());
        self.ids.insert(expr, id);
        id
    }

    pub fn get(&self, id: ExprId) -> &Expr {
        &self.nodes[id.0 as usize]
    }

    pub fn unary(&mut self, op: UnaryOp, a: ExprId) -> ExprId {
        self.add(Expr::Unary(op, a))
    }

    pub fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        self.add(Expr::Binary(op, a, b))
    }

    /// The expressions directly inside, in order.
    pub fn children(&self, id: ExprId) -> Vec<ExprId> {
        match *self.get(id) {
            Expr::Real(_)
            | Expr::Access { .. }
            | Expr::Integer(_)
            | Expr::IndexValue(_)
            | Expr::Len(_)
            | Expr::IntegerAccess { .. }
            | Expr::Jacobian { .. }
            | Expr::Returned { .. }
            | Expr::Argument(_)
            | Expr::Given(_)
            | Expr::Truth(_) => vec![],
            Expr::Foreign { ref arguments, .. } => arguments.clone(),
            Expr::Unary(_, a)
            | Expr::PowI(a, _)
            | Expr::Reduce { body: a, .. }
            | Expr::Softmax { body: a, .. }
            | Expr::ArgReduce { body: a, .. }
            | Expr::Indicator(a)
            | Expr::Number(a)
            | Expr::IntegerNeg(a)
            | Expr::Not(a) => vec![a],
            Expr::Binary(_, a, b)
            | Expr::IntegerAdd(a, b)
            | Expr::IntegerMul(a, b)
            | Expr::IntegerRem(a, b)
            | Expr::Compare(_, a, b)
            | Expr::IntegerCompare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => vec![a, b],
            Expr::Select {
                condition,
                then,
                otherwise,
            } => vec![condition, then, otherwise],
        }
    }

    /// `id` with its children replaced by what `f` makes of them.
    pub fn map_children(
        &mut self,
        id: ExprId,
        f: &mut impl FnMut(&mut Self, ExprId) -> ExprId,
    ) -> ExprId {
        let expr = self.get(id).clone();
        let expr = expr.with_children(&mut |child| f(self, child));
        self.add(expr)
    }

    /// The indices that `id` uses and no reduction in it binds.
    pub fn free_indices(&self, id: ExprId) -> BTreeSet<IndexId> {
        self.free(id, &mut BTreeMap::new())
    }

    fn free(
        &self,
        id: ExprId,
        done: &mut BTreeMap<ExprId, BTreeSet<IndexId>>,
    ) -> BTreeSet<IndexId> {
        if let Some(free) = done.get(&id) {
            return free.clone();
        }
        let mut free: BTreeSet<IndexId> = self
            .children(id)
            .into_iter()
            .flat_map(|c| self.free(c, done))
            .collect();
        match self.get(id) {
            Expr::Access { subscripts, .. }
            | Expr::IntegerAccess { subscripts, .. }
            | Expr::Returned { subscripts, .. } => {
                free.extend(indices(subscripts));
            }
            Expr::Jacobian { at, to, .. } => {
                free.extend(indices(at));
                free.extend(indices(to));
            }
            Expr::IndexValue(i) => {
                free.insert(*i);
            }
            Expr::Softmax { along, .. } => free.extend(along),
            _ => self.bound(id).iter().for_each(|i| {
                free.remove(i);
            }),
        }
        done.insert(id, free.clone());
        free
    }

    /// The factors of a product: of `-(a * b) / c` these are -1, a, b and 1/c.
    pub fn factors(&mut self, id: ExprId) -> Vec<ExprId> {
        match *self.get(id) {
            Expr::Binary(BinaryOp::Mul, a, b) => {
                let mut out = self.factors(a);
                out.extend(self.factors(b));
                out
            }
            Expr::Binary(BinaryOp::Div, a, b) => {
                let mut out = self.factors(a);
                out.push(self.unary(UnaryOp::Recip, b));
                out
            }
            Expr::Unary(UnaryOp::Neg, a) => {
                let mut out = vec![self.real(-1.0)];
                out.extend(self.factors(a));
                out
            }
            _ => vec![id],
        }
    }

    /// The addends of a sum, each with whether it is subtracted: of `a - (b - c)` these are a, b subtracted, and c.
    pub fn addends(&self, id: ExprId) -> Vec<(bool, ExprId)> {
        let mut out = Vec::new();
        self.flatten(id, false, &mut out);
        out
    }

    fn flatten(&self, id: ExprId, negative: bool, out: &mut Vec<(bool, ExprId)>) {
        match *self.get(id) {
            Expr::Binary(BinaryOp::Add, a, b) => {
                self.flatten(a, negative, out);
                self.flatten(b, negative, out);
            }
            Expr::Binary(BinaryOp::Sub, a, b) => {
                self.flatten(a, negative, out);
                self.flatten(b, !negative, out);
            }
            Expr::Unary(UnaryOp::Neg, a) => self.flatten(a, !negative, out),
            _ => out.push((negative, id)),
        }
    }

    /// `id` with indices replaced by subscripts, bound ones by indices.
    pub fn place(&mut self, id: ExprId, places: &BTreeMap<IndexId, Subscript>) -> ExprId {
        let index = |i: &mut IndexId| {
            if let Some(&Subscript::Index(j)) = places.get(i) {
                *i = j;
            }
        };
        self.map(id, &mut BTreeMap::new(), &mut |mut e| {
            e.each_subscript(&mut |s| {
                if let Subscript::Index(i) = s {
                    *s = places.get(i).copied().unwrap_or(*s);
                }
            });
            match &mut e {
                Expr::IndexValue(i) => match places.get(i) {
                    Some(&Subscript::Constant(c)) => return Expr::Integer(c as i64),
                    _ => index(i),
                },
                Expr::ArgReduce { index: i, .. } => index(i),
                Expr::Reduce { indices: all, .. } | Expr::Softmax { along: all, .. } => {
                    all.iter_mut().for_each(index);
                }
                _ => {}
            }
            e
        })
    }

    /// The indices that a reduction binds.
    pub fn bound(&self, id: ExprId) -> &[IndexId] {
        match self.get(id) {
            Expr::Reduce { indices, .. } => indices,
            Expr::ArgReduce { index, .. } => std::slice::from_ref(index),
            _ => &[],
        }
    }

    /// Whether an expression is a reduction, a normalisation or a call: what normal form has at the root alone.
    pub fn reduces(&self, id: ExprId) -> bool {
        matches!(
            self.get(id),
            Expr::Reduce { .. }
                | Expr::ArgReduce { .. }
                | Expr::Softmax { .. }
                | Expr::Returned { .. }
        )
    }

    /// `id` with expressions replaced by those that `f` gives for them, outer ones first. `done` holds what has been
    /// replaced already, by the same `f`.
    pub fn replace(
        &mut self,
        id: ExprId,
        done: &mut BTreeMap<ExprId, ExprId>,
        f: &mut impl FnMut(&mut Self, ExprId) -> Option<ExprId>,
    ) -> ExprId {
        if let Some(&new) = done.get(&id) {
            return new;
        }
        let new = match f(self, id) {
            Some(new) => new,
            None => self.map_children(id, &mut |exprs, child| exprs.replace(child, done, f)),
        };
        done.insert(id, new);
        new
    }

    /// `id` with every node changed by `f`, which leaves the expressions inside it alone.
    pub fn map(
        &mut self,
        id: ExprId,
        done: &mut BTreeMap<ExprId, ExprId>,
        f: &mut impl FnMut(Expr) -> Expr,
    ) -> ExprId {
        if let Some(&new) = done.get(&id) {
            return new;
        }
        let node = f(self.get(id).clone());
        let node = self.add(node);
        let new = self.map_children(node, &mut |exprs, child| exprs.map(child, done, f));
        done.insert(id, new);
        new
    }

    /// `id` with its reads guarded: it stands in a branch.
    pub fn guarded(&mut self, id: ExprId) -> ExprId {
        self.with_guards(id, true)
    }

    /// `id` with no read guarded: it is written where its branches are, and read as it stands.
    pub fn unguarded(&mut self, id: ExprId) -> ExprId {
        self.with_guards(id, false)
    }

    fn with_guards(&mut self, id: ExprId, all: bool) -> ExprId {
        self.map(id, &mut BTreeMap::new(), &mut |mut e| {
            if let Expr::Access { guarded, .. } | Expr::IntegerAccess { guarded, .. } = &mut e {
                *guarded = all;
            }
            e
        })
    }

    /// `id` and every expression inside it, each once, outer ones first.
    pub fn walk(&self, id: ExprId) -> Vec<ExprId> {
        let (mut seen, mut order, mut stack) = (BTreeSet::new(), Vec::new(), vec![id]);
        while let Some(e) = stack.pop() {
            if seen.insert(e) {
                order.push(e);
                stack.extend(self.children(e).into_iter().rev());
            }
        }
        order
    }
}

/// The indices among subscripts, each once, in order.
pub fn indices(subscripts: &[Subscript]) -> Vec<IndexId> {
    let mut out = Vec::new();
    for s in subscripts {
        if let Subscript::Index(i) = *s
            && !out.contains(&i)
        {
            out.push(i);
        }
    }
    out
}

/// Whether subscripts are distinct indices and nothing else.
pub fn are_plain(subscripts: &[Subscript]) -> bool {
    indices(subscripts).len() == subscripts.len()
}

impl Expr {
    /// The node with the expressions directly inside replaced by what `f` makes of them.
    pub fn with_children(self, f: &mut impl FnMut(ExprId) -> ExprId) -> Expr {
        match self {
            e @ (Expr::Real(_)
            | Expr::Access { .. }
            | Expr::Integer(_)
            | Expr::IndexValue(_)
            | Expr::Len(_)
            | Expr::IntegerAccess { .. }
            | Expr::Jacobian { .. }
            | Expr::Returned { .. }
            | Expr::Argument(_)
            | Expr::Given(_)
            | Expr::Truth(_)) => e,
            Expr::Foreign {
                function,
                arguments,
            } => Expr::Foreign {
                function,
                arguments: arguments.into_iter().map(f).collect(),
            },
            Expr::Unary(op, a) => Expr::Unary(op, f(a)),
            Expr::PowI(a, n) => Expr::PowI(f(a), n),
            Expr::Reduce { op, indices, body } => Expr::Reduce {
                op,
                indices,
                body: f(body),
            },
            Expr::Softmax { along, body, log } => Expr::Softmax {
                along,
                body: f(body),
                log,
            },
            Expr::ArgReduce { op, index, body } => Expr::ArgReduce {
                op,
                index,
                body: f(body),
            },
            Expr::Indicator(a) => Expr::Indicator(f(a)),
            Expr::Number(a) => Expr::Number(f(a)),
            Expr::IntegerNeg(a) => Expr::IntegerNeg(f(a)),
            Expr::Not(a) => Expr::Not(f(a)),
            Expr::Binary(op, a, b) => Expr::Binary(op, f(a), f(b)),
            Expr::IntegerAdd(a, b) => Expr::IntegerAdd(f(a), f(b)),
            Expr::IntegerMul(a, b) => Expr::IntegerMul(f(a), f(b)),
            Expr::IntegerRem(a, b) => Expr::IntegerRem(f(a), f(b)),
            Expr::Compare(op, a, b) => Expr::Compare(op, f(a), f(b)),
            Expr::IntegerCompare(op, a, b) => Expr::IntegerCompare(op, f(a), f(b)),
            Expr::And(a, b) => Expr::And(f(a), f(b)),
            Expr::Or(a, b) => Expr::Or(f(a), f(b)),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => Expr::Select {
                condition: f(condition),
                then: f(then),
                otherwise: f(otherwise),
            },
        }
    }

    /// Calls `change` with every index: in subscripts, bound, or used as a number.
    pub fn each_index(&mut self, change: &mut impl FnMut(&mut IndexId)) {
        self.each_subscript(&mut |s| {
            if let Subscript::Index(i) = s {
                change(i);
            }
        });
        match self {
            Expr::IndexValue(i) | Expr::ArgReduce { index: i, .. } => change(i),
            Expr::Reduce { indices: all, .. } | Expr::Softmax { along: all, .. } => {
                all.iter_mut().for_each(change);
            }
            _ => {}
        }
    }

    /// Calls `change` with every tensor.
    pub fn each_tensor(&mut self, change: &mut impl FnMut(&mut TensorId)) {
        match self {
            Expr::Access { tensor, .. } | Expr::IntegerAccess { tensor, .. } => change(tensor),
            Expr::Returned { inputs, .. } => inputs.iter_mut().flatten().for_each(change),
            Expr::Jacobian { of, by, .. } => {
                change(of);
                change(by);
            }
            _ => {}
        }
    }
    /// Calls `change` with every subscript.
    pub fn each_subscript(&mut self, change: &mut impl FnMut(&mut Subscript)) {
        match self {
            Expr::Access { subscripts, .. }
            | Expr::IntegerAccess { subscripts, .. }
            | Expr::Returned { subscripts, .. } => {
                subscripts.iter_mut().for_each(change);
            }
            Expr::Jacobian { at, to, .. } => at.iter_mut().chain(to).for_each(change),
            _ => {}
        }
    }

    /// The tensor that an access reads.
    pub fn tensor_mut(&mut self) -> Option<&mut TensorId> {
        match self {
            Expr::Access { tensor, .. } | Expr::IntegerAccess { tensor, .. } => Some(tensor),
            _ => None,
        }
    }
}

impl Function {
    /// `id` with every index in `map` replaced: free ones and bound ones alike (bound indices are unique, so nothing
    /// is captured).
    pub fn rename(&mut self, id: ExprId, map: &BTreeMap<IndexId, IndexId>) -> ExprId {
        self.exprs.map(id, &mut BTreeMap::new(), &mut |mut e| {
            e.each_index(&mut |i| *i = map.get(i).copied().unwrap_or(*i));
            e
        })
    }

    /// `id` with reads of one tensor made reads of another one, as `map` says.
    pub fn redirect(&mut self, id: ExprId, map: &BTreeMap<TensorId, TensorId>) -> ExprId {
        self.exprs.map(id, &mut BTreeMap::new(), &mut |mut e| {
            e.each_tensor(&mut |t| *t = map.get(t).copied().unwrap_or(*t));
            e
        })
    }

    /// The tensors that an expression reads.
    pub fn reads(&self, id: ExprId) -> BTreeSet<TensorId> {
        let mut out = BTreeSet::new();
        for e in self.exprs.walk(id) {
            match self.exprs.get(e) {
                Expr::Access { tensor, .. } | Expr::IntegerAccess { tensor, .. } => {
                    out.insert(*tensor);
                }
                Expr::Returned { inputs, .. } => out.extend(inputs.iter().flatten()),
                _ => {}
            }
        }
        out
    }
}
