//! A call of a function of another invocation: nothing is known of it but its name.

use super::Call;
use super::argument::{Argument, ArgumentKind};
use crate::ast::{self, Name, Path};
use crate::check::Line;
use crate::ir::{
    self, CallId, DimId, Element, Equation, Expr as Ir, Fault, Length, Op, Part, Passed, Place,
    Real, Role, Subscript, TensorId,
};
use crate::resolve::{ResultAxis, Scope, signature};
use proc_macro2::Span;

/// Where a call of a function of another invocation stands, for rustc's errors.
#[derive(Clone, Debug)]
pub struct External {
    pub path: Path,
    pub arguments: Vec<Span>,
    /// Of `_`, the function's.
    pub results: Vec<Span>,
}

impl Scope<'_> {
    /// Adds a call and the equations of its results.
    pub(crate) fn external(&mut self, call: &Call<'_>) -> Option<()> {
        let arguments = self.arguments(call.arguments)?;
        self.may_return(call, call.results.len())?;
        self.written.equations.push(Line {
            text: call.text.clone(),
            tensor: None,
        });
        let id = CallId(self.f.calls.len() as u32);
        self.f.calls.push(ir::Call {
            name: ast::print::path(call.function),
            arguments: arguments.iter().map(passed).collect(),
            results: call.results.len(),
        });
        let span = |name: &Option<&Name>| name.map_or(call.function.span, |n| n.span);
        self.externals.push(External {
            path: call.function.clone(),
            arguments: arguments.iter().map(|a| a.span).collect(),
            results: call.results.iter().map(span).collect(),
        });
        for (at, name) in call.results.iter().enumerate() {
            if let Some(name) = name {
                self.returned(id, at, name)?;
            }
        }
        Some(())
    }

    /// The tensor of a result, with as many axes as its uses say.
    fn returned(&mut self, call: CallId, result: usize, name: &Name) -> Option<()> {
        let declared = self.result(&name.text).cloned();
        let element = declared
            .as_ref()
            .map_or(Element::Float, |r| signature::element(r.element));
        let rank = match &declared {
            Some(r) => Some(r.axes.len()),
            None => self.ranks.get(&name.text).copied(),
        };
        let axes: Vec<DimId> = match rank {
            Some(rank) => (0..rank)
                .map(|axis| self.returned_axis(call, result, Some(axis), name))
                .collect(),
            None => vec![self.returned_axis(call, result, None, name)],
        };
        let mut own = axes.clone();
        for (axis, d) in declared.iter().flat_map(|r| &r.axes).enumerate() {
            match d {
                ResultAxis::Known(dim) => own[axis] = *dim,
                ResultAxis::New(new, span) => {
                    self.new_dimension(&name.text, axis, (new, *span), axes[axis], "")?;
                }
                ResultAxis::Poisoned => {}
            }
        }
        let tensor = self
            .f
            .add_tensor(&name.text, own.clone(), element, Role::Intermediate);
        for (axis, (&own, &returned)) in own.iter().zip(&axes).enumerate() {
            if own != returned {
                let at = Place { tensor, axis };
                let fault = Fault::Returned {
                    call,
                    at,
                    dim: returned,
                };
                self.compare_lengths(own, returned, fault);
            }
        }
        self.take(call, result, tensor);
        self.bind(name, tensor);
        Some(())
    }

    fn returned_axis(
        &mut self,
        call: CallId,
        result: usize,
        axis: Option<usize>,
        name: &Name,
    ) -> DimId {
        let text = match axis {
            Some(axis) => format!("{}.{axis}", name.text),
            None => format!("elements of {}", name.text),
        };
        self.f
            .add_dim(text, Length::Returned { call, result, axis })
    }

    /// `T[i,j] = ..[i,j]`
    fn take(&mut self, call: CallId, output: usize, tensor: TensorId) {
        let axes = self.f.tensor(tensor).axes.clone();
        let names = self.free_names(axes.len());
        let left: Vec<Subscript> = axes
            .into_iter()
            .zip(names)
            .map(|(d, name)| Subscript::Index(self.f.add_index(name, d)))
            .collect();
        let right = self.f.exprs.add(Ir::Returned {
            call,
            part: Part::Value,
            inputs: self.f.arguments(call),
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

    /// The call that a derivative of one tensor by another one would have to cross.
    pub(crate) fn crossing(&self, of: TensorId, by: TensorId) -> Option<&str> {
        let mut between = self.f.between(&[of], &[by]).into_iter();
        between.find_map(|e| {
            let (call, ..) = self.f.returned(e)?;
            Some(self.f.calls[call.index()].name.as_str())
        })
    }
}

fn passed(a: &Argument) -> Passed {
    match a.kind {
        ArgumentKind::Tensor(t) => Passed::Tensor(t),
        ArgumentKind::Whole(n) => Passed::Whole(n),
        ArgumentKind::Real(r) => Passed::Real(Real::new(r)),
        ArgumentKind::Length(d) => Passed::Length(d),
        ArgumentKind::Given(g) => Passed::Given(g),
    }
}
