//! Choices by the lengths.

use super::Body;
use crate::ir::{DimId, Role, TensorId};
use crate::plan::{Choice, Choose, Phase, Schedule, Step, Way};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

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
    /// let c0 = rt::choose(largest, [(cost, stored, contraction), ..]);
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
            let mut code = TokenStream::new();
            for step in &choice.steps {
                let (before, step) = self.step(step);
                prelude.extend(before);
                code.extend(step);
            }
            let pattern = if at + 1 == choices.len() {
                quote! { _ }
            } else {
                quote! { #at_literal }
            };
            arms.extend(quote! { #pattern => { #code } });
        }
        (prelude, quote! { match #name { #arms } })
    }

    /// `let c0 = rt::choose(largest, [..]);`
    fn decision(&self, choose: &Choose) -> TokenStream {
        let (rt, name) = (&self.paths.rt, chosen(choose.number));
        let options = choose.choices.iter().map(|c| {
            let cost = self.cost(c);
            let stored = c.stored.iter().map(|s| self.volume(s));
            let (contraction, nest) = (c.contraction, c.nest);
            quote! { #rt::Choice { cost: #cost, stored: 0.0f64 #( .max(#stored) )*, contraction: #contraction, nest: #nest } }
        });
        let options: Vec<TokenStream> = options.collect();
        let largest = self.largest();
        quote! { let #name = #rt::choose(#largest, &[#(#options),*]); }
    }

    /// The flops of a way, with its share of a part that others need too; or infinity, if what it reads is not there.
    fn cost(&self, c: &Choice) -> TokenStream {
        let cost = self.total(&c.cost);
        if !c.after.is_empty() {
            let (there, infinity) = (taken(&c.after), self.double(f64::INFINITY));
            return quote! { if #there { #cost } else { #infinity } };
        }
        let Some(common) = &c.common else {
            return cost;
        };
        let (part, times) = (self.total(&common.cost), common.times as f64);
        let share = quote! { #part / #times };
        match common.done.is_empty() {
            true => quote! { #cost + #share },
            false => {
                let done = taken(&common.done);
                quote! { #cost + if #done { 0.0f64 } else { #share } }
            }
        }
    }

    /// The decisions of the forward pass, if the backward pass depends on them.
    pub(super) fn decisions(&self) -> TokenStream {
        let after = |s: &Step| match s {
            Step::Choose(choose) => choose.choices.iter().any(|c| !c.after.is_empty()),
            _ => false,
        };
        let backward = self.plan.backward.iter().flat_map(|b| &b.steps);
        let forward = self.plan.forward.steps.iter();
        match self.phase == Phase::Backward && backward.into_iter().any(after) {
            true => forward
                .filter_map(|s| match s {
                    Step::Choose(choose) => Some(self.decision(choose)),
                    _ => None,
                })
                .collect(),
            false => TokenStream::new(),
        }
    }

    /// `if !(c0 == 1 || c2 == 0) { .. }`
    pub(super) fn once(&self, unless: &[Way], steps: &[Step]) -> (TokenStream, TokenStream) {
        let (mut prelude, mut code) = (TokenStream::new(), TokenStream::new());
        for step in steps {
            let (before, step) = self.step(step);
            prelude.extend(before);
            code.extend(step);
        }
        let done = taken(unless);
        (prelude, quote! { if !#done { #code } })
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

/// `(c0 == 1 || c2 == 0)`
fn taken(ways: &[Way]) -> TokenStream {
    let ways = ways.iter().map(|w| {
        let (name, option) = (chosen(w.choice), Literal::usize_unsuffixed(w.option));
        quote! { #name == #option }
    });
    quote! { (#(#ways)||*) }
}
