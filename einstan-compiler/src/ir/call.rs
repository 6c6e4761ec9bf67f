//! Calls of functions of which nothing is known here but the name: those of another invocation.

use super::{DimId, GivenId, Real, TensorId};

/// A call, by its number in the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

impl CallId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A call. Its results are tensors, each defined by an equation whose right-hand side is an `Expr::Returned`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The path of the function as written.
    pub name: String,
    pub arguments: Vec<Passed>,
    /// How many results there are.
    pub results: usize,
}

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    Tensor(TensorId),
    Whole(i64),
    Real(Real),
    Length(DimId),
    Given(GivenId),
}

/// What is computed of a function that is called. With `a` arguments and `r` results, its inputs and outputs are:
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The arguments; the results.
    Value,
    /// The arguments and their tangents; the results and their tangents.
    Tangent,
    /// The arguments and the cotangents of the results; the gradients by the arguments.
    Pullback,
    /// The arguments, the cotangents, the tangents of both; the gradients and their tangents.
    PullbackTangent,
    /// The arguments; for each result its derivatives by each argument.
    Jacobian,
}

impl Part {
    /// The lists of inputs, by their lengths.
    pub fn inputs(self, arguments: usize, results: usize) -> Vec<usize> {
        match self {
            Part::Value | Part::Jacobian => vec![arguments],
            Part::Tangent => vec![arguments, arguments],
            Part::Pullback => vec![arguments, results],
            Part::PullbackTangent => vec![arguments, results, arguments, results],
        }
    }

    /// The lists of outputs, by their lengths.
    pub fn outputs(self, arguments: usize, results: usize) -> Vec<usize> {
        match self {
            Part::Value => vec![results],
            Part::Tangent => vec![results, results],
            Part::Pullback => vec![arguments],
            Part::PullbackTangent => vec![arguments, arguments],
            Part::Jacobian => vec![results * arguments],
        }
    }
}
