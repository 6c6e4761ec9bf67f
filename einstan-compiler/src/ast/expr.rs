//! Expressions as written.

use proc_macro2::{Span, TokenStream};
use std::cmp::Ordering;

/// An identifier where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text, without `r#`.
    pub text: String,
    pub span: Span,
}

/// `a::b::c`: the path of a function.
#[derive(Clone, Debug)]
pub struct Path {
    pub segments: Vec<Name>,
    /// The path as the user's tokens, with a leading `::` or `crate` where it has one.
    pub tokens: TokenStream,
    pub span: Span,
}

impl Path {
    /// The name, where the path is nothing but one.
    pub fn plain(&self) -> Option<&str> {
        match &self.segments[..] {
            [only] => Some(&only.text),
            _ => None,
        }
    }
}

/// A literal: whole where it is written without point and exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Whole(u64),
    Real(f64),
}

/// An expression and the tokens it spans (the span of its first token joined with its last where possible,
/// else of its most telling token: the operator or the name).
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Number(Number),
    /// `pi`
    Pi,
    /// `inf`
    Inf,
    /// A name without subscripts: an index or a scalar.
    Name(Name),
    /// `len(n)`
    Len(Name),
    /// `X[i, j]`
    Access(Access),
    /// `d(Y[i,j]) / d(W[k,l])`; a scalar has no subscripts.
    Derivative {
        of: Access,
        by: Access,
    },
    /// `-a`
    Neg(Box<Expr>),
    /// `a + b - c`: the sign is false for a subtracted addend. At least two addends.
    Sum(Vec<(bool, Expr)>),
    /// `a * b / c`: true for a factor that divides. At least two factors. A parenthesised product is a
    /// `Group` and so one factor.
    Product(Vec<(bool, Expr)>),
    /// `a % b`
    Rem(Box<Expr>, Box<Expr>),
    /// `a ^ b`
    Pow(Box<Expr>, Box<Expr>),
    /// `(a)`, kept: what stands in parentheses is one factor.
    Group(Box<Expr>),
    /// `(i == j)`: a comparison in parentheses, 1 or 0.
    Indicator(Box<Cond>),
    /// `f(a, b)`: a built-in or a defined scalar function, or (as a whole right-hand side) a whole-tensor call.
    Call {
        function: Path,
        arguments: Vec<Expr>,
    },
    /// `sum[i, j: m](e)`, `softmax[j](e)`: `function` is the word of the reduction or normalisation.
    Reduction {
        function: Name,
        indices: Vec<Annotated>,
        body: Box<Expr>,
    },
    /// `if c { a } else { b }`; `else if` is an `If` in `otherwise`.
    If {
        condition: Box<Cond>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `{expr}`: Rust, with its braces.
    Rust(TokenStream),
    /// What could not be parsed; an error has been reported.
    Error,
}

/// An index that a reduction binds, `k` or `k: m`.
#[derive(Clone, Debug)]
pub struct Annotated {
    pub index: Name,
    pub dimension: Option<Expr>,
}

/// `X[i, 2*y + r]`, or a scalar `s` in `d(s)`.
#[derive(Clone, Debug)]
pub struct Access {
    pub tensor: Name,
    pub subscripts: Vec<Subscript>,
    /// The name and its brackets.
    pub span: Span,
}

/// One position in the brackets of an access or of a left-hand side.
#[derive(Clone, Debug)]
pub struct Subscript {
    pub kind: SubscriptKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // only where spans know their lines, as in the example `derive`
pub enum SubscriptKind {
    /// An expression of the subscript's own arithmetic: index, number, affine, gathered, `/`, `%`.
    Plain(Expr),
    /// `pad(e)`, `pad(e, value)`, `clamp(e)`, `wrap(e)`
    Wrapped {
        wrapper: Wrapper,
        word: Name,
        position: Expr,
        outside: Option<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    Pad,
    Clamp,
    Wrap,
}

/// A condition of `if` or of a parenthesised comparison.
#[derive(Clone, Debug)]
pub struct Cond {
    pub kind: CondKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every condition is a comparison"
)]
pub enum CondKind {
    Compare { op: CmpOp, left: Expr, right: Expr },
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CmpOp {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl CmpOp {
    /// The comparison with both sides exchanged.
    pub fn mirrored(self) -> CmpOp {
        match self {
            CmpOp::Less => CmpOp::Greater,
            CmpOp::LessEqual => CmpOp::GreaterEqual,
            CmpOp::Greater => CmpOp::Less,
            CmpOp::GreaterEqual => CmpOp::LessEqual,
            CmpOp::Equal | CmpOp::NotEqual => self,
        }
    }

    /// The comparison that holds where this one does not, of integers.
    pub fn negated(self) -> CmpOp {
        match self {
            CmpOp::Less => CmpOp::GreaterEqual,
            CmpOp::LessEqual => CmpOp::Greater,
            CmpOp::Greater => CmpOp::LessEqual,
            CmpOp::GreaterEqual => CmpOp::Less,
            CmpOp::Equal => CmpOp::NotEqual,
            CmpOp::NotEqual => CmpOp::Equal,
        }
    }

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            CmpOp::Less => "<",
            CmpOp::LessEqual => "<=",
            CmpOp::Greater => ">",
            CmpOp::GreaterEqual => ">=",
            CmpOp::Equal => "==",
            CmpOp::NotEqual => "!=",
        }
    }

    /// Whether it holds of two that are ordered so.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            CmpOp::Less => order.is_lt(),
            CmpOp::LessEqual => order.is_le(),
            CmpOp::Greater => order.is_gt(),
            CmpOp::GreaterEqual => order.is_ge(),
            CmpOp::Equal => order.is_eq(),
            CmpOp::NotEqual => order.is_ne(),
        }
    }
}
