//! Reads: the tensor is there, and its subscripts are as many as its axes.

use super::message::count;
use super::{Binding, ResultAxis, Scope};
use crate::ast::{Access, Name};
use crate::ir::{DimId, TensorId};
use crate::parse::words;
use crate::rule::Rule;

impl Scope<'_> {
    /// Checks the tensor of a read.
    pub(crate) fn read(&mut self, a: &Access) -> Option<TensorId> {
        let id = match self.tensors.get_mut(&a.tensor.text) {
            Some(Binding::Tensor { id, read, .. }) => {
                *read = true;
                *id
            }
            Some(Binding::Poisoned) => return None,
            None => {
                self.unknown(&a.tensor);
                return None;
            }
        };
        let rank = match self.recurrence.axes(id) {
            Some(axes) => axes.len(),
            None => self.f.tensor(id).axes.len(),
        };
        if rank != a.subscripts.len() {
            let (name, given) = (&a.tensor.text, a.subscripts.len());
            let given = count(given, "subscript", "subscripts");
            let text = match rank {
                0 => format!("`{name}` is a scalar, but is read with {given}: write `{name}`"),
                _ => format!(
                    "`{name}` has {}, but is read with {given}: it is `{}`",
                    count(rank, "axis", "axes"),
                    self.signature_of(name)
                ),
            };
            self.diagnostics.error(Rule::Rank, a.tensor.span, text);
            return None;
        }
        Some(id)
    }

    /// A tensor as it stands in a signature, or would: `X[n, m]`.
    pub(crate) fn signature_of(&self, name: &str) -> String {
        let shown = |axis: &ResultAxis| match axis {
            ResultAxis::Known(d) => self.dim_name(*d),
            ResultAxis::New(new, _) => new.clone(),
            ResultAxis::Poisoned => "..".to_string(),
        };
        let dims: Vec<String> = match (self.result(name), self.tensors.get(name)) {
            (Some(r), _) => r.axes.iter().map(shown).collect(),
            (None, Some(Binding::Tensor { id, .. })) => {
                let axes = self.f.tensor(*id).axes.iter();
                axes.map(|&d| self.dim_name(d)).collect()
            }
            _ => vec![],
        };
        match dims.is_empty() {
            true => name.to_string(),
            false => format!("{name}[{}]", dims.join(", ")),
        }
    }

    /// The dimension whose length is asked for.
    pub(crate) fn dimension(&mut self, n: &Name) -> Option<DimId> {
        if let Some(&dim) = self.dims.get(&n.text) {
            return Some(dim);
        }
        // An axis type that a result alone names, or none but this equation.
        let is_known =
            self.axes.contains_key(&n.text) || self.used_axes.iter().any(|a| a.text == n.text);
        if is_known {
            return Some(self.axis(n));
        }
        let near = words::nearest(&n.text, self.dims.keys().map(String::as_str));
        let help = near
            .map(|n| format!("\nhelp: did you mean `len({n})`?"))
            .unwrap_or_default();
        let text = format!("no parameter has a dimension `{}`{help}", n.text);
        self.diagnostics.error(Rule::UnknownDimension, n.span, text);
        None
    }

    /// Reports an unknown tensor.
    pub(crate) fn unknown(&mut self, name: &Name) {
        let known: Vec<&str> = self.tensors.keys().map(String::as_str).collect();
        let near = words::nearest(&name.text, known.iter().copied());
        let help = match near {
            Some(n) => format!("did you mean `{n}`?"),
            None => "if the caller gives it, declare it as a parameter".to_string(),
        };
        let text = format!(
            "`{}` is not defined: no parameter and no equation above has this name\nhelp: {help}",
            name.text
        );
        self.diagnostics.error(Rule::UnknownName, name.span, text);
    }
}
