//! What a caller with axis types asks of the functions of other invocations that it calls.

use super::external::{callee, located};
use super::signature::Items;
use crate::ir::{CallId, DimId, Equation, Fault, Length, Passed, Place, TensorId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// The arguments of a call: the type parameters that occur in them, and their type.
type Arguments = (Vec<Ident>, TokenStream);

impl Items<'_> {
    /// Emits, in a caller with axis types,
    ///
    /// ```text
    /// const _: () = {
    ///     type G0<n> = ((n, Pixel,), rt::Anything,);   // the arguments of a call
    ///     type G1<n> = (<C0 as rt::Gives<G0<n>, 0>>::Axes,);                     // what the first one gives
    ///     fn axes<n: rt::AxisType>() {
    ///         rt::takes::<C0, G0<n>, 0>();
    ///         rt::gives::<C0, G0<n>, 0, 1, Hidden>();                            // that of its result's axis 1
    ///         rt::takes::<C1, G1<n>, 0>();
    ///     }
    /// };
    /// ```
    ///
    /// at the places of the user's calls, where rustc shows what does not fit.
    pub(super) fn asked_axes(&self) -> TokenStream {
        if !self.typed() || self.calls().is_empty() {
            return TokenStream::new();
        }
        let used = self.axes_by_use();
        let mut arguments: Vec<Arguments> = Vec::new();
        for call in self.calls() {
            let next = self.arguments_of(call, &used, &arguments);
            arguments.push(next);
        }
        let types = arguments
            .iter()
            .enumerate()
            .map(|(at, (parameters, axes))| {
                let name = format_ident!("G{}", at);
                quote! { type #name<#(#parameters),*> = #axes; }
            });
        let checks = self
            .calls()
            .into_iter()
            .map(|call| self.asked(call, &used, &arguments));
        let parameters = self.type_parameters();
        quote! {
            const _: () = {
                #(#types)*
                fn axes<#(#parameters: rt::AxisType),*>() { #(#checks)* }
            };
        }
    }

    /// The checks of a call: of each argument, and of each axis of its results that is used as one with a name.
    fn asked(
        &self,
        call: CallId,
        used: &BTreeMap<DimId, DimId>,
        arguments: &[Arguments],
    ) -> TokenStream {
        let external = &self.resolved.externals[call.index()];
        let (callee, own) = (callee(call), named(call, arguments));
        let takes = external.arguments.iter().enumerate().map(|(p, &span)| {
            let p = Literal::usize_unsuffixed(p);
            located(quote! { rt::takes::<#callee, #own, #p>(); }, span)
        });
        let results = external.results.iter().enumerate();
        let gives = results.filter_map(|(k, &span)| {
            let t = self.result_of_call(call, k)?;
            let each = (0..self.rank(t)).filter_map(|at| {
                let axis = self.name_as_used(t, at, used)?;
                let [k, at] = [k, at].map(Literal::usize_unsuffixed);
                let check = quote! { rt::gives::<#callee, #own, #k, #at, #axis>(); };
                Some(located(check, span))
            });
            Some(quote! { #(#each)* })
        });
        quote! { #(#takes)* #(#gives)* }
    }

    /// What is known of the arguments of a call, after the calls before it.
    fn arguments_of(
        &self,
        call: CallId,
        used: &BTreeMap<DimId, DimId>,
        before: &[Arguments],
    ) -> Arguments {
        let mut occur: Vec<Ident> = Vec::new();
        let passed = self.f.calls[call.index()].arguments.iter();
        let each = passed.map(|p| match *p {
            Passed::Tensor(t) => self.known_of(t, used, before, &mut occur),
            _ => quote! { rt::Anything },
        });
        let each: Vec<TokenStream> = each.collect();
        let all = self.type_parameters().into_iter();
        let parameters = all.filter(|n| occur.contains(n)).collect();
        (parameters, quote! { (#(#each,)*) })
    }

    /// What is known of a tensor: its axes as far as they have names, and what a call says that it gives.
    fn known_of(
        &self,
        t: TensorId,
        used: &BTreeMap<DimId, DimId>,
        before: &[Arguments],
        occur: &mut Vec<Ident>,
    ) -> TokenStream {
        let mut given = |call: CallId, result: usize| {
            let (callee, arguments) = (callee(call), named(call, before));
            occur.extend(before[call.index()].0.iter().cloned());
            let result = Literal::usize_unsuffixed(result);
            quote! { <#callee as rt::Gives<#arguments, #result>>::Axes }
        };
        if let Some((call, result)) = self.f.flat(t) {
            return given(call, result);
        }
        let mut names = Vec::new();
        let axes = self.f.tensor(t).axes.iter().enumerate();
        let each = axes.map(|(axis, &d)| {
            match (self.name_as_used(t, axis, used), &self.f.dim(d).length) {
                (Some(name), _) => {
                    names.push(name.clone());
                    quote! { #name }
                }
                (
                    None,
                    &Length::Returned {
                        call,
                        result,
                        axis: Some(axis),
                    },
                ) => {
                    let (axes, axis) = (given(call, result), Literal::usize_unsuffixed(axis));
                    quote! { <#axes as rt::At<#axis>>::Axis }
                }
                _ => quote! { rt::Anything },
            }
        });
        let each: Vec<TokenStream> = each.collect();
        occur.extend(names);
        match each.is_empty() {
            true => quote! { rt::Anything },
            false => quote! { (#(#each,)*) },
        }
    }

    /// The tensor that a call defines.
    fn result_of_call(&self, call: CallId, result: usize) -> Option<TensorId> {
        let returned = |e: &&Equation| {
            let of = self.f.returned(e);
            of.is_some_and(|(c, _, _, at)| (c, at) == (call, result))
        };
        self.f.equations.iter().find(returned).map(|e| e.tensor)
    }

    /// The axes of what calls return, as far as equations and declarations use them with others.
    fn axes_by_use(&self) -> BTreeMap<DimId, DimId> {
        let mut used = BTreeMap::new();
        let mut same = |a: DimId, b: DimId| {
            for (a, b) in [(a, b), (b, a)] {
                let returned = |d: DimId| matches!(self.f.dim(d).length, Length::Returned { .. });
                if returned(a) && !returned(b) {
                    used.entry(a).or_insert(b);
                }
            }
        };
        for check in &self.f.checks {
            let dim = |at: &Place| self.f.tensor(at.tensor).axes[at.axis];
            match &check.fault {
                Fault::Lengths { a, b, .. } => same(dim(a), dim(b)),
                Fault::Required { at, dim: d } | Fault::Returned { at, dim: d, .. } => {
                    same(dim(at), *d)
                }
                _ => {}
            }
        }
        used
    }

    /// The name of an axis: as it is declared, or as what a call returns is used.
    fn name_as_used(
        &self,
        t: TensorId,
        axis: usize,
        used: &BTreeMap<DimId, DimId>,
    ) -> Option<Ident> {
        let d = self.f.tensor(t).axes[axis];
        let by_use = || self.name_of(*used.get(&d)?);
        self.axis_name(t, axis).or_else(by_use)
    }
}

/// `G0<n>`
fn named(call: CallId, arguments: &[Arguments]) -> TokenStream {
    let (name, parameters) = (format_ident!("G{}", call.0), &arguments[call.index()].0);
    quote! { #name<#(#parameters),*> }
}
