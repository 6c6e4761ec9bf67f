//! The tensors that a call defines.

use super::Call;
use crate::ast::Name;
use crate::ir::{DimId, Element, Fault, Meeting, Place, Role, TensorId};
use crate::resolve::message::count;
use crate::resolve::{ResultAxis, Scope, signature};
use crate::rule::Rule;

impl Scope<'_> {
    /// Whether a call may define its results, and defines as many as there are.
    pub(crate) fn may_return(&mut self, call: &Call<'_>, returned: usize) -> Option<()> {
        if call.results.len() != returned {
            let names: Vec<String> = (0..returned).map(|at| format!("R{}", at + 1)).collect();
            let text = format!(
                "`{0}` returns {1}, not {2}\nhelp: write `({3}) = {0}(..)`, with `_` for what is not needed",
                crate::ast::print::path(call.function),
                count(returned, "tensor", "tensors"),
                call.results.len(),
                names.join(", ")
            );
            self.diagnostics
                .error(Rule::WholeTensor, call.function.span, text);
            return None;
        }
        let mut good = true;
        for (at, name) in call.results.iter().enumerate() {
            let Some(name) = name else { continue };
            let mut before = call.results[..at].iter().flatten();
            let first = before.find(|o| o.text == name.text);
            if let Some(first) = first {
                let text = format!(
                    "`{}` is defined twice: write `_` for what is not needed",
                    name.text
                );
                self.defined_twice(name, text, first.span);
            }
            good &= first.is_none() && self.may_be_defined(name).is_some();
        }
        good.then_some(())
    }

    /// Adds the tensor of a result with the axes that it has.
    pub(crate) fn outcome(
        &mut self,
        name: &Name,
        axes: Vec<DimId>,
        element: Element,
        call: &Call<'_>,
    ) -> Option<TensorId> {
        if let Some(declared) = self
            .result(&name.text)
            .map(|r| signature::element(r.element))
            && declared != element
        {
            let text = format!(
                "`{}` is declared as {}, and `{}` returns {}",
                name.text,
                kind(declared),
                crate::ast::print::path(call.function),
                kind(element)
            );
            self.diagnostics.error(Rule::IntegerKind, name.span, text);
            return None;
        }
        let tensor = self
            .f
            .add_tensor(&name.text, axes, element, Role::Intermediate);
        self.meets_declaration(name, tensor, call)?;
        self.bind(name, tensor);
        Some(tensor)
    }

    /// A result of the caller has the axes that are declared.
    fn meets_declaration(&mut self, name: &Name, tensor: TensorId, call: &Call<'_>) -> Option<()> {
        let Some(r) = self.result(&name.text).cloned() else {
            return Some(());
        };
        let axes = self.f.tensor(tensor).axes.clone();
        let function = crate::ast::print::path(call.function);
        if r.axes.len() != axes.len() {
            let text = format!(
                "`{}` is declared with {}, and `{function}` returns {}",
                name.text,
                count(r.axes.len(), "axis", "axes"),
                axes.len()
            );
            self.diagnostics.error(Rule::Rank, name.span, text);
            return None;
        }
        for (axis, (declared, &dim)) in r.axes.iter().zip(&axes).enumerate() {
            let wanted = match declared {
                ResultAxis::Known(wanted) => *wanted,
                ResultAxis::New(new, span) => {
                    let what = format!("`{function}` returns");
                    self.new_dimension(&name.text, axis, (new, *span), dim, &what)?;
                    continue;
                }
                ResultAxis::Poisoned => continue,
            };
            let meeting = self.f.meeting(wanted, dim);
            if meeting == Meeting::Same {
                continue;
            }
            if meeting == Meeting::Never {
                let text = format!(
                    "axis {axis} of `{}` is declared as `{}`, and `{function}` returns `{}` there",
                    name.text,
                    self.dim_name(wanted),
                    self.dim_name(dim)
                );
                self.diagnostics.error(Rule::AxisMismatch, name.span, text);
                return None;
            }
            let at = Place { tensor, axis };
            self.compare_lengths(wanted, dim, Fault::Required { at, dim: wanted });
        }
        Some(())
    }
}

fn kind(element: Element) -> &'static str {
    match element {
        Element::Float => "numbers",
        Element::Integer(_) => "integers",
    }
}
