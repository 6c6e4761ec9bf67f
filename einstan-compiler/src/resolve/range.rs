//! The dimension that every index of an equation runs over, found in rounds: what a round has fixed no later one changes.

use super::affine::Affine;
use super::message::{self, count};
use super::{Binding, ResultAxis, ResultInfo, Scope, mention};
use crate::ast::{self, Access, Equation, Subscript, SubscriptKind};
use crate::check::Range;
use crate::ir::{DimId, Expr as Ir, ExprId, Fault, Place, Polynomial, TensorId};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of an index: its dimension, and the access that gave it, if that is not the left-hand side.
pub(crate) type Found = BTreeMap<String, (DimId, Option<Range>)>;

/// Each index with its dimension and the access that gives it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    pub of: BTreeMap<String, (DimId, Range)>,
    /// Axes that are read plainly along an index, and at another affine subscript of it too: the index need not run over all
    /// of the axis.
    pub limits: BTreeSet<(TensorId, usize, String)>,
}

/// The ranges of an equation, before its tensor is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rounds {
    pub found: Found,
    limits: BTreeSet<(TensorId, usize, String)>,
}

/// A subscript that is affine, of a read or of a left-hand side.
#[derive(Clone, Debug)]
struct Site {
    /// None on the left.
    place: Option<Place>,
    dim: DimId,
    affine: Affine,
    /// The index, where the subscript is nothing else.
    plain: Option<String>,
    branch: bool,
    shown: String,
    span: Span,
}

impl Rounds {
    /// The ranges with those that the left-hand side gives at their place in its tensor.
    pub fn placed(self, e: &Equation, tensor: TensorId) -> Ranges {
        let left = |name: &str| Range {
            place: Place {
                tensor,
                axis: axis_of(e, name),
            },
            shown: ast::print::left(&e.left),
            branch: false,
        };
        let of = self.found.into_iter().map(|(name, (dim, range))| {
            let range = range.unwrap_or_else(|| left(&name));
            (name, (dim, range))
        });
        Ranges {
            of: of.collect(),
            limits: self.limits,
        }
    }
}

/// The axis at which an index stands on the left.
fn axis_of(e: &Equation, name: &str) -> usize {
    let named = |s: &Subscript| mention::plain_index(s).is_some_and(|n| n.text == name);
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
            Some(Binding::Tensor { id, .. }) if !self.recurrence.is_new(*id) => (
                self.f.tensor(*id).axes.iter().copied().map(Some).collect(),
                "has",
            ),
            _ => match self.result(&e.left.tensor.text) {
                Some(r) => {
                    let declared = r.axes.clone().into_iter().enumerate();
                    let axis = |(at, axis): (usize, ResultAxis)| match axis {
                        ResultAxis::Known(d) => Some(d),
                        ResultAxis::New(text, span) => match self.dims.get(&text) {
                            Some(&d) => Some(d),
                            None => self.axis_of_its_own(e, at, ast::Name { text, span }),
                        },
                        ResultAxis::Poisoned => None,
                    };
                    (declared.map(axis).collect(), "is declared with")
                }
                None => return Some(vec![None; given]),
            },
        };
        if axes.len() != given {
            let text = format!(
                "`{}` {what} {}, but the left-hand side has {}: it is `{}`",
                e.left.tensor.text,
                count(axes.len(), "axis", "axes"),
                count(given, "index", "indices"),
                self.signature_of(&e.left.tensor.text)
            );
            self.diagnostics.error(Rule::Rank, e.left.tensor.span, text);
            return None;
        }
        Some(axes)
    }

    /// The dimension of every index, in rounds: plain reads outside branches, the left-hand side as far as its `axes` are
    /// declared, annotations; affine subscripts outside branches; plain reads in branches, and then affine ones. `check`
    /// compares the others with what is found.
    pub(crate) fn ranges(
        &mut self,
        e: &Equation,
        axes: &[Option<DimId>],
        indices: &BTreeSet<String>,
    ) -> Option<Rounds> {
        let sites = self.sites(e, axes, indices)?;
        let limits = limits(&sites);
        let limited = |s: &Site, name: &str| {
            s.place
                .is_some_and(|p| limits.contains(&(p.tensor, p.axis, name.to_string())))
        };
        let mut found = Found::new();
        for s in sites.iter().filter(|s| !s.branch && s.place.is_some()) {
            if let Some(name) = s.plain.as_ref().filter(|name| !limited(s, name)) {
                found
                    .entry(name.clone())
                    .or_insert_with(|| (s.dim, s.range()));
            }
        }
        for s in sites.iter().filter(|s| s.place.is_none()) {
            if let Some(name) = &s.plain {
                found.entry(name.clone()).or_insert((s.dim, None));
            }
        }
        self.annotated(e, &mut found)?;
        self.affine_rounds(&sites, false, &mut found)?;
        let mut late = Found::new();
        for s in sites.iter().filter(|s| s.branch) {
            if let Some(name) = s.plain.as_ref().filter(|name| !found.contains_key(*name)) {
                late.entry(name.clone())
                    .or_insert_with(|| (s.dim, s.range()));
            }
        }
        found.extend(late);
        self.affine_rounds(&sites, true, &mut found)?;
        Some(Rounds { found, limits })
    }

    /// The affine subscripts of an equation, with those of reads on the left.
    fn sites(
        &mut self,
        e: &Equation,
        axes: &[Option<DimId>],
        indices: &BTreeSet<String>,
    ) -> Option<Vec<Site>> {
        let mut sites = Vec::new();
        let mut good = true;
        for (access, branch) in mention::accesses_of(e) {
            let Some(tensor) = self.read(&access, e) else {
                good = false;
                continue;
            };
            let axes = self.known_axes_of(tensor);
            self.sites_of(&access, Some(tensor), &axes, branch, indices, &mut sites);
        }
        let left = e.left.access();
        self.sites_of(&left, None, axes, false, indices, &mut sites);
        good.then_some(sites)
    }

    /// The axes of a tensor, of the recurrence at hand as far as they are known.
    fn known_axes_of(&self, tensor: TensorId) -> Vec<Option<DimId>> {
        match self.recurrence.axes(tensor) {
            Some(axes) => axes.to_vec(),
            None => self
                .f
                .tensor(tensor)
                .axes
                .iter()
                .copied()
                .map(Some)
                .collect(),
        }
    }

    fn sites_of(
        &mut self,
        a: &Access,
        tensor: Option<TensorId>,
        axes: &[Option<DimId>],
        branch: bool,
        indices: &BTreeSet<String>,
        out: &mut Vec<Site>,
    ) {
        for (axis, (s, dim)) in a.subscripts.iter().zip(axes).enumerate() {
            let (SubscriptKind::Plain(position), Some(dim)) = (&s.kind, *dim) else {
                continue;
            };
            let Some(affine) = self.affine(position, indices) else {
                continue;
            };
            let plain = mention::plain_index(s).map(|n| n.text.clone());
            out.push(Site {
                place: tensor.map(|tensor| Place { tensor, axis }),
                dim,
                plain: plain.filter(|n| indices.contains(n)),
                affine,
                branch,
                shown: message::access(a),
                span: s.span,
            });
        }
    }

    /// An index that is the only unknown of some subscripts gets the smallest of the ranges that these allow; all that
    /// qualify are fixed at once, from the lengths before, until nothing changes.
    fn affine_rounds(&mut self, sites: &[Site], branches: bool, found: &mut Found) -> Option<()> {
        loop {
            let mut new: BTreeMap<String, (ExprId, Vec<&Site>)> = BTreeMap::new();
            for s in sites.iter().filter(|s| branches || !s.branch) {
                let mut unknown = s.affine.terms.keys().filter(|n| !found.contains_key(*n));
                let (Some(name), None) = (unknown.next(), unknown.next()) else {
                    continue;
                };
                let length = self.allowed(s, name, found)?;
                match new.get_mut(name) {
                    Some((known, from)) => {
                        *known = self.smaller(*known, length);
                        from.push(s);
                    }
                    None => drop(new.insert(name.clone(), (length, vec![s]))),
                }
            }
            if new.is_empty() {
                return Some(());
            }
            let before = found.clone();
            for (name, (length, from)) in new {
                let dim = self.range_of(&name, length, &from, &before)?;
                let range = from.iter().find_map(|s| s.range());
                found.insert(name, (dim, range));
            }
        }
    }

    /// How many values a subscript allows its only unknown index: in an axis of length L, `c*i + rest` allows
    /// `floor((L - 1 - max rest)/c) + 1` if c > 0, and `floor(min rest / -c) + 1` if c < 0.
    fn allowed(&mut self, s: &Site, name: &str, found: &Found) -> Option<ExprId> {
        let coefficient = s.affine.terms[name].clone();
        let Some(sign) = coefficient.sign() else {
            let text = format!(
                "whether `{name}` moves up or down in `{}` depends on the lengths: write a multiple of it",
                s.shown
            );
            self.diagnostics.error(Rule::Subscript, s.span, text);
            return None;
        };
        let mut rest = s.affine.rest.clone();
        for (other, c) in s.affine.terms.iter().filter(|(other, _)| *other != name) {
            // The largest value of the rest if c > 0, and the smallest one if c < 0, is where the other index is at its end.
            if c.sign() != Some(sign) {
                continue;
            }
            let length = self.f.polynomial_of(found[other].0);
            let last = length.minus(&Polynomial::constant(1))?;
            rest = rest.plus(&c.times(&last)?)?;
        }
        let span = match sign {
            1 => {
                let length = self.f.polynomial_of(s.dim);
                length.minus(&Polynomial::constant(1))?.minus(&rest)?
            }
            _ => rest,
        };
        let span = span.build(&mut self.f.exprs);
        let step = coefficient.scaled(sign)?.build(&mut self.f.exprs);
        let quotient = match *self.f.exprs.get(step) {
            Ir::Integer(1) => span,
            Ir::Integer(c) => match *self.f.exprs.get(span) {
                Ir::Integer(n) => self.f.exprs.add(Ir::Integer(n.div_euclid(c))),
                _ => self.f.exprs.add(Ir::IntegerDiv(span, step)),
            },
            _ => self.f.exprs.add(Ir::IntegerDiv(span, step)),
        };
        let one = self.f.exprs.add(Ir::Integer(1));
        let length = self.f.exprs.add(Ir::IntegerAdd(quotient, one));
        Some(self.f.exprs.collected_integer(length))
    }

    /// The smaller of two lengths: one of them, where they differ by a number.
    fn smaller(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let exprs = &mut self.f.exprs;
        let [p, q] = [a, b].map(|e| Polynomial::of(exprs, e));
        match p.minus(&q).and_then(|d| d.value()) {
            Some(difference) if difference <= 0 => a,
            Some(_) => b,
            None => exprs.add(Ir::IntegerMin(a, b)),
        }
    }

    /// The dimension of an index with a length that follows from subscripts. Less than nothing is an error: now, where the
    /// lengths need not be known, else when the function is entered.
    fn range_of(
        &mut self,
        name: &str,
        length: ExprId,
        from: &[&Site],
        found: &Found,
    ) -> Option<DimId> {
        let first = from[0];
        let others: Vec<(String, DimId)> = first
            .affine
            .terms
            .keys()
            .filter(|n| *n != name)
            .map(|n| (n.clone(), found[n].0))
            .collect();
        if let Ir::Integer(n) = *self.f.exprs.get(length)
            && n < 0
        {
            let mut text = format!(
                "`{name}` has no range in `{}`: the axis has length {}",
                first.shown,
                self.dim_name(first.dim)
            );
            for (other, dim) in others {
                text.push_str(&format!(", and `{other}` runs over {}", self.dim_name(dim)));
            }
            self.diagnostics.error(Rule::NoRange, first.span, text);
            return None;
        }
        let dim = self.f.computed(length);
        if let (Some(fails), Some(at)) = (self.is_negative(dim), first.place) {
            let fault = Fault::NoRange {
                index: name.to_string(),
                at,
                shown: first.shown.clone(),
                others,
            };
            self.check_at_entry(fails, fault);
        }
        Some(dim)
    }
}

impl Site {
    fn range(&self) -> Option<Range> {
        Some(Range {
            place: self.place?,
            shown: self.shown.clone(),
            branch: self.branch,
        })
    }
}

/// The axes and indices of plain reads that only limit the index.
fn limits(sites: &[Site]) -> BTreeSet<(TensorId, usize, String)> {
    let affine = sites.iter().filter(|s| !s.branch && s.plain.is_none());
    affine
        .filter_map(|s| Some((s.place?, s)))
        .flat_map(|(p, s)| {
            let names = s.affine.terms.keys().cloned();
            names.map(move |name| (p.tensor, p.axis, name))
        })
        .collect()
}
