//! Choices by the lengths.

use super::Body;
use crate::ir::{DimId, Role, TensorId};
use crate::plan::{Choice, Choose, Phase, Schedule, Step, Way};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The temporaries that some choice needs and others don't.
pub(super) fn temporaries(schedule: &Schedule) -> Vec<TensorId> {
    let mut out = Vec::new();
    collect(&schedule.steps, &mut out);
    out
}

fn collect(steps: &[Step], out: &mut Vec<TensorId>) {
    for step in steps {
        match step {
            Step::Choose(Choose { choices, .. }) => {
                choices.iter().for_each(|c| out.extend(&c.temporaries));
            }
            Step::When {
                then, otherwise, ..
            } => {
                collect(then, out);
                collect(otherwise, out);
            }
            Step::Block { steps, .. } | Step::Loop { steps, .. } | Step::Once { steps, .. } => {
                collect(steps, out);
            }
            _ => {}
        }
    }
}

impl Body<'_> {
    /// Emits, for the prelude,
    ///
    /// ```text
    /// let c0 = rt::choose(largest, [(cost, stored, nest), ..]);
    /// if c0 == 0 { work.b9.shape(..)?; }
    /// ```
    ///
    /// and, as the step, `match c0 { 0 => { .. } _ => { .. } }`.
    pub(super) fn choose(&self, choose: &Choose) -> (TokenStream, TokenStream) {
        let (name, choices) = (chosen(choose.number), &choose.choices);
        let mut prelude = self.decision(choose);
        let mut arms = TokenStream::new();
        for (at, choice) in choices.iter().enumerate() {
            let at_literal = Literal::usize_unsuffixed(at);
            let shapes: TokenStream = choice.temporaries.iter().map(|&t| self.shape(t)).collect();
            if !shapes.is_empty() {
                prelude.extend(quote! { if #name == #at_literal { #shapes } });
            }
            let (before, code) = self.steps(&choice.steps);
            prelude.extend(before);
            let pattern = if at + 1 == choices.len() {
                quote! { _ }
            } else {
                quote! { #at_literal }
            };
            arms.extend(quote! { #pattern => { #code } });
        }
        (prelude, quote! { match #name { #arms } })
    }

    /// Emits `let c7 = rt::choose(largest, [..]);`, and where an option has a part in common with others
    ///
    /// ```text
    /// let before7_1 = part3;
    /// let c7 = ..;
    /// let part3 = before7_1 || c7 == 1;
    /// ```
    fn decision(&self, choose: &Choose) -> TokenStream {
        let name = chosen(choose.number);
        let (mut first, mut then) = (TokenStream::new(), TokenStream::new());
        let mut options = Vec::new();
        for (option, c) in choose.choices.iter().enumerate() {
            let way = Way {
                choice: choose.number,
                option,
            };
            let cost = self.cost(c, way);
            let stored = c.stored.iter().map(|s| self.volume(s));
            let nest = c.nest;
            options.push(quote! { rt::Choice { cost: #cost, stored: 0.0f64 #( .max(#stored) )*, nest: #nest } });
            let Some(common) = &c.common else {
                continue;
            };
            let (part, before) = (part(common.part), before(way));
            let (there, option) = (!common.first, Literal::usize_unsuffixed(option));
            first.extend(match there {
                true => quote! { let #before = #part; },
                false => quote! { let #before = false; },
            });
            then.extend(quote! { let #part = #before || #name == #option; });
        }
        quote! { #first let #name = rt::choose(largest, &[#(#options),*]); #then }
    }

    /// The flops of a way, with its share of a part that others need too; or infinity, if what it reads is not there.
    fn cost(&self, c: &Choice, way: Way) -> TokenStream {
        let cost = self.total(&c.cost);
        if let Some(read) = c.after {
            let (there, infinity) = (part(read), self.double(f64::INFINITY));
            return quote! { if #there { #cost } else { #infinity } };
        }
        let Some(common) = &c.common else {
            return cost;
        };
        let (share, times) = (self.total(&common.cost), common.times as f64);
        let before = before(way);
        quote! { #cost + if #before { 0.0f64 } else { #share / #times } }
    }

    /// What all decisions of a schedule need: the size of the largest tensor, and for the backward pass the decisions of the
    /// forward one by which there are parts that it may read.
    pub(super) fn decisions(&self, schedule: &Schedule) -> TokenStream {
        let mut all = TokenStream::new();
        if has_choices(&schedule.steps) {
            let largest = self.largest();
            all.extend(quote! { let largest = #largest; });
        }
        if self.phase == Phase::Forward {
            return all;
        }
        let choices = |steps: &'_ [Step]| -> Vec<Choose> {
            let each = steps.iter().filter_map(|s| match s {
                Step::Choose(choose) => Some(choose.clone()),
                _ => None,
            });
            each.collect()
        };
        let backward = choices(&schedule.steps);
        let options = backward.iter().flat_map(|c| &c.choices);
        let mut read: BTreeSet<usize> = options.filter_map(|c| c.after).collect();
        let mut needed = Vec::new();
        for choose in choices(&self.plan.forward.steps).iter().rev() {
            let commons = choose.choices.iter().filter_map(|c| c.common.as_ref());
            let parts: BTreeSet<usize> = commons.map(|c| c.part).collect();
            if !parts.is_disjoint(&read) {
                read.extend(parts);
                needed.push(self.decision(choose));
            }
        }
        all.extend(needed.into_iter().rev());
        all
    }

    /// `if !before7_1 { .. }`
    pub(super) fn once(&self, way: Way, steps: &[Step]) -> (TokenStream, TokenStream) {
        let (prelude, code) = self.steps(steps);
        let before = before(way);
        (prelude, quote! { if !#before { #code } })
    }

    /// `lens.d0 as f64 * lens.d1 as f64`
    pub(super) fn volume(&self, dims: &[DimId]) -> TokenStream {
        let dims = dims.iter().map(|&d| {
            let len = self.len(d);
            quote! { * (#len as f64) }
        });
        quote! { (1.0f64 #(#dims)*) }
    }

    fn total(&self, products: &[Vec<DimId>]) -> TokenStream {
        let products = products.iter().map(|p| self.volume(p));
        quote! { (0.0f64 #(+ #products)*) }
    }

    /// The size of the largest tensor that the user named.
    pub(super) fn largest(&self) -> TokenStream {
        self.largest_of(|role| {
            matches!(
                role,
                Role::Parameter { .. } | Role::Result | Role::Intermediate
            )
        })
    }

    /// The size of the largest tensor of some.
    pub(super) fn largest_of(&self, of: impl Fn(Role) -> bool) -> TokenStream {
        let sizes = self.f.tensors.iter().filter(|t| of(t.role)).map(|t| {
            let axes = t.axes.iter().map(|&d| self.f.whole_of(d));
            self.volume(&axes.collect::<Vec<DimId>>())
        });
        quote! { 0.0f64 #( .max(#sizes) )* }
    }
}

/// `c0`
fn chosen(number: usize) -> Ident {
    format_ident!("c{}", number)
}

/// `part3`: whether that part has been computed.
fn part(number: usize) -> Ident {
    format_ident!("part{}", number)
}

/// `before7_1`: whether the part of a way was there before its choice.
fn before(way: Way) -> Ident {
    format_ident!("before{}_{}", way.choice, way.option)
}

fn has_choices(steps: &[Step]) -> bool {
    steps.iter().any(|s| match s {
        Step::Choose(_) => true,
        Step::When {
            then, otherwise, ..
        } => has_choices(then) || has_choices(otherwise),
        Step::Block { steps, .. } | Step::Loop { steps, .. } | Step::Once { steps, .. } => {
            has_choices(steps)
        }
        _ => false,
    })
}
