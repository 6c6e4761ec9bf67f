//! Formulas as people read them: what is above, below and beside what, without a decision how that is written.
//!
//! A tree says all there is to say, and `script` writes it as text, LaTeX or MathML; where parentheses stand is decided
//! here, once for all three.

use std::borrow::Cow;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// Not negative.
    Number(f64),
    /// `π`, `∞`, a length, an index.
    Symbol(String),
    /// `{rate()}`: Rust.
    Code(String),
    /// `X[i,k]`, `∂Y[i,j]`
    Access {
        name: Name,
        subscripts: Vec<Formula>,
    },
    /// `∂Y[i,j]/∂W[k,l]`
    Partial {
        of: Box<Formula>,
        by: Box<Formula>,
    },
    /// 1 where both are equal, else 0.
    Delta(Box<[Formula; 2]>),
    /// Addends, each with whether it is subtracted.
    Sum(Vec<(bool, Formula)>),
    Product(Vec<Formula>),
    Fraction(Box<Formula>, Box<Formula>),
    Power(Box<Formula>, Box<Formula>),
    Root(Box<Formula>),
    /// Σ or Π over indices: its body reaches to the next addend.
    Over {
        operator: Operator,
        indices: Vec<String>,
        body: Box<Formula>,
    },
    /// `softmax_j(A[i,j])`, `max_j(..)`, `exp(..)`
    Apply {
        function: Cow<'static, str>,
        under: Vec<String>,
        arguments: Vec<Formula>,
    },
    /// `nn::norm(A)[i,j]`: an element of a tensor that has no name.
    Element {
        of: Box<Formula>,
        subscripts: Vec<Formula>,
    },
    Fenced(Fence, Box<Formula>),
    /// `if condition { value } else { otherwise }`
    Cases {
        condition: Box<Formula>,
        value: Box<Formula>,
        otherwise: Box<Formula>,
    },
    /// A relation or a connective between formulas.
    Between(Relation, Box<Formula>, Box<Formula>),
    Not(Box<Formula>),
}

/// The name of a tensor: what it is a derivative of, if it is one, and how often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// `∂` and `d`, the outer one first.
    pub marks: Vec<Mark>,
    /// As the user wrote it.
    pub base: String,
    /// Tells apart what would have the same name: `S₂`.
    pub number: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A cotangent or a gradient.
    Cotangent,
    /// A tangent.
    Tangent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Sum,
    Product,
}

/// What stands around a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    Absolute,
    Floor,
    Ceiling,
    /// Iverson's bracket: 1 where the condition holds, else 0.
    Iverson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Of an equation, or a comparison.
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `Y += ..`
    Gains,
    And,
    Or,
    Remainder,
}

/// How tightly a formula holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Relation,
    Sum,
    /// Σ too, whose body is a product.
    Product,
    Power,
    Atom,
}

impl Formula {
    pub(super) fn boxed(self) -> Box<Formula> {
        Box::new(self)
    }

    /// `linear`: all in one line, so that a fraction is `a / b`.
    pub(super) fn level(&self, linear: bool) -> Level {
        match self {
            Formula::Cases { .. } | Formula::Between(..) => Level::Relation,
            Formula::Sum(_) => Level::Sum,
            Formula::Product(_) | Formula::Over { .. } => Level::Product,
            Formula::Fraction(..) | Formula::Partial { .. } if linear => Level::Product,
            Formula::Power(..) | Formula::Fraction(..) | Formula::Not(_) => Level::Power,
            Formula::Number(_)
            | Formula::Symbol(_)
            | Formula::Code(_)
            | Formula::Access { .. }
            | Formula::Partial { .. }
            | Formula::Delta(..)
            | Formula::Root(_)
            | Formula::Apply { .. }
            | Formula::Element { .. }
            | Formula::Fenced(..) => Level::Atom,
        }
    }

    /// Whether a factor of a product stands in parentheses. A Σ may be the last one, where its body ends with the product.
    pub(super) fn factor_is_fenced(&self, last: bool, linear: bool) -> bool {
        match self {
            Formula::Over { .. } => !last,
            Formula::Partial { .. } => false,
            _ => self.level(linear) < Level::Power,
        }
    }

    /// Whether what is above a line stands in parentheses.
    pub(super) fn numerator_is_fenced(&self, linear: bool) -> bool {
        linear
            && match self {
                Formula::Over { .. } | Formula::Fraction(..) => true,
                Formula::Product(factors) => {
                    matches!(factors.last(), Some(Formula::Over { .. }))
                }
                _ => self.level(linear) < Level::Product,
            }
    }
}
