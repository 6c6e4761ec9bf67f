//! The rules that need the whole function: every index runs over one dimension, every position lies inside, every
//! reduction without a value for nothing has something to reduce, no remainder is by zero.
//!
//! What can be told from the names of dimensions is told now; what depends on lengths becomes a `Check` that the function
//! makes when it is entered. After this pass nothing can fail.

mod axes;
mod positions;
mod values;

use crate::ast::Name;
use crate::diagnostics::Diagnostics;
use crate::ir::{
    Check, CmpOp, DimId, Expr, ExprId, Fault, Function, IndexId, Place, Subscript, TensorId,
};
use crate::resolve::Resolved;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What was written, as far as the rules need it.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// In the order of the source.
    pub equations: Vec<Line>,
    /// Every subscript, in the order of the source.
    pub positions: Vec<Position>,
    /// What gave each index its range.
    pub ranges: BTreeMap<IndexId, Range>,
    /// The tensors that equations and calls define, in the order of the source: another one for each new value.
    pub defined: Vec<Defined>,
    /// The tensors that are passed to other functions.
    pub passed: BTreeSet<TensorId>,
    /// The first place of what right-hand sides say, without what they call.
    pub places: BTreeMap<ExprId, Span>,
    /// Every branch of an `if` in them.
    pub branches: Vec<Taken>,
}

/// A branch of an `if`: the conditions on the way to it, its own the last one.
#[derive(Clone, Debug)]
pub struct Taken {
    pub way: Branch,
    pub span: Span,
}

/// A tensor where it is defined.
#[derive(Clone, Debug)]
pub struct Defined {
    pub name: Name,
    pub tensor: TensorId,
}

/// An equation.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    /// The tensor that it defines or adds to, once that is known.
    pub tensor: Option<TensorId>,
}

/// A subscript and the axis that it stands at.
#[derive(Clone, Debug)]
pub struct Position {
    /// Which equation it stands in.
    pub equation: usize,
    pub subscript: Subscript,
    pub place: Place,
    /// The dimension of the axis, as declared.
    pub dim: DimId,
    /// The whole access as printed, and the subscript.
    pub shown: String,
    pub position: String,
    pub span: Span,
    /// None outside branches.
    pub branch: Option<Branch>,
    /// Of a left-hand side.
    pub write: bool,
}

/// The way to what stands in a branch: the conditions on it, each with the truth that leads there.
pub type Branch = Vec<(ExprId, bool)>;

/// The access from which an index has its range.
#[derive(Clone, Debug)]
pub struct Range {
    pub place: Place,
    pub shown: String,
    /// It stands in a branch, since none outside gives the index a range.
    pub branch: bool,
}

/// Applies all rules to a function.
pub(crate) fn check(resolved: &mut Resolved, diagnostics: &mut Diagnostics) {
    let before = diagnostics.len();
    let mut checker = Checker {
        f: &mut resolved.function,
        written: &resolved.written,
        diagnostics: &mut *diagnostics,
        wrong: BTreeSet::new(),
    };
    checker.axes();
    checker.positions();
    checker.values();
    resolved.failed |= diagnostics.len() > before;
}

struct Checker<'a> {
    f: &'a mut Function,
    written: &'a Written,
    diagnostics: &'a mut Diagnostics,
    /// Tensors of equations with an error: what follows from it is no error of its own.
    wrong: BTreeSet<TensorId>,
}

impl Checker<'_> {
    /// Adds what the function checks: it fails where the conditions hold and `branch` is taken.
    fn at_entry(&mut self, fails: &[ExprId], branch: &[(ExprId, bool)], fault: Fault) {
        let mut fails: Vec<_> = fails.iter().map(|&id| (id, true)).collect();
        fails.extend(branch);
        let check = Check { fails, fault };
        if !self.f.checks.contains(&check) {
            self.f.checks.push(check);
        }
    }

    fn length(&mut self, dim: DimId) -> ExprId {
        self.f.exprs.add(Expr::Len(dim))
    }

    fn compare(&mut self, op: CmpOp, a: ExprId, b: ExprId) -> ExprId {
        self.f.exprs.add(Expr::IntegerCompare(op, a, b))
    }
}
