//! The dimension that every index of an equation runs over.

use super::message::{self, count};
use super::{Binding, ResultAxis, ResultInfo, Scope, mention};
use crate::ast::{self, Equation};
use crate::check::Range;
use crate::ir::{DimId, Place, TensorId};
use crate::rule::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Each index with its dimension and the access that gives it.
pub(crate) type Ranges = BTreeMap<String, (DimId, Range)>;

/// The ranges with those that the left-hand side gives at their place in its tensor.
pub(crate) fn placed(
    ranges: BTreeMap<String, (DimId, Option<Range>)>,
    e: &Equation,
    tensor: TensorId,
) -> Ranges {
    let left = |name: &str| Range {
        place: Place {
            tensor,
            axis: axis_of(e, name),
        },
        shown: ast::print::left(&e.left),
        branch: false,
    };
    ranges
        .into_iter()
        .map(|(name, (dim, range))| {
            let range = range.unwrap_or_else(|| left(&name));
            (name, (dim, range))
        })
        .collect()
}

/// The axis at which an index stands on the left.
fn axis_of(e: &Equation, name: &str) -> usize {
    let named = |s: &ast::Subscript| mention::plain_index(s).is_some_and(|n| n.text == name);
    e.left
        .subscripts
        .iter()
        .position(|(s, _)| named(s))
        .unwrap_or(0)
}

impl Scope<'_> {
    /// The declared result of this name.
    pub(crate) fn result(&self, name: &str) -> Option<&ResultInfo> {
        self.results.iter().find(|r| r.name.text == name)
    }

    /// The axes of the left-hand side as far as they are known before the equation.
    pub(crate) fn left_axes(&mut self, e: &Equation) -> Option<Vec<Option<DimId>>> {
        let given = e.left.subscripts.len();
        let (axes, what): (Vec<Option<DimId>>, &str) = match self.tensors.get(&e.left.tensor.text) {
            Some(Binding::Tensor { id, .. }) => (
                self.f.tensor(*id).axes.iter().copied().map(Some).collect(),
                "has",
            ),
            _ => match self.result(&e.left.tensor.text) {
                Some(r) => {
                    let axis = |a: &ResultAxis| match a {
                        ResultAxis::Known(d) => Some(*d),
                        ResultAxis::New(name, _) => self.dims.get(name).copied(),
                        ResultAxis::Poisoned => None,
                    };
                    (r.axes.iter().map(axis).collect(), "is declared with")
                }
                None => return Some(vec![None; given]),
            },
        };
        if axes.len() != given {
            let text = format!(
                "`{}` {what} {}, but the left-hand side has {}",
                e.left.tensor.text,
                count(axes.len(), "axis", "axes"),
                count(given, "index", "indices")
            );
            self.diagnostics.error(Rule::Rank, e.left.tensor.span, text);
            return None;
        }
        Some(axes)
    }

    /// The dimension of every index: that of the first plain read outside branches, else of the left-hand side as far as
    /// its `axes` are declared, else the one that it is annotated with, else of the first plain read in a branch. `check`
    /// compares the others with it.
    pub(crate) fn ranges(
        &mut self,
        e: &Equation,
        axes: &[Option<DimId>],
        indices: &BTreeSet<String>,
    ) -> Option<BTreeMap<String, (DimId, Option<Range>)>> {
        let before = self.diagnostics.len();
        let mut good = true;
        let (mut sure, mut branches) = (BTreeMap::new(), BTreeMap::new());
        for (access, branch) in mention::accesses(&e.right) {
            let Some((tensor, plain)) = self.read(&access, indices) else {
                good = false;
                continue;
            };
            for (axis, name) in plain {
                let range = Range {
                    place: Place { tensor, axis },
                    shown: message::access(&access),
                    branch,
                };
                let dim = self.f.tensor(tensor).axes[axis];
                let list = if branch { &mut branches } else { &mut sure };
                list.entry(name).or_insert((dim, Some(range)));
            }
        }
        if !good || self.diagnostics.len() > before {
            return None;
        }
        for ((s, _), dim) in e.left.subscripts.iter().zip(axes) {
            if let (Some(n), Some(dim)) = (mention::plain_index(s), dim) {
                sure.entry(n.text.clone()).or_insert((*dim, None));
            }
        }
        self.annotated(e, &mut sure)?;
        for (name, range) in branches {
            sure.entry(name).or_insert(range);
        }
        Some(sure)
    }
}
