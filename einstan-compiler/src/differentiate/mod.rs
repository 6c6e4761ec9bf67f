//! Derivatives of a function in normal form, as equations of the same ir.
//!
//! There is one set of rules: `linear` says what each read in an equation contributes, with the rules of `elementwise` and
//! `reduction`. `pullback` sends contributions from an equation's tensor to what it reads, for the equations in reverse
//! order; `tangent` sends them the other way, along with the equations. Second derivatives are derivatives of derivatives.

mod call;
pub(crate) mod cotangent;
mod elementwise;
mod linear;
mod pullback;
mod reduction;
pub(crate) mod tangent;

pub use pullback::{gradient, vjp};
pub use tangent::{hvp, jvp, pullback_tangent};

use crate::ir::{DimId, Element, Equation, Expr, Function, Op, Role, Subscript, TensorId};

/// A function with its backward equations.
#[derive(Clone, Debug)]
pub struct Backward {
    /// The equations of the function, then from `split` on those of its backward pass.
    pub function: Function,
    pub split: usize,
}

/// All derivatives of a function, simplified.
#[derive(Clone, Debug)]
pub struct Derivatives {
    /// How many tensors the function has: those after them are derivatives.
    pub primal: usize,
    /// The value and its pullback.
    pub vjp: Backward,
    /// None where there is nothing to differentiate; the inline form has none.
    pub jvp: Option<Backward>,
    /// What a call of the function in another one needs for its own jvp and hvp: the tangent of its pullback.
    pub pullback_tangent: Option<Backward>,
    pub hvp: Option<Backward>,
    pub jacobian: Option<Backward>,
    /// The Jacobian with its deltas, for people.
    pub deltas: Option<Backward>,
}

/// A function without a backward pass.
impl From<Function> for Backward {
    fn from(function: Function) -> Self {
        let split = function.equations.len();
        Backward { function, split }
    }
}

/// The Jacobians of all results that are no integers by all parameters, as a function that is not in normal form: its
/// results are, for each result, those by each parameter in order.
pub fn jacobian(primal: &Function) -> Function {
    let mut f = primal.clone();
    let results = std::mem::take(&mut f.results);
    let parameters: Vec<TensorId> = f.differentiable().collect();
    for y in results {
        f.tensors[y.index()].role = Role::Intermediate;
        if f.tensor(y).element != Element::Float {
            continue;
        }
        for &x in &parameters {
            let jacobian = jacobian_of(&mut f, y, x);
            f.results.push(jacobian);
        }
    }
    f
}

/// `J[i,j,k,l] = d(y[i,j])/d(x[k,l])`
fn jacobian_of(f: &mut Function, y: TensorId, x: TensorId) -> TensorId {
    let index = |f: &mut Function, t: TensorId| -> Vec<Subscript> {
        let axes = f.tensor(t).axes.clone();
        let index = |d: DimId| Subscript::Index(f.add_index(["i", "j", "k"][d.index() % 3], d));
        axes.into_iter().map(index).collect()
    };
    let (at, to) = (index(f, y), index(f, x));
    let axes = [f.tensor(y).axes.clone(), f.tensor(x).axes.clone()].concat();
    let name = format!("d{}/d{}", f.tensor(y).name, f.tensor(x).name);
    let tensor = f.add_tensor(&name, axes, Element::Float, Role::Result);
    let left = [at.clone(), to.clone()].concat();
    let right = f.exprs.add(Expr::Jacobian {
        of: y,
        at,
        by: x,
        to,
    });
    f.equations.push(Equation {
        tensor,
        left,
        op: Op::Define,
        right,
    });
    tensor
}
