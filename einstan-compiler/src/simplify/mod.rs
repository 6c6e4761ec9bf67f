//! Small passes over a function in normal form, in this order: expressions are built again (`algebra`), scatters become
//! gathers (`scatter`), deltas go
//! (`delta`), and expressions are built again where an index took another one's place; residuals of a mean that are summed go (`residual`); factors get their order (`commute`), contributions that are added to one tensor become one equation
//! (`gather`), equal temporaries become one (`common`), what nothing needs goes (`dead`), and the equations of
//! circles are put together (`recurrence`). Each leaves the function in
//! normal form.

mod algebra;
mod common;
mod dead;
mod delta;
mod gather;
mod recurrence;
mod residual;
mod scatter;
mod solve;

use crate::differentiate::Backward;
use crate::ir::{Equation, ExprId, Function};
use crate::normal::commute;

/// Simplifies a function and its backward equations.
pub fn simplify(joint: &mut Backward) {
    algebra::run(&mut joint.function);
    scatter::run(&mut joint.function);
    shorten(joint);
}

/// Simplifies a function that is to be differentiated. Its scatters stay: the derivative of one is a gather, and that of the
/// gather which it would become a scatter again, with conditions.
pub fn simplify_primal(joint: &mut Backward) {
    algebra::run(&mut joint.function);
    shorten(joint);
}

fn shorten(joint: &mut Backward) {
    delta::contract(&mut joint.function);
    delta::split(joint);
    algebra::run(&mut joint.function);
    residual::run(joint);
    commute::run(&mut joint.function);
    gather::run(joint);
    common::run(joint);
    dead::run(joint);
    recurrence::run(joint);
}

/// Simplifies a function for people, to whom a delta says more than a tensor that is written on its diagonal.
pub fn simplify_with_deltas(joint: &mut Backward) {
    algebra::run(&mut joint.function);
    delta::contract(&mut joint.function);
    algebra::run(&mut joint.function);
    residual::run(joint);
    commute::run(&mut joint.function);
    gather::run(joint);
    common::run(joint);
    dead::run(joint);
    recurrence::run(joint);
}

/// A sum with the addend that a delta leaves of it.
pub fn without_deltas(f: &mut Function, sum: ExprId) -> ExprId {
    delta::summed(f, sum)
}

impl Backward {
    /// Removes the equations that `keep`, which is told where they stand, does not want.
    fn retain(&mut self, keep: impl Fn(usize, &Equation) -> bool) {
        let all = std::mem::take(&mut self.function.equations);
        let split = self.split;
        for (at, e) in all.into_iter().enumerate() {
            if keep(at, &e) {
                self.function.equations.push(e);
            } else if at < split {
                self.split -= 1;
            }
        }
    }
}
