//! Reads: the tensor is there, and its subscripts are as many as its axes.

use super::message::count;
use super::{Binding, ResultAxis, Scope, mention};
use crate::ast::{Access, Equation, Name};
use crate::ir::{DimId, TensorId};
use crate::parse::words;
use crate::rule::Rule;

impl Scope<'_> {
    /// Checks the tensor of a read in an equation.
    pub(crate) fn read(&mut self, a: &Access, e: &Equation) -> Option<TensorId> {
        let id = match self.tensors.get_mut(&a.tensor.text) {
            Some(Binding::Tensor { id, read, .. }) => {
                *read = true;
                *id
            }
            Some(Binding::Poisoned) => return None,
            None => {
                self.unknown(&a.tensor, "");
                return None;
            }
        };
        let rank = match self.recurrence.axes(id) {
            Some(axes) => axes.len(),
            None => self.f.tensor(id).axes.len(),
        };
        if rank != a.subscripts.len() {
            self.wrong_rank(&a.tensor, rank, a.subscripts.len(), e);
            return None;
        }
        Some(id)
    }

    /// Reports a read of a tensor with another number of subscripts than it has axes.
    pub(crate) fn wrong_rank(&mut self, tensor: &Name, rank: usize, given: usize, e: &Equation) {
        let name = &tensor.text;
        let read = count(given, "subscript", "subscripts");
        let mut text = match (rank, given) {
            (0, _) => format!(
                "`{name}` is a scalar, but is read with {read}: write `{name}`, or declare its axes"
            ),
            (_, 0) => format!(
                "`{name}` is a tensor and needs {}: it is `{}`",
                count(rank, "index", "indices"),
                self.signature_of(name)
            ),
            _ => format!(
                "`{name}` has {}, but is read with {read}: it is `{}`",
                count(rank, "axis", "axes"),
                self.signature_of(name)
            ),
        };
        if let Some(meant) = self.as_read(name, e) {
            text.push_str(&format!("\nhelp: did you mean `{meant}`?"));
        }
        self.diagnostics.error(Rule::Rank, tensor.span, text);
    }

    /// A tensor with the indices that run over its dimensions elsewhere in the equation: `b[j]`, where `Y[i, j]` is `Y[n, k]`
    /// and `b` is `b[k]`.
    fn as_read(&self, name: &str, e: &Equation) -> Option<String> {
        let reads = mention::accesses_of(e).into_iter().map(|(a, _)| a);
        let mut over: Vec<(String, String)> = Vec::new();
        for a in std::iter::once(e.left.access()).chain(reads) {
            let dims = self.dims_of(&a.tensor.text);
            if dims.len() == a.subscripts.len() {
                let indices = a.subscripts.iter().map(mention::plain_index);
                let known = dims.into_iter().zip(indices);
                over.extend(known.filter_map(|(d, i)| Some((d, i?.text.clone()))));
            }
        }
        let dims = self.dims_of(name);
        let mut indices: Vec<&str> = Vec::new();
        for dim in &dims {
            let new = |(d, i): &&(String, String)| d == dim && !indices.contains(&i.as_str());
            indices.push(&over.iter().find(new)?.1);
        }
        (!dims.is_empty()).then(|| format!("{name}[{}]", indices.join(", ")))
    }

    /// A tensor as it stands in a signature, or would: `X[n, m]`.
    pub(crate) fn signature_of(&self, name: &str) -> String {
        let dims = self.dims_of(name);
        match dims.is_empty() {
            true => name.to_string(),
            false => format!("{name}[{}]", dims.join(", ")),
        }
    }

    /// The names of its dimensions.
    fn dims_of(&self, name: &str) -> Vec<String> {
        let shown = |axis: &ResultAxis| match axis {
            ResultAxis::Known(d) => self.dim_name(*d),
            ResultAxis::New(new, _) => new.clone(),
            ResultAxis::Poisoned => "..".to_string(),
        };
        match (self.result(name), self.tensors.get(name)) {
            (Some(r), _) => r.axes.iter().map(shown).collect(),
            (None, Some(Binding::Tensor { id, .. })) => {
                let axes = self.f.tensor(*id).axes.iter();
                axes.map(|&d| self.dim_name(d)).collect()
            }
            _ => vec![],
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
        let own = self.dims_of(&n.text);
        let near = words::nearest(&n.text, self.dims.keys().map(String::as_str));
        let help = match (own.is_empty(), near) {
            (false, _) => format!(
                "\nhelp: `{}` is a tensor: the length of its axis 0 is `len({})`",
                self.signature_of(&n.text),
                own[0]
            ),
            (true, Some(n)) => format!("\nhelp: did you mean `len({n})`?"),
            (true, None) => String::new(),
        };
        let text = format!("no parameter has a dimension `{}`{help}", n.text);
        self.diagnostics.error(Rule::UnknownDimension, n.span, text);
        None
    }

    /// Reports an unknown name where a number is asked for, which may be one of Rust.
    pub(crate) fn unknown_number(&mut self, name: &Name) {
        let braces = format!("; what Rust knows stands in braces, `{{{}}}`", name.text);
        self.unknown(name, &braces);
    }

    /// Reports an unknown tensor, and beside a parameter what else it may be.
    pub(crate) fn unknown(&mut self, name: &Name, or: &str) {
        let known: Vec<&str> = self.tensors.keys().map(String::as_str).collect();
        let near = words::nearest(&name.text, known.iter().copied());
        let help = match near {
            Some(n) => format!("did you mean `{n}`?"),
            None => format!("if the caller gives it, declare it as a parameter{or}"),
        };
        let text = format!(
            "`{}` is not defined: no parameter and no equation above has this name\nhelp: {help}",
            name.text
        );
        self.diagnostics.error(Rule::UnknownName, name.span, text);
    }
}
