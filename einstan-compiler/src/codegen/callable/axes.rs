//! The axes that a function takes and gives, for callers of other invocations.

use crate::codegen::signature::Items;
use crate::ir::{DimId, Parameter, TensorId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// Where an axis of an argument is: the argument, and the place in it.
type Place = (usize, usize);

impl Items<'_> {
    /// Emits, with axis types, for a function of `X[n, Pixel], b[n]` that gives `Y[n, Hidden]`,
    ///
    /// ```text
    /// impl<P0, P1> rt::Takes<(P0, P1,), 0> for __Fn where P0: rt::At<1>, Pixel: rt::Accepts<<P0 as rt::At<1>>::Axis> {}
    /// impl<P0, P1> rt::Takes<(P0, P1,), 1> for __Fn
    ///     where P1: rt::At<0>, P0: rt::At<0>, <P0 as rt::At<0>>::Axis: rt::Accepts<<P1 as rt::At<0>>::Axis> {}
    /// impl<P0, P1> rt::Gives<(P0, P1,), 0> for __Fn where P0: rt::At<0> {
    ///     type Axes = (<P0 as rt::At<0>>::Axis, Hidden,);
    /// }
    /// ```
    ///
    /// and without, for what takes and gives anything,
    ///
    /// ```text
    /// impl<P0, P1, const P: usize> rt::Takes<(P0, P1,), P> for __Fn {}
    /// impl<P0, P1, const K: usize> rt::Gives<(P0, P1,), K> for __Fn { type Axes = rt::Anything; }
    /// ```
    ///
    /// What a function gives does not depend on whether it takes the arguments: one mistake is one error.
    pub(super) fn signature(&self) -> TokenStream {
        let all: Vec<Ident> = (0..self.f.parameters.len()).map(argument).collect();
        let arguments = quote! { (#(#all,)*) };
        if !self.typed() {
            return quote! {
                impl<#(#all,)* const P: usize> rt::Takes<#arguments, P> for __Fn {}
                impl<#(#all,)* const K: usize> rt::Gives<#arguments, K> for __Fn { type Axes = rt::Anything; }
            };
        }
        let takes = (0..all.len()).map(|p| {
            let (bounds, p) = (self.bounds_of(p), Literal::usize_unsuffixed(p));
            quote! { impl<#(#all),*> rt::Takes<#arguments, #p> for __Fn where #bounds {} }
        });
        let gives = self.f.results.iter().enumerate().map(|(k, &t)| {
            let k = Literal::usize_unsuffixed(k);
            let each = (0..self.rank(t)).map(|axis| self.given_axis(t, axis));
            let (axes, bounds): (Vec<_>, Vec<_>) = each.unzip();
            quote! {
                impl<#(#all),*> rt::Gives<#arguments, #k> for __Fn where #(#bounds)* { type Axes = (#(#axes,)*); }
            }
        });
        quote! { #(#takes)* #(#gives)* }
    }

    /// What an argument must fulfil.
    fn bounds_of(&self, p: usize) -> TokenStream {
        let axes = self.axes_of_parameter(p).iter().enumerate();
        let each = axes.map(|(axis, &d)| {
            let (exists, own) = at((p, axis));
            match (self.f.dim(d).axis, self.first(d)) {
                (true, _) => {
                    let name = self.axis_of(d);
                    quote! { #exists #name: rt::Accepts<#own>, }
                }
                (false, Some(first)) if first != (p, axis) => {
                    let (also, other) = at(first);
                    quote! { #exists #also #other: rt::Accepts<#own>, }
                }
                _ => quote! { #exists },
            }
        });
        quote! { #(#each)* }
    }

    /// What is known of an axis of a result, and what it needs for that.
    fn given_axis(&self, t: TensorId, axis: usize) -> (TokenStream, TokenStream) {
        let name = self.axis_name(t, axis);
        let parameter = name.as_ref().and_then(|n| {
            let dims = (0..self.f.dims.len() as u32).map(DimId);
            let mut own = dims.filter(|&d| self.parameter_of(d).as_ref() == Some(n));
            self.first(own.next()?)
        });
        match (name, parameter) {
            (_, Some(first)) => {
                let (exists, own) = at(first);
                (own, exists)
            }
            (Some(name), None) => (quote! { #name }, TokenStream::new()),
            (None, None) => (quote! { rt::Anything }, TokenStream::new()),
        }
    }

    fn axes_of_parameter(&self, p: usize) -> &[DimId] {
        match self.f.parameters[p] {
            Parameter::Tensor(t) => &self.f.tensor(t).axes,
            Parameter::Dim(_) => &[],
        }
    }

    /// Where a type parameter stands first.
    fn first(&self, d: DimId) -> Option<Place> {
        self.parameter_of(d)?;
        (0..self.f.parameters.len()).find_map(|p| {
            let axis = self
                .axes_of_parameter(p)
                .iter()
                .position(|&other| other == d)?;
            Some((p, axis))
        })
    }
}

/// `P0`: what is known of an argument.
fn argument(p: usize) -> Ident {
    format_ident!("P{}", p)
}

/// `P0: rt::At<1>,` and `<P0 as rt::At<1>>::Axis`
fn at((p, axis): Place) -> (TokenStream, TokenStream) {
    let (p, axis) = (argument(p), Literal::usize_unsuffixed(axis));
    (
        quote! { #p: rt::At<#axis>, },
        quote! { <#p as rt::At<#axis>>::Axis },
    )
}
