//! Dimensions that are given where an index is introduced: `Z[i: n] = ..`, `sum[k: 3](..)`.

use super::range::Found;
use super::{Scope, mention};
use crate::ast::{Equation, Expr, Name};
use crate::check::Range;
use crate::ir::{DimId, Fault, Meeting};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeMap;

impl Scope<'_> {
    /// Adds the dimensions that an equation is annotated with to what its plain reads say, which must be the same.
    pub(crate) fn annotated(&mut self, e: &Equation, found: &mut Found) -> Option<()> {
        let mut known: BTreeMap<String, (DimId, Span)> = BTreeMap::new();
        let mut good = true;
        for (index, dimension) in annotations(e) {
            let Some(dim) = self.dimension_of(dimension) else {
                good = false;
                continue;
            };
            let given = known.entry(index.text.clone());
            let (first, place) = *given.or_insert((dim, dimension.span));
            if first != dim {
                let [first, second] = [first, dim].map(|d| &self.f.dim(d).name);
                let text = format!(
                    "`{}` is given two dimensions here, `{first}` and `{second}`",
                    index.text
                );
                let other = (place, format!("`{}` is given `{first}` here", index.text));
                self.diagnostics
                    .error_beside(Rule::AxisMismatch, dimension.span, text, other);
                good = false;
                continue;
            }
            match found.get(&index.text).cloned() {
                Some((read, range)) => {
                    good &= self.meets(&index, dimension, dim, read, range).is_some();
                }
                None => drop(found.insert(index.text.clone(), (dim, None))),
            }
        }
        good.then_some(())
    }

    /// The annotation of an index that is read plainly too: both must be one dimension, or have one length.
    fn meets(
        &mut self,
        index: &Name,
        dimension: &Expr,
        own: DimId,
        read: DimId,
        range: Option<Range>,
    ) -> Option<()> {
        match (self.f.meeting(own, read), range) {
            (Meeting::Same, _) => Some(()),
            (Meeting::AtEntry, Some(range)) => {
                let fault = Fault::Required {
                    at: range.place,
                    dim: own,
                };
                self.compare_lengths(own, read, fault);
                Some(())
            }
            (_, range) => {
                let place = range.map_or_else(String::new, |r| format!(" in `{}`", r.shown));
                let text = format!(
                    "`{}` runs over `{}`{place}, and is given the dimension `{}` here",
                    index.text,
                    self.f.dim(read).name,
                    self.f.dim(own).name
                );
                self.diagnostics
                    .error(Rule::AxisMismatch, dimension.span, text);
                None
            }
        }
    }
}

/// The indices of an equation that have a dimension where they are introduced.
fn annotations(e: &Equation) -> Vec<(Name, &Expr)> {
    let left = e.left.subscripts.iter();
    let left = left.filter_map(|(s, d)| Some((mention::plain_index(s)?.clone(), d.as_ref()?)));
    left.chain(mention::annotations(&e.right)).collect()
}
