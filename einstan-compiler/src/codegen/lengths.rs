//! The lengths of a call, found and checked once.

use super::body;
use super::external::located;
use super::outside;
use super::signature::{Items, argument};
use crate::ir::{DimId, Length, Parameter, Place};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

impl Items<'_> {
    /// Emits
    ///
    /// ```text
    /// #[derive(Clone, Copy)]
    /// struct Lens { d0: usize, d1: usize, g0: f64 }
    ///
    /// fn __lengths(a0: &[usize], a1: &[usize], a2: usize) -> Result<Lens, rt::Error> {
    ///     let d0 = a0[0];
    ///     let d1 = a0[1];
    ///     if a1[0] != d1 { return Err(rt::Error::dimension("f", "m", d1, "X", 1, a1[0], "W", 0)); }
    ///     let g0 = <__Here as __Outside>::g0();
    ///     let mut lens = Lens { d0, d1, g0 };
    ///     ..lengths that follow from others: lens.d2 = ..
    ///     ..what is checked beside the axes of the parameters..
    ///     Ok(lens)
    /// }
    /// ```
    pub(super) fn lengths(&self) -> TokenStream {
        let fields: Vec<_> = (0..self.f.dims.len() as u32)
            .map(DimId)
            .filter(|&d| !matches!(self.f.dim(d).length, Length::Fixed(_)))
            .map(|d| format_ident!("d{}", d.0))
            .collect();
        let result = self.result_of(quote! { Lens });
        let parameters = self.f.parameters.iter().enumerate().map(|(at, p)| {
            let name = argument(at);
            match p {
                Parameter::Tensor(_) => quote! { #name: &[usize], },
                Parameter::Dim(_) => quote! { #name: usize, },
            }
        });
        let bind = self.bind_lengths();
        let call_fields = self.call_lens_fields();
        let (mut calls, names) = self.call_lens();
        if self.plan().is_none() {
            let returned = self.f.dims.iter().enumerate();
            let returned = returned.filter(|(_, d)| matches!(d.length, Length::Returned { .. }));
            let names = returned.map(|(at, _)| format_ident!("d{}", at));
            calls.extend(quote! { #(let #names = 0usize;)* });
        }
        let given: Vec<_> = self.givens().map(outside::given).collect();
        let hidden = self.hidden_parameters();
        let find = match self.inline {
            true => quote! { #(let #given = #hidden;)* },
            false => self.find_given(),
        };
        let paths = &self.paths;
        let checks = self.plan().map(|p| body::checks(p, paths));
        let results = self.plan().map(|_| self.check_results());
        let computed = self.plan().map(|p| body::computed(p, paths));
        let follow = self.f.dims.iter().enumerate();
        let follow =
            follow.filter(|(_, d)| matches!(d.length, Length::Computed(_) | Length::Typed { .. }));
        let follow = follow.map(|(at, _)| format_ident!("d{}", at));
        quote! {
            #[derive(core::clone::Clone, core::marker::Copy)]
            pub struct Lens { #(#fields: usize,)* #call_fields #(#given: f64,)* }

            fn __lengths(#(#parameters)* #(#hidden: f64),*) -> #result {
                #bind
                #calls
                #find
                #(let #follow = 0usize;)*
                let mut lens = Lens { #(#fields,)* #(#names,)* #(#given,)* };
                #computed
                #checks
                #results
                Result::Ok(lens)
            }

            fn __fits(
                lens: &[usize],
                found: &[usize],
                tensor: &'static str,
                error: fn(&str, &str, usize, usize, usize) -> rt::Error,
                function: &'static str,
            ) -> Result<(), rt::Error> {
                if lens.len() != found.len() {
                    return Result::Err(rt::Error::rank(function, tensor, lens.len(), found.len()));
                }
                let mut axis = 0;
                while axis < lens.len() {
                    if lens[axis] != found[axis] {
                        return Result::Err(error(function, tensor, axis, lens[axis], found[axis]));
                    }
                    axis += 1;
                }
                Result::Ok(())
            }
        }
    }

    /// A length while the lengths are found: `d0`, or the number.
    pub(super) fn found_length(&self, d: DimId) -> TokenStream {
        match self.f.dim(d).length {
            Length::Fixed(n) => {
                let n = Literal::usize_suffixed(n as usize);
                quote! { #n }
            }
            _ => {
                let name = format_ident!("d{}", d.0);
                quote! { #name }
            }
        }
    }

    /// The lengths that no parameter has: of axis types, where rustc says which. `let d3 = rt::length::<A1>(0);`
    fn lengths_of_types(&self, found: &BTreeMap<DimId, Option<Place>>) -> TokenStream {
        let all = (0..self.f.dims.len() as u32).map(DimId);
        let own = |d: &DimId| {
            let dim = self.f.dim(*d);
            dim.axis && dim.length == Length::Named && !found.contains_key(d)
        };
        let each = all.filter(own).map(|d| {
            let (field, axis) = (format_ident!("d{}", d.0), self.axis_of(d));
            let text = format!(
                "einstan[no-range]: in `{}` nothing gives the length of `{}`, which its axis leaves open",
                self.f.name,
                self.f.dim(d).name
            );
            // Of a function that is wrong, that was said.
            let holds = self.plan().map(|_| {
                let holds = quote! { const _: () = core::assert!(rt::is_fixed::<#axis>(), #text); };
                located(holds, self.resolved.name.span)
            });
            quote! {
                #holds
                let #field = rt::length::<#axis>(0usize);
            }
        });
        quote! { #(#each)* }
    }

    fn bind_lengths(&self) -> TokenStream {
        let function = &self.f.name;
        let mut out = TokenStream::new();
        let mut first: BTreeMap<DimId, Option<Place>> = BTreeMap::new();
        for (at, p) in self.f.parameters.iter().enumerate() {
            if let Parameter::Dim(d) = *p {
                let (field, name) = (format_ident!("d{}", d.0), argument(at));
                let dimension = &self.f.dim(d).name;
                out.extend(quote! {
                    let #field = #name;
                    if #field > isize::MAX as usize {
                        return Result::Err(rt::Error::beyond(#function, #dimension, #field));
                    }
                });
                first.insert(d, None);
            }
        }
        for (at, t) in self.tensors() {
            let (name, tensor) = (argument(at), &self.f.tensor(t).name);
            let rank = Literal::usize_unsuffixed(self.rank(t));
            if self.rank(t) > 6 {
                out.extend(quote! {
                    if #name.len() != #rank {
                        return Result::Err(rt::Error::rank(#function, #tensor, #rank, #name.len()));
                    }
                });
            }
            for (axis, &d) in self.f.tensor(t).axes.iter().enumerate() {
                let (field, here) = (format_ident!("d{}", d.0), Literal::usize_unsuffixed(axis));
                let dimension = &self.f.dim(d).name;
                let error = match (&self.f.dim(d).length, first.get(&d)) {
                    (Length::Fixed(n), _) => {
                        let n = Literal::usize_unsuffixed(*n as usize);
                        out.extend(quote! {
                            if #name[#here] != #n {
                                let found = #name[#here];
                                return Result::Err(
                                    rt::Error::fixed(#function, #tensor, #here, #n, found));
                            }
                        });
                        continue;
                    }
                    (_, None) => {
                        out.extend(quote! { let #field = #name[#here]; });
                        if self.f.dim(d).axis {
                            // A caller without axis types gives any length.
                            let axis = self.axis_of(d);
                            out.extend(quote! {
                                let fixed = rt::length::<#axis>(#field);
                                if #field != fixed {
                                    return Result::Err(
                                        rt::Error::fixed(#function, #tensor, #here, fixed, #field));
                                }
                            });
                        }
                        first.insert(d, Some(Place { tensor: t, axis }));
                        continue;
                    }
                    (_, Some(None)) => quote! {
                        rt::Error::given(#function, #dimension, #field, #name[#here], #tensor, #here)
                    },
                    (_, Some(Some(place))) => {
                        let (other, axis) = (&self.f.tensor(place.tensor).name, place.axis);
                        let axis = Literal::usize_unsuffixed(axis);
                        quote! {
                            rt::Error::dimension(
                                #function, #dimension, #field, #other, #axis, #name[#here], #tensor, #here)
                        }
                    }
                };
                out.extend(quote! {
                    if #name[#here] != #field { return Result::Err(#error); }
                });
            }
        }
        out.extend(self.lengths_of_types(&first));
        out
    }
}
