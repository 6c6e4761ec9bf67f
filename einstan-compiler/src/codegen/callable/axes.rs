//! The axes of calls between invocations: what a function takes and gives, and what its caller asks for.

use crate::codegen::external::{callee, located};
use crate::codegen::signature::Items;
use crate::ir::{CallId, DimId, Fault, Length, Parameter, Passed, TensorId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

impl Items<'_> {
    /// Emits, with axis types,
    ///
    /// ```text
    /// impl<n: rt::AxisType> rt::Takes<((n, A0,), (A0,), (),)> for __Fn {}
    /// impl<n: rt::AxisType, P0, P1, P2> rt::Gives<((n, P0,), P1, P2,), 0, 0> for __Fn { type Axis = rt::Exactly<n>; }
    /// impl<P0, P1, P2> rt::Gives<(P0, P1, P2,), 0, 1> for __Fn { type Axis = rt::Exactly<A1>; }
    /// ```
    ///
    /// where an axis of a result follows from as little of the arguments as it can, so that a wrong argument is one error; and
    /// without axis types, for what takes and gives any,
    ///
    /// ```text
    /// impl<P0, P1, P2> rt::Takes<(P0, P1, P2,)> for __Fn {}
    /// impl<P0, P1, P2, const K: usize, const AT: usize> rt::Gives<(P0, P1, P2,), K, AT> for __Fn { type Axis = rt::Anything; }
    /// ```
    pub(super) fn signature(&self) -> TokenStream {
        if !self.typed() {
            let any: Vec<Ident> = (0..self.f.parameters.len()).map(any).collect();
            return quote! {
                impl<#(#any),*> rt::Takes<(#(#any,)*)> for __Fn {}
                impl<#(#any,)* const K: usize, const AT: usize> rt::Gives<(#(#any,)*), K, AT> for __Fn {
                    type Axis = rt::Anything;
                }
            };
        }
        let parameters = self.type_parameters();
        // A length without a name is that of any axis.
        let mut anything: Vec<Ident> = Vec::new();
        let mut axis = |d: DimId| {
            if self.is_named(d) {
                return self.axis_of(d);
            }
            let name = any(anything.len());
            anything.push(name.clone());
            quote! { #name }
        };
        let arguments = self.f.parameters.iter().map(|p| match *p {
            Parameter::Tensor(t) => {
                let each = self.f.tensor(t).axes.iter().map(|&d| axis(d));
                let each: Vec<TokenStream> = each.collect();
                quote! { (#(#each,)*) }
            }
            Parameter::Dim(_) => quote! { () },
        });
        let arguments: Vec<TokenStream> = arguments.collect();
        let results = self.f.results.iter().enumerate();
        let gives =
            results.flat_map(|(k, &t)| (0..self.rank(t)).map(move |at| self.gives(k, t, at)));
        quote! {
            impl<#(#parameters: rt::AxisType,)* #(#anything),*> rt::Takes<(#(#arguments,)*)> for __Fn {}
            #(#gives)*
        }
    }

    fn gives(&self, k: usize, result: TensorId, at: usize) -> TokenStream {
        let axis = self.each_axis(result)[at].clone();
        let parameters = self.type_parameters();
        let named = parameters.into_iter().filter(|n| *n == axis.to_string());
        let parameters: Vec<Ident> = named.collect();
        let mut wanted = parameters.clone();
        let mut anything: Vec<Ident> = Vec::new();
        let mut arguments: Vec<TokenStream> = Vec::new();
        for p in &self.f.parameters {
            let axes = match *p {
                Parameter::Tensor(t) => &self.f.tensor(t).axes[..],
                Parameter::Dim(_) => &[],
            };
            let mut fresh = || {
                anything.push(any(anything.len()));
                anything.last().map(|name| quote! { #name })
            };
            let own = |d: DimId| self.parameter_of(d);
            if !axes
                .iter()
                .any(|&d| own(d).is_some_and(|n| wanted.contains(&n)))
            {
                arguments.extend(fresh());
                continue;
            }
            let each = axes.iter().filter_map(|&d| match own(d) {
                Some(n) if wanted.contains(&n) => {
                    wanted.retain(|w| *w != n);
                    Some(quote! { #n })
                }
                _ => fresh(),
            });
            let each: Vec<TokenStream> = each.collect();
            arguments.push(quote! { (#(#each,)*) });
        }
        let [k, at] = [k, at].map(Literal::usize_unsuffixed);
        let axis = match axis.to_string() == quote! { rt::Dyn }.to_string() {
            true => quote! { rt::Anything },
            false => quote! { rt::Exactly<#axis> },
        };
        quote! {
            impl<#(#parameters: rt::AxisType,)* #(#anything),*> rt::Gives<(#(#arguments,)*), #k, #at> for __Fn {
                type Axis = #axis;
            }
        }
    }
}

/// `P0`: any axes.
fn any(at: usize) -> Ident {
    format_ident!("P{}", at)
}

impl Items<'_> {
    /// Emits, in a caller with axis types, for each call whose axes are known
    ///
    /// ```text
    /// const _: () = {
    ///     fn axes<n: rt::AxisType>() {
    ///         rt::takes::<C0, ((n, A0,), (A0,),)>();
    ///         rt::gives::<C0, ((n, A0,), (A0,),), 0, 0, n>();
    ///     }
    /// };
    /// ```
    ///
    /// at the places of the user's call, where rustc shows what does not fit.
    pub(in crate::codegen) fn asked_axes(&self) -> TokenStream {
        if !self.typed() || self.calls().is_empty() {
            return TokenStream::new();
        }
        let used = self.axes_by_use();
        let each = self
            .calls()
            .into_iter()
            .filter_map(|call| self.asked(call, &used));
        let parameters = self.type_parameters();
        quote! {
            const _: () = {
                fn axes<#(#parameters: rt::AxisType),*>() { #(#each)* }
            };
        }
    }

    /// The checks of a call; none where nothing says what the axes of an argument are.
    fn asked(&self, call: CallId, used: &BTreeMap<DimId, DimId>) -> Option<TokenStream> {
        let external = &self.resolved.externals[call.index()];
        let arguments = self.f.calls[call.index()]
            .arguments
            .iter()
            .map(|p| match *p {
                Passed::Tensor(t) => {
                    let axes: Option<Vec<TokenStream>> =
                        self.axes_as_used(t, used).into_iter().collect();
                    axes.map(|axes| quote! { (#(#axes,)*) })
                }
                _ => Some(quote! { () }),
            });
        let arguments: Option<Vec<TokenStream>> = arguments.collect();
        let arguments = arguments?;
        let (arguments, callee) = (quote! { (#(#arguments,)*) }, callee(call));
        let takes = located(
            quote! { rt::takes::<#callee, #arguments>(); },
            external.path.span,
        );
        let results = external.results.iter().enumerate();
        let gives = results.filter_map(|(k, &span)| {
            let each = self.axes_as_used(self.result_of_call(call, k)?, used);
            let each = each.into_iter().enumerate().filter_map(|(at, axis)| {
                let (axis, [k, at]) = (axis?, [k, at].map(Literal::usize_unsuffixed));
                let check = quote! { rt::gives::<#callee, #arguments, #k, #at, #axis>(); };
                Some(located(check, span))
            });
            Some(quote! { #(#each)* })
        });
        Some(quote! { #takes #(#gives)* })
    }

    /// The tensor that a call defines.
    fn result_of_call(&self, call: CallId, result: usize) -> Option<TensorId> {
        let returned = |e: &&crate::ir::Equation| {
            self.f
                .returned(e)
                .is_some_and(|(c, _, _, at)| (c, at) == (call, result))
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
            let dim = |at: &crate::ir::Place| self.f.tensor(at.tensor).axes[at.axis];
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

    /// Whether a dimension is an axis type or a type parameter.
    fn is_named(&self, d: DimId) -> bool {
        self.f.dim(d).axis || self.parameter_of(d).is_some()
    }

    /// The axis type or the type parameter that a result is declared with.
    fn resolved_axis(&self, t: TensorId, axis: usize) -> Option<TokenStream> {
        let declared = self.declared_axis(t, axis)?;
        (declared.to_string() != quote! { rt::Dyn }.to_string()).then_some(declared)
    }

    /// The types of a tensor's axes, as far as they have names.
    fn axes_as_used(&self, t: TensorId, used: &BTreeMap<DimId, DimId>) -> Vec<Option<TokenStream>> {
        let axes = self.f.tensor(t).axes.iter().enumerate();
        let each = axes.map(|(axis, d)| {
            let d = used.get(d).copied().unwrap_or(*d);
            let declared = self.resolved_axis(t, axis);
            declared.or_else(|| self.is_named(d).then(|| self.axis_of(d)))
        });
        each.collect()
    }
}
