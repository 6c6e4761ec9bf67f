//! The values of an index that a region leaves, by the other indices.
//!
//! ```text
//! i - j >= 0       j < i + 1
//! i + 1 - 2*j >= 0     j < (i + 1)/2 + 1
//! ```

use super::region::{self, Region};
use crate::ir::{Expr, ExprId, Function, IndexId, Polynomial};

/// All `i` with `from <= i` and `i < to`, for each of these.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub from: Vec<ExprId>,
    pub to: Vec<ExprId>,
}

impl Window {
    /// Calls `visit` with every bound.
    pub fn each(&self, visit: &mut impl FnMut(ExprId)) {
        self.from.iter().chain(&self.to).for_each(|&e| visit(e));
    }

    /// The window with every bound changed.
    pub fn map(&self, mut change: impl FnMut(ExprId) -> ExprId) -> Window {
        Window {
            from: self.from.iter().map(|&e| change(e)).collect(),
            to: self.to.iter().map(|&e| change(e)).collect(),
        }
    }

    /// The window that a region leaves to an index; None where one of its polynomials says nothing of the index, or
    /// something else than a bound.
    pub fn of(f: &mut Function, region: &Region, index: IndexId) -> Option<Window> {
        let mut window = Window::default();
        for p in region {
            let (coefficient, rest) = linear(f, p, index)?;
            let rest = rest.build(&mut f.exprs);
            let quotient = match coefficient.abs() {
                1 => rest,
                k => {
                    let k = f.exprs.add(Expr::Integer(k));
                    f.exprs.add(Expr::IntegerDiv(rest, k))
                }
            };
            match coefficient > 0 {
                true => {
                    let from = f.exprs.add(Expr::IntegerNeg(quotient));
                    window.from.push(f.exprs.collected_integer(from));
                }
                false => {
                    let one = f.exprs.add(Expr::Integer(1));
                    let to = f.exprs.add(Expr::IntegerAdd(quotient, one));
                    window.to.push(f.exprs.collected_integer(to));
                }
            }
        }
        Some(window)
    }
}

/// A polynomial as a multiple of an index, by a number that is not 0, and the rest.
fn linear(f: &Function, p: &Polynomial, index: IndexId) -> Option<(i64, Polynomial)> {
    let atom = f.exprs.known(&Expr::IndexValue(index))?;
    let linear = p.by(atom);
    let coefficient = linear.coefficient.value().filter(|&c| c != 0)?;
    let moves = region::indices(f, &linear.rest).contains(&index);
    (!moves).then_some((coefficient, linear.rest))
}

/// The part of a region that bounds an index, and the rest of it.
pub(crate) fn divided(f: &Function, region: &Region, index: IndexId) -> (Region, Region) {
    let bounds = |p: &Polynomial| linear(f, p, index).is_some();
    region.iter().cloned().partition(bounds)
}
