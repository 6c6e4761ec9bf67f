//! Reads: the tensor is there, and its subscripts are as many as its axes and of a kind that is supported.

use super::message::{self, count};
use super::{Binding, Scope, mention, unsupported};
use crate::ast::{Access, Expr, ExprKind, Name, Number, Subscript, SubscriptKind};
use crate::ir::{DimId, TensorId};
use crate::parse::words;
use crate::rule::Rule;
use std::collections::BTreeSet;

impl Scope<'_> {
    /// Checks the tensor of a read; returns it with its plain subscripts as (axis, index).
    pub(crate) fn read(
        &mut self,
        a: &Access,
        indices: &BTreeSet<String>,
    ) -> Option<(TensorId, Vec<(usize, String)>)> {
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
        let rank = self.f.tensor(id).axes.len();
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
        let mut plain = Vec::new();
        for (axis, s) in a.subscripts.iter().enumerate() {
            match &s.kind {
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }) if indices.contains(&n.text) => {
                    plain.push((axis, n.text.clone()));
                }
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Number(Number::Whole(_)),
                    ..
                }) => {}
                _ => {
                    self.refuse_subscript(a, s);
                    return None;
                }
            }
        }
        Some((id, plain))
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

    /// Names what a subscript is that this version does not take.
    fn refuse_subscript(&mut self, a: &Access, s: &Subscript) {
        let shown = message::access(a);
        let text = match &s.kind {
            SubscriptKind::Wrapped { word, .. } => {
                format!("`{}` in the subscript of `{shown}`", word.text)
            }
            SubscriptKind::Plain(e) => {
                if let ExprKind::Number(_) = e.kind {
                    let text = format!("`{shown}`: a position is a whole number");
                    self.diagnostics.error(Rule::Subscript, s.span, text);
                    return;
                }
                if let Some((i, j)) = mention::product_of_indices(e) {
                    let text = format!(
                        "the subscript of `{shown}` multiplies two indices, `{i}` and `{j}`"
                    );
                    self.diagnostics.error(Rule::Subscript, s.span, text);
                    return;
                }
                let gathered =
                    !mention::accesses(e).is_empty() || matches!(e.kind, ExprKind::Name(_));
                let what = if gathered {
                    "a gathered subscript"
                } else {
                    "an affine subscript"
                };
                format!("{what}, as in `{shown}`,")
            }
        };
        unsupported::report(self.diagnostics, s.span, &text);
    }

    /// The dimension whose length is asked for.
    pub(crate) fn dimension(&mut self, n: &Name) -> Option<DimId> {
        if let Some(&dim) = self.dims.get(&n.text) {
            return Some(dim);
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
