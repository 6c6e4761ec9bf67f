//! Calls of functions of other invocations, with the names that these functions have for a user.

use super::Layout;
use super::constant;
use crate::derivation::formula::Formula;
use crate::ir::{CallId, Part, Passed, Subscript, TensorId};

impl Layout<'_> {
    /// `nn::norm(A)[i,j]`, `nn::norm::jvp(A, dA)[i,j]`, `nn::norm::vjp(A, ∂H)[i,j]`; of several results or gradients, the
    /// number of the one that is meant.
    pub(super) fn returned(
        &mut self,
        call: CallId,
        part: Part,
        inputs: &[Option<TensorId>],
        output: usize,
        subscripts: &[Subscript],
    ) -> Formula {
        let call = &self.f.calls[call.index()];
        let count = call.arguments.len();
        let outputs = part.outputs(count, call.results)[0];
        // Of a value and its tangent, the value.
        let part = match part {
            Part::Tangent if output < outputs => Part::Value,
            Part::PullbackTangent if output < outputs => Part::Pullback,
            part => part,
        };
        let taken = part.inputs(count, call.results).iter().sum();
        let mut arguments = Vec::new();
        for (at, input) in inputs[..taken].iter().enumerate() {
            let passed = call.arguments.get(at);
            // What is asked of a derivative only by its place: the tangent of a number, a cotangent that is zero.
            let tangent = match part {
                Part::Tangent => at.checked_sub(count),
                Part::PullbackTangent => at.checked_sub(count + call.results),
                Part::Value | Part::Pullback | Part::Jacobian => None,
            };
            let of = tangent.and_then(|at| call.arguments.get(at));
            arguments.push(match (input, passed) {
                (Some(t), _) => self.access(*t, &[]),
                (None, Some(&Passed::Whole(n))) => constant::real(n as f64),
                (None, Some(&Passed::Real(r))) => constant::real(r.value()),
                (None, Some(&Passed::Length(d))) => self.length(d),
                (None, Some(&Passed::Given(g))) => {
                    Formula::Code(self.f.given[g.index()].text.clone())
                }
                (None, _) if matches!(of, Some(Passed::Tensor(_)) | None) => Formula::Number(0.0),
                (None, _) => continue,
            });
        }
        let suffix = match part {
            Part::Value => "",
            Part::Tangent => "::jvp",
            Part::Pullback => "::vjp",
            Part::PullbackTangent => "::vjp::jvp",
            Part::Jacobian => "::jacobian",
        };
        let applied = Formula::Apply {
            function: format!("{}{suffix}", call.name).into(),
            under: match outputs > 1 {
                true => vec![(output % outputs + 1).to_string()],
                false => vec![],
            },
            arguments,
        };
        Formula::Element {
            of: applied.boxed(),
            subscripts: subscripts.iter().map(|&s| self.subscript(s)).collect(),
        }
    }
}
