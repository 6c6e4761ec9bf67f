//! Reads: the tensor is there, and its subscripts are as many as its axes.

use super::message::count;
use super::{Binding, Scope};
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
            let what = if rank == 0 {
                "is a scalar".to_string()
            } else {
                format!("has {}", count(rank, "axis", "axes"))
            };
            let text = format!(
                "`{}` {what}, but is read with {}{}",
                a.tensor.text,
                count(a.subscripts.len(), "subscript", "subscripts"),
                self.shape(id)
            );
            self.diagnostics.error(Rule::Rank, a.tensor.span, text);
            return None;
        }
        Some(id)
    }

    /// `: it is declared as X[n, m]`
    fn shape(&self, id: TensorId) -> String {
        let t = self.f.tensor(id);
        if t.axes.is_empty() {
            return String::new();
        }
        let dims: Vec<String> = t.axes.iter().map(|&d| self.dim_name(d)).collect();
        format!(": it is `{}[{}]`", t.name, dims.join(", "))
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
        let help = near
            .map(|n| format!("\nhelp: did you mean `{n}`?"))
            .unwrap_or_default();
        let text = format!(
            "`{}` is not defined: no parameter and no equation above has this name{help}",
            name.text
        );
        self.diagnostics.error(Rule::UnknownName, name.span, text);
    }
}
