//! The dimensions of a called function, in those of the caller.

use super::argument::{Argument, ArgumentKind};
use crate::ast::Name;
use crate::ir::{
    Check, CmpOp, Dim, DimId, Expr as Ir, Fault, Function, Length, Meeting, Parameter, Place,
    TensorId,
};
use crate::resolve::Scope;
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeMap;

/// What each dimension of a called function is in its caller, and the axis that said so.
type Known = BTreeMap<DimId, (DimId, Option<Place>)>;

impl Scope<'_> {
    /// The dimensions of `callee`, from the axes of the arguments and the lengths among them.
    pub(crate) fn dimensions_of(
        &mut self,
        callee: &Function,
        arguments: &[Argument],
    ) -> Option<BTreeMap<DimId, DimId>> {
        let mut known = Known::new();
        let mut good = true;
        for (p, a) in callee.parameters.iter().zip(arguments) {
            if let Parameter::Dim(d) = *p {
                let dim = self.given(callee, d, a);
                good &= dim.is_some();
                known.extend(dim.map(|dim| (d, (dim, None))));
            }
        }
        for (p, a) in callee.parameters.iter().zip(arguments) {
            if let (Parameter::Tensor(t), ArgumentKind::Tensor(own)) = (*p, a.kind) {
                good &= self.axes_of(callee, t, own, a.span, &mut known).is_some();
            }
        }
        // An axis type of the results alone.
        for d in (0..callee.dims.len() as u32).map(DimId) {
            let dim = callee.dim(d);
            if dim.axis && dim.length == Length::Named && !known.contains_key(&d) && good {
                let span = arguments.first().map_or(Span::call_site(), |a| a.span);
                let text = dim.name.clone();
                known.insert(d, (self.axis(&Name { text, span }), None));
            }
        }
        good.then(|| known.into_iter().map(|(d, (dim, _))| (d, dim)).collect())
    }

    /// The length that the caller gives for a `dim` parameter.
    fn given(&mut self, callee: &Function, d: DimId, a: &Argument) -> Option<DimId> {
        match a.kind {
            ArgumentKind::Length(dim) => Some(dim),
            ArgumentKind::Whole(n) if n >= 0 => Some(self.fixed(n as u64)),
            _ => {
                let text = format!(
                    "`{}` takes a length here, `{}`: write `len(..)` or a whole number",
                    callee.name,
                    callee.dim(d).name
                );
                self.diagnostics.error(Rule::WholeTensor, a.span, text);
                None
            }
        }
    }

    /// Learns what the axes of an argument say.
    fn axes_of(
        &mut self,
        callee: &Function,
        parameter: TensorId,
        argument: TensorId,
        span: Span,
        known: &mut Known,
    ) -> Option<()> {
        let axes = self.f.tensor(argument).axes.clone();
        for (axis, (&d, dim)) in callee.tensor(parameter).axes.iter().zip(axes).enumerate() {
            let place = Place {
                tensor: argument,
                axis,
            };
            let wanted = match callee.dim(d).length {
                _ if callee.dim(d).axis => {
                    // A caller without axis types has lengths alone.
                    let own = self.own_axis(callee, d).filter(|_| self.typed);
                    let span = (place, span);
                    match own {
                        Some(own) => {
                            known.insert(d, (own, None));
                            Some((own, None))
                        }
                        None => self
                            .other_axis(callee, d, dim, span)?
                            .or(known.get(&d).copied()),
                    }
                }
                Length::Fixed(n) => Some((self.fixed(n), None)),
                _ => known.get(&d).copied(),
            };
            match wanted {
                Some((wanted, at)) => self.agree(callee, d, (wanted, at), (dim, place), span)?,
                None => drop(known.insert(d, (dim, Some(place)))),
            }
        }
        Some(())
    }

    /// The dimension of the caller that is the axis type of a dimension of the callee.
    fn own_axis(&self, callee: &Function, d: DimId) -> Option<DimId> {
        let wanted = callee.dim(d);
        let same = |own: &Dim| own.axis && own.name == wanted.name;
        let at = self.f.dims.iter().position(same)?;
        Some(DimId(at as u32))
    }

    /// An axis type of the callee that the caller does not know: a caller with axis types has another one there, and one
    /// without them a length, which is the fixed one.
    fn other_axis(
        &mut self,
        callee: &Function,
        d: DimId,
        dim: DimId,
        (place, span): (Place, Span),
    ) -> Option<Option<(DimId, Option<Place>)>> {
        let has_name = self.f.dim(dim).axis || self.f.dim(dim).length == Length::Named;
        if self.typed && has_name {
            self.other_name(callee, &callee.dim(d).name, dim, place, span);
            return None;
        }
        if let Length::Fixed(n) = callee.dim(d).length {
            return Some(Some((self.fixed(n), None)));
        }
        // Of another invocation: rustc knows whether the length is fixed.
        let wanted = self.f.typed_length(&callee.dim(d).name, dim);
        let fault = Fault::Required {
            at: place,
            dim: wanted,
        };
        self.compare_lengths(dim, wanted, fault);
        Some(None)
    }

    fn other_name(
        &mut self,
        callee: &Function,
        wanted: &str,
        dim: DimId,
        place: Place,
        span: Span,
    ) {
        let text = format!(
            "`{}` takes a length of `{wanted}` here, and `{}` is the dimension of `{}` (axis {})",
            callee.name,
            self.f.dim(dim).name,
            self.f.tensor(place.tensor).name,
            place.axis
        );
        self.diagnostics.error(Rule::AxisMismatch, span, text);
    }

    /// An axis has the length that its dimension of the callee has: different names never do, a name and a number are
    /// compared when the function is entered.
    fn agree(
        &mut self,
        callee: &Function,
        d: DimId,
        (wanted, first): (DimId, Option<Place>),
        (dim, place): (DimId, Place),
        span: Span,
    ) -> Option<()> {
        let meeting = self.f.meeting(wanted, dim);
        if meeting == Meeting::Same {
            return Some(());
        }
        let name = |at: Place| format!("`{}` (axis {})", self.f.tensor(at.tensor).name, at.axis);
        if meeting == Meeting::Never {
            let (is, was) = (&self.f.dim(dim).name, self.f.dim(wanted).name.clone());
            let Some(first) = first else {
                self.other_name(callee, &was, dim, place, span);
                return None;
            };
            let text = format!(
                "dimension `{}` of `{}` is `{was}` in {} and `{is}` in {}",
                callee.dim(d).name,
                callee.name,
                name(first),
                name(place)
            );
            self.diagnostics.error(Rule::AxisMismatch, span, text);
            return None;
        }
        let fault = match first {
            Some(first) => Fault::Lengths {
                index: callee.dim(d).name.clone(),
                a: first,
                b: place,
            },
            None => Fault::Required {
                at: place,
                dim: wanted,
            },
        };
        self.compare_lengths(wanted, dim, fault);
        Some(())
    }

    /// Compares two lengths when the function is entered.
    pub(crate) fn compare_lengths(&mut self, a: DimId, b: DimId, fault: Fault) {
        let exprs = &mut self.f.exprs;
        let (a, b) = (exprs.add(Ir::Len(a)), exprs.add(Ir::Len(b)));
        let differ = exprs.add(Ir::IntegerCompare(CmpOp::NotEqual, a, b));
        self.f.checks.push(Check {
            fails: vec![(differ, true)],
            fault,
        });
    }
}
