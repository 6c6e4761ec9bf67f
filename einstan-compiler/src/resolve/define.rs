//! The tensor that an equation defines or adds to.

use super::{Binding, ResultAxis, Scope};
use crate::ast::{AssignOp, Equation, Name};
use crate::check::Range;
use crate::ir::{
    self, BinaryOp, DimId, Element, Expr as Ir, ExprId, Length, Op, Role, Subscript, TensorId,
};
use crate::rule::Rule;
use std::collections::BTreeMap;

/// What an equation writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub tensor: TensorId,
    pub element: Element,
    pub op: Op,
    /// The version of the tensor that has been read already, to which is added.
    pub old: Option<TensorId>,
}

impl Scope<'_> {
    /// The tensor that an equation writes, which it names from here on.
    pub(crate) fn target(
        &mut self,
        e: &Equation,
        left: &[Name],
        ranges: &BTreeMap<String, (DimId, Option<Range>)>,
        element: Element,
    ) -> Option<Target> {
        let name = &e.left.tensor.text;
        let axes: Vec<DimId> = left.iter().map(|n| ranges[&n.text].0).collect();
        self.new_dimensions(name, left, &axes)?;
        let mut target = match self.tensors.get(name) {
            Some(&Binding::Tensor {
                id, read: false, ..
            }) => Target {
                tensor: id,
                element,
                op: Op::Accumulate,
                old: None,
            },
            // It has been read: what is added now makes a new version of it.
            Some(&Binding::Tensor { id, .. }) => Target {
                tensor: id,
                element,
                op: Op::Define,
                old: Some(id),
            },
            _ => Target {
                tensor: self.f.add_tensor(name, axes, element, Role::Intermediate),
                element,
                op: match e.op {
                    AssignOp::Define => Op::Define,
                    AssignOp::Accumulate => Op::Accumulate,
                },
                old: None,
            },
        };
        if let Some(old) = target.old {
            let t = self.f.tensor(old).clone();
            target.tensor = self
                .f
                .add_tensor(&t.name, t.axes, element, Role::Intermediate);
        }
        let binding = Binding::Tensor {
            id: target.tensor,
            parameter: false,
            read: false,
        };
        self.tensors.insert(name.clone(), binding);
        if let Some(line) = self.written.equations.last_mut() {
            line.tensor = Some(target.tensor);
        }
        Some(target)
    }

    /// Adds the equation, `T = right`, `T += right` or for a new version `T' = T + right`.
    pub(crate) fn add(&mut self, target: Target, left: Vec<Subscript>, right: ExprId) {
        let right = match target.old {
            Some(old) => self.sum(old, &left, right, target.element),
            None => right,
        };
        self.f.equations.push(ir::Equation {
            tensor: target.tensor,
            left,
            op: target.op,
            right,
        });
    }

    /// `tensor[subscripts] + right`
    fn sum(
        &mut self,
        tensor: TensorId,
        subscripts: &[Subscript],
        right: ExprId,
        element: Element,
    ) -> ExprId {
        let subscripts = subscripts.to_vec();
        let exprs = &mut self.f.exprs;
        match element {
            Element::Float => {
                let old = exprs.add(Ir::Access {
                    tensor,
                    subscripts,
                    guarded: false,
                });
                exprs.binary(BinaryOp::Add, old, right)
            }
            Element::Integer(_) => {
                let old = exprs.add(Ir::IntegerAccess {
                    tensor,
                    subscripts,
                    guarded: false,
                });
                exprs.add(Ir::IntegerAdd(old, right))
            }
        }
    }

    /// New names for dimensions of a result get the lengths that the equation gives.
    fn new_dimensions(&mut self, name: &str, left: &[Name], axes: &[DimId]) -> Option<()> {
        let Some(r) = self.result(name).cloned() else {
            return Some(());
        };
        for (axis, (declared, &dim)) in r.axes.iter().zip(axes).enumerate() {
            let ResultAxis::New(new, span) = declared else {
                continue;
            };
            if self.dims.get(new).is_some_and(|&d| d == dim) {
                continue;
            }
            if !matches!(self.f.dim(dim).length, Length::Fixed(_)) {
                let text = format!(
                    "axis {axis} of `{name}` is declared as `{new}`, which no parameter names, but `{}` runs over \
                     `{}`\nhelp: write `{}` there",
                    left[axis].text,
                    self.dim_name(dim),
                    self.dim_name(dim)
                );
                self.diagnostics.error(Rule::UnknownDimension, *span, text);
                return None;
            }
            self.dims.insert(new.clone(), dim);
        }
        Some(())
    }
}
