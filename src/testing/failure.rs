//! What a check found.

use crate::Error;
use std::fmt;

/// A derivative that is wrong, or a check that could not be made. Its text says which, where, and by how much.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: FailureKind,
    message: String,
}

/// What a check failed at.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The function or a derivative returned an error.
    Error,
    /// A result is infinite or no number at these arguments.
    NotFinite,
    /// A derivative has other axes than what it belongs to.
    Shape,
    /// The value that comes with a derivative is not that of the function.
    Value,
    /// `vjp` differs from differences.
    Vjp,
    /// `jvp` differs from differences.
    Jvp,
    /// `vjp` is not the adjoint of `jvp`.
    Adjoint,
    /// `hvp` differs from differences of the gradient.
    Hvp,
    /// The Hessian that `hvp` multiplies by is not symmetric.
    Symmetry,
    /// `jacobian` differs from differences.
    Jacobian,
    /// Nothing could be compared: every difference was taken at a corner or was not precise, or there was none.
    Nothing,
    /// No lengths were found that the function takes.
    Lengths,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, function: &str, message: String) -> Self {
        let message = format!("{function}: {message}");
        Failure(Box::new(Inner { kind, message }))
    }

    /// An error of what was called.
    pub(super) fn error(function: &str, called: &str, error: &Error) -> Self {
        let message = format!("{called} returned an error: {error}");
        Failure::new(FailureKind::Error, function, message)
    }

    /// What the check failed at.
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// The text, which is what a test prints that returns a failure.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

/// How much a check compared that found nothing wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Numbers of derivatives that agree with differences, and identities that hold.
    pub compared: usize,
    /// Numbers with which no difference could be compared: at a corner, or not precise.
    pub skipped: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} compared, {} skipped", self.compared, self.skipped)
    }
}
