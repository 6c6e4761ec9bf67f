//! Choices by the lengths.

use super::Body;
use crate::ir::{DimId, Role, TensorId};
use crate::plan::{Choice, Schedule, Step};
use proc_macro2::{Literal, TokenStream};
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
            Step::Choose(choices) => choices.iter().for_each(|c| out.extend(&c.temporaries)),
            Step::When {
                then, otherwise, ..
            } => {
                collect(then, out);
                collect(otherwise, out);
            }
            Step::Block { steps, .. } | Step::Loop { steps, .. } => collect(steps, out),
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
    pub(super) fn choose(&self, choices: &[Choice]) -> (TokenStream, TokenStream) {
        let rt = &self.paths.rt;
        let number = self.choices.get();
        self.choices.set(number + 1);
        let name = format_ident!("c{}", number);
        let options = choices.iter().map(|c| {
            let cost = self.total(&c.cost);
            let stored = c.stored.iter().map(|s| self.volume(s));
            let (contraction, nest) = (c.contraction, c.nest);
            quote! { #rt::Choice { cost: #cost, stored: 0.0f64 #( .max(#stored) )*, contraction: #contraction, nest: #nest } }
        });
        let options: Vec<TokenStream> = options.collect();
        let largest = self.largest();
        let mut prelude = quote! { let #name = #rt::choose(#largest, &[#(#options),*]); };
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
