//! Derivatives of a function in normal form, as equations of the same ir.
//!
//! There is one set of rules: `linear` says what each read in an equation contributes, with the rules of `elementwise` and
//! `reduction`. `pullback` sends contributions from an equation's tensor to what it reads, for the equations in reverse
//! order; `tangent` sends them the other way, along with the equations. Second derivatives are derivatives of derivatives.

mod elementwise;
pub(crate) mod jacobian;
mod linear;
mod pullback;
mod reduction;
mod tangent;

pub use pullback::{gradient, vjp};
pub use tangent::{hvp, jvp};

use crate::ir::{Element, Function, TensorId};
use std::collections::BTreeSet;

/// A function with its backward equations.
#[derive(Clone, Debug)]
pub struct Backward {
    /// The equations of the function, then from `split` on those of its backward pass.
    pub function: Function,
    pub split: usize,
}

/// A function without a backward pass.
impl From<Function> for Backward {
    fn from(function: Function) -> Self {
        let split = function.equations.len();
        Backward { function, split }
    }
}

/// The float tensors that depend on some others, with these.
fn active(f: &Function, from: impl Iterator<Item = TensorId>) -> BTreeSet<TensorId> {
    let mut active: BTreeSet<TensorId> = from.collect();
    for e in &f.equations {
        let depends = f.reads(e.right).iter().any(|t| active.contains(t));
        if depends && f.tensor(e.tensor).element == Element::Float {
            active.insert(e.tensor);
        }
    }
    active
}
