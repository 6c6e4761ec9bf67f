//! The tensor that an equation defines or adds to.

use super::left::Slot;
use super::range::Found;
use super::{Binding, ResultAxis, Scope, message};
use crate::ast::{self, AssignOp, Equation, Name};
use crate::check::Defined;
use crate::ir::{
    self, BinaryOp, DimId, Element, Expr as Ir, ExprId, Length, Op, Role, Subscript, TensorId,
};
use crate::rule::Rule;
use proc_macro2::Span;

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
    /// The tensor that an equation writes.
    pub(crate) fn target(
        &mut self,
        e: &Equation,
        left: &[Slot],
        declared: &[Option<DimId>],
        ranges: &Found,
        element: Element,
    ) -> Option<Target> {
        let name = &e.left.tensor.text;
        let plain = (1..left.len()).all(|at| !left[..at].contains(&left[at]));
        let mut axes = Vec::new();
        for (axis, slot) in left.iter().enumerate() {
            let own = slot.name().map(|n| ranges[n].0);
            let dim = if plain {
                own.or(declared[axis])
            } else {
                declared[axis].or(own)
            };
            let Some(dim) = dim else {
                let subscript = &e.left.subscripts[axis].0;
                let text = format!(
                    "nothing gives the length of axis {axis} of `{name}`\nhelp: say it where the position stands, by a \
                     number or a dimension: `{}`; or declare `{name}` as a result",
                    message::annotated(&e.left, axis)
                );
                let span = subscript.span;
                self.diagnostics.error(Rule::NoRange, span, text);
                return None;
            };
            axes.push(dim);
        }
        self.new_dimensions(e, &axes)?;
        let changed = self.mutable.contains_key(name);
        let mut target = match self.tensors.get(name) {
            Some(&Binding::Tensor { id, .. }) if changed => {
                let t = self.f.tensor(self.mutable[name]).clone();
                Target {
                    tensor: self
                        .f
                        .add_tensor(&t.name, t.axes, element, Role::Intermediate),
                    element,
                    op: Op::Define,
                    old: (e.op == AssignOp::Accumulate).then_some(id),
                }
            }
            Some(&Binding::Tensor { id, .. }) if self.recurrence.is_new(id) => Target {
                tensor: id,
                element,
                op: Op::Define,
                old: None,
            },
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
        if let Some(old) = target.old.filter(|_| !changed) {
            let t = self.f.tensor(old).clone();
            target.tensor = self
                .f
                .add_tensor(&t.name, t.axes, element, Role::Intermediate);
        }
        if let Some(line) = self.written.equations.last_mut() {
            line.tensor = Some(target.tensor);
        }
        Some(target)
    }

    /// From here on a name stands for a tensor that an equation has written.
    pub(crate) fn bind(&mut self, name: &Name, tensor: TensorId) {
        self.written.defined.push(Defined {
            name: name.clone(),
            tensor,
        });
        let name = name.text.as_str();
        if let Some(&parameter) = self.mutable.get(name) {
            self.f.values.insert(tensor, parameter);
        }
        let binding = Binding::Tensor {
            id: tensor,
            parameter: false,
            read: self.recurrence.tensors.contains_key(name),
        };
        self.tensors.insert(name.to_string(), binding);
    }

    /// Adds the equation, `T = right`, `T += right` or for a new version `T' = T + right`; where that is not the whole
    /// tensor, `T' = T` and `T' += right`.
    pub(crate) fn add(&mut self, mut target: Target, left: Vec<Subscript>, right: ExprId) {
        let right = match target.old {
            Some(old) if ir::are_plain(&left) => self.sum(old, &left, right, target.element),
            Some(old) => {
                let copy = self.f.copy(target.tensor, old);
                self.f.equations.push(copy);
                target.op = Op::Accumulate;
                right
            }
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
        let old = self.f.read_at(tensor, subscripts.to_vec());
        match element {
            Element::Float => self.f.exprs.binary(BinaryOp::Add, old, right),
            Element::Integer(_) => self.f.exprs.add(Ir::IntegerAdd(old, right)),
        }
    }

    /// New names for dimensions of a result get the lengths that the equation gives.
    pub(crate) fn new_dimensions(&mut self, e: &Equation, axes: &[DimId]) -> Option<()> {
        let name = &e.left.tensor.text;
        let Some(r) = self.result(name).cloned() else {
            return Some(());
        };
        for (axis, (declared, &dim)) in r.axes.iter().zip(axes).enumerate() {
            if let ResultAxis::New(new, span) = declared {
                let index = ast::print::subscript(&e.left.subscripts[axis].0);
                let what = format!("`{index}` runs over");
                self.new_dimension(name, axis, (new, *span), dim, &what)?;
            }
        }
        Some(())
    }

    /// A new name for a dimension, which `what` gives to an axis of a result.
    pub(crate) fn new_dimension(
        &mut self,
        tensor: &str,
        axis: usize,
        (new, span): (&str, Span),
        dim: DimId,
        what: &str,
    ) -> Option<()> {
        if self.dims.get(new).is_some_and(|&d| d == dim) {
            return Some(());
        }
        // An axis type has a name where the signature names such.
        let named = match self.f.dim(dim).length {
            _ if self.f.dim(dim).axis => self.typed,
            Length::Fixed(_) | Length::Returned { .. } | Length::Computed(_) => false,
            _ => true,
        };
        if let Length::Returned { .. } | Length::Computed(_) = self.f.dim(dim).length {
            self.f.dims[dim.index()].name = new.to_string();
        } else if named {
            let own = self.dim_name(dim);
            let text = format!(
                "axis {axis} of `{tensor}` is declared as `{new}`, which no parameter names, but {what} `{own}`\n\
                 help: write `{own}` there"
            );
            self.diagnostics.error(Rule::UnknownDimension, span, text);
            return None;
        }
        self.dims.insert(new.to_string(), dim);
        Some(())
    }
}
