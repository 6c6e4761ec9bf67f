//! Derivatives of what a call returns: the function that is called has a part for each.
//!
//! With Y = f(A, ..), Ȳ the cotangent of Y and Ẏ its tangent: Ā += pullback(A, ..; Ȳ), Ẏ = tangent(A, ..; Ȧ, ..), and the
//! tangent of Ā is that of the pullback, by A and by Ȳ. A part takes whole tensors and gives whole tensors.

use super::linear::Linear;
use crate::ir::{CallId, Equation, Expr, Op, Part, Role, TensorId};

/// What some equations, next to each other, take of one part of one call.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub call: CallId,
    pub part: Part,
    pub inputs: Vec<Option<TensorId>>,
    /// By output.
    pub outputs: Vec<(usize, TensorId)>,
}

impl Linear {
    /// The group of `equations[at]`, if that takes something of a call and is the first one to do so.
    pub fn group(&self, equations: &[Equation], at: usize) -> Option<Group> {
        let (call, part, inputs, _) = self.f.returned(&equations[at])?;
        let same = |e: &&Equation| {
            self.f
                .returned(e)
                .is_some_and(|(c, p, i, _)| (c, p, &i) == (call, part, &inputs))
        };
        if at > 0 && same(&&equations[at - 1]) {
            return None;
        }
        let outputs = equations[at..]
            .iter()
            .take_while(same)
            .filter_map(|e| Some((self.f.returned(e)?.3, e.tensor)))
            .collect();
        Some(Group {
            call,
            part,
            inputs,
            outputs,
        })
    }

    /// `tensor[i,j] = part(inputs).output[i,j]`
    pub fn take(
        &mut self,
        tensor: TensorId,
        (call, part): (CallId, Part),
        inputs: Vec<Option<TensorId>>,
        output: usize,
    ) {
        let left = self.f.whole(tensor);
        let right = self.f.exprs.add(Expr::Returned {
            call,
            part,
            inputs,
            output,
            subscripts: left.clone(),
        });
        self.f.equations.push(Equation {
            tensor,
            left,
            op: Op::Define,
            right,
        });
    }

    /// The derivative of one result by one argument, an output of the call's Jacobian.
    pub fn jacobian(
        &mut self,
        group: &Group,
        (result, of): (usize, TensorId),
        (argument, by): (usize, TensorId),
    ) -> TensorId {
        let axes = [
            self.f.tensor(of).axes.clone(),
            self.f.tensor(by).axes.clone(),
        ]
        .concat();
        let name = format!("d{}/d{}", self.f.tensor(of).name, self.f.tensor(by).name);
        let element = crate::ir::Element::Float;
        let tensor = self.f.add_tensor(&name, axes, element, Role::Temporary);
        let output = result * group.inputs.len() + argument;
        let part = (group.call, Part::Jacobian);
        self.take(tensor, part, group.inputs.clone(), output);
        tensor
    }
}
