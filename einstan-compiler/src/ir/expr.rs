//! The nodes of expressions.

use super::{CallId, DimId, ForeignId, GivenId, IndexId, Part, TensorId};
pub use crate::ast::CmpOp;
pub use crate::op::{BinaryOp, ReduceOp, UnaryOp};

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
    /// Along the axis: the index runs over its dimension, or in a branch over another one.
    Index(IndexId),
    Constant(u64),
    /// An integer expression: affine, divided, gathered.
    At(ExprId),
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
    /// The value of an index over which a loop runs around the equation: no index of the equation itself. Made by `plan`.
    Counter(IndexId),
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
    /// Rounds down; the divisor is positive.
    IntegerDiv(ExprId, ExprId),
    IntegerMax(ExprId, ExprId),
    IntegerMin(ExprId, ExprId),
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

/// The expressions among subscripts.
pub fn positions(subscripts: &[Subscript]) -> impl Iterator<Item = ExprId> + '_ {
    subscripts.iter().filter_map(|s| match *s {
        Subscript::At(e) => Some(e),
        Subscript::Index(_) | Subscript::Constant(_) => None,
    })
}

/// The indices that are subscripts by themselves, each once, in order.
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
    /// The expressions directly inside, in order.
    pub fn children(&self) -> Vec<ExprId> {
        let mut out = Vec::new();
        self.each_child(&mut |child| out.push(child));
        out
    }

    /// Calls `see` with the expressions directly inside, in order.
    pub fn each_child(&self, see: &mut impl FnMut(ExprId)) {
        match *self {
            Expr::Real(_)
            | Expr::Integer(_)
            | Expr::IndexValue(_)
            | Expr::Counter(_)
            | Expr::Len(_)
            | Expr::Argument(_)
            | Expr::Given(_)
            | Expr::Truth(_) => {}
            Expr::Access { ref subscripts, .. }
            | Expr::IntegerAccess { ref subscripts, .. }
            | Expr::Returned { ref subscripts, .. } => positions(subscripts).for_each(see),
            Expr::Jacobian { ref at, ref to, .. } => {
                positions(at).chain(positions(to)).for_each(see);
            }
            Expr::Foreign { ref arguments, .. } => arguments.iter().copied().for_each(see),
            Expr::Unary(_, a)
            | Expr::PowI(a, _)
            | Expr::Reduce { body: a, .. }
            | Expr::Softmax { body: a, .. }
            | Expr::ArgReduce { body: a, .. }
            | Expr::Indicator(a)
            | Expr::Number(a)
            | Expr::IntegerNeg(a)
            | Expr::Not(a) => see(a),
            Expr::Binary(_, a, b)
            | Expr::IntegerAdd(a, b)
            | Expr::IntegerMul(a, b)
            | Expr::IntegerRem(a, b)
            | Expr::IntegerDiv(a, b)
            | Expr::IntegerMax(a, b)
            | Expr::IntegerMin(a, b)
            | Expr::Compare(_, a, b)
            | Expr::IntegerCompare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => [a, b].into_iter().for_each(see),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => [condition, then, otherwise].into_iter().for_each(see),
        }
    }

    /// The indices that a reduction binds.
    pub fn bound(&self) -> &[IndexId] {
        match self {
            Expr::Reduce { indices, .. } => indices,
            Expr::ArgReduce { index, .. } => std::slice::from_ref(index),
            _ => &[],
        }
    }

    /// The node with the expressions directly inside replaced by what `f` makes of them.
    pub fn with_children(self, f: &mut impl FnMut(ExprId) -> ExprId) -> Expr {
        match self {
            e @ (Expr::Real(_)
            | Expr::Integer(_)
            | Expr::IndexValue(_)
            | Expr::Counter(_)
            | Expr::Len(_)
            | Expr::Argument(_)
            | Expr::Given(_)
            | Expr::Truth(_)) => e,
            mut e @ (Expr::Access { .. }
            | Expr::IntegerAccess { .. }
            | Expr::Jacobian { .. }
            | Expr::Returned { .. }) => {
                e.each_subscript(&mut |s| {
                    if let Subscript::At(position) = s {
                        *position = f(*position);
                    }
                });
                e
            }
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
            Expr::IntegerDiv(a, b) => Expr::IntegerDiv(f(a), f(b)),
            Expr::IntegerMax(a, b) => Expr::IntegerMax(f(a), f(b)),
            Expr::IntegerMin(a, b) => Expr::IntegerMin(f(a), f(b)),
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

    /// Calls `change` with every index of the node itself: a subscript, bound, or used as a number.
    pub fn each_index(&mut self, change: &mut impl FnMut(&mut IndexId)) {
        self.each_subscript(&mut |s| {
            if let Subscript::Index(i) = s {
                change(i);
            }
        });
        match self {
            Expr::IndexValue(i) | Expr::Counter(i) | Expr::ArgReduce { index: i, .. } => change(i),
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
    /// Calls `change` with every subscript of the node itself.
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

    /// What an access reads, and whether it is guarded; of numbers or integers.
    pub fn read(&self) -> Option<(TensorId, &[Subscript], bool)> {
        match self {
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            }
            | Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            } => Some((*tensor, subscripts, *guarded)),
            _ => None,
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
