//! What a function checks when it is entered.

use super::{Body, Paths, Use, expr::Emitter};
use crate::ir::{Check, ExprId, Fault, IndexId, Place, Subscript};
use crate::plan::{Phase, Plan};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// Emits the checks that need lengths alone, with a `lens` in scope.
pub(crate) fn checks(plan: &Plan, paths: &Paths) -> TokenStream {
    let checks = Body::new(plan, paths, Phase::Forward).checks(false);
    quote! {
        #[allow(dead_code)]
        type T = f64;
        #checks
    }
}

impl Body<'_> {
    /// The checks that read parameters, or those that don't.
    pub(super) fn checks(&self, reading: bool) -> TokenStream {
        let reads = |c: &&Check| c.fails.iter().any(|(id, _)| !self.f.reads(*id).is_empty());
        self.f
            .checks
            .iter()
            .filter(|c| reads(c) == reading)
            .map(|c| self.check(c))
            .collect()
    }

    /// Emits, for conditions of lengths alone and others that speak of the indices i3 and i4,
    ///
    /// ```text
    /// if lens.d0 > lens.d1 {
    ///     let s2 = t2;
    ///     for i3 in 0isize..lens.d0 as isize { for i4 in .. {
    ///         let x7 = ..;
    ///         if x7 && !x9 { return Err(..); }
    ///     } }
    /// }
    /// ```
    fn check(&self, check: &Check) -> TokenStream {
        let core = &self.paths.core;
        let error = self.error(&check.fault);
        let leave = quote! { return #core::result::Result::Err(#error); };
        let (lengths, others): (Vec<_>, Vec<_>) = check.fails.iter().partition(|(id, _)| {
            self.f.reads(*id).is_empty() && self.f.exprs.free_indices(*id).is_empty()
        });
        let indices: BTreeSet<IndexId> = others
            .iter()
            .flat_map(|(id, _)| self.f.exprs.free_indices(*id))
            .collect();
        let tensors: BTreeSet<_> = others
            .iter()
            .flat_map(|(id, _)| self.f.reads(*id))
            .collect();
        let binds = tensors.into_iter().map(|t| self.bind(t, Use::Read));
        let inner = self.where_all(&others, leave);
        let loops = indices.into_iter().rev().fold(inner, |inside, index| {
            let (i, len) = (
                format_ident!("i{}", index.0),
                self.len(self.f.index(index).dim),
            );
            quote! { for #i in 0isize..(#len as isize) { #inside } }
        });
        self.where_all(&lengths, quote! { #(#binds)* #loops })
    }

    /// `if x7 && !x9 { inner }`
    fn where_all(&self, conditions: &[(ExprId, bool)], inner: TokenStream) -> TokenStream {
        let mut e = Emitter::new(self, None);
        let mut all = quote! { true };
        for (id, truth) in conditions {
            let value = e.value(*id);
            let not = if *truth {
                quote! {}
            } else {
                quote! { ! }
            };
            all = quote! { #all && #not #value };
        }
        let lets = e.outer;
        let rt = &self.paths.rt;
        quote! { {
            #[allow(unused_variables)]
            let fused = #rt::Fused::No;
            #(#lets)*
            if #all { #inner }
        } }
    }

    fn error(&self, fault: &Fault) -> TokenStream {
        let rt = &self.paths.rt;
        let function = &self.f.name;
        let name = |p: &Place| {
            (
                &self.f.tensor(p.tensor).name,
                Literal::usize_unsuffixed(p.axis),
            )
        };
        let length = |p: &Place| self.len(self.f.tensor(p.tensor).axes[p.axis]);
        match fault {
            Fault::Lengths { index, a, b } => {
                let ((ta, pa), (tb, pb)) = (name(a), name(b));
                let (la, lb) = (length(a), length(b));
                quote! { #rt::Error::index_length(#function, #index, #la, #ta, #pa, #lb, #tb, #pb) }
            }
            Fault::Required { at, dim } => {
                let ((tensor, axis), wanted, found) = (name(at), self.len(*dim), length(at));
                quote! { #rt::Error::required(#function, #tensor, #axis, #wanted, #found) }
            }
            Fault::Narrow {
                dim,
                parameter,
                integer,
            } => {
                let (len, integer) = (self.len(*dim), integer.word());
                quote! { #rt::Error::integer(#function, #parameter, #len, #integer) }
            }
            Fault::Returned { call, at, dim } => {
                let ((tensor, axis), returned, declared) = (name(at), self.len(*dim), length(at));
                let callee = &self.f.calls[call.index()].name;
                quote! { #rt::Error::returned(#function, #callee, #tensor, #axis, #returned, #declared) }
            }
            Fault::Empty {
                word,
                index,
                tensor,
            } => {
                let tensor = &self.f.tensor(*tensor).name;
                quote! { #rt::Error::empty(#function, #word, #index, #tensor) }
            }
            Fault::Outside { at, position } => {
                let ((tensor, axis), len) = (name(at), length(at));
                let position = match position {
                    Subscript::Index(i) => {
                        let i = format_ident!("i{}", i.0);
                        quote! { #i as usize }
                    }
                    Subscript::Constant(c) => {
                        let c = Literal::usize_unsuffixed(*c as usize);
                        quote! { #c }
                    }
                };
                quote! { #rt::Error::position(#function, #tensor, #axis, #position, #len) }
            }
            Fault::ZeroDivisor { tensor } => {
                let tensor = &self.f.tensor(*tensor).name;
                quote! { #rt::Error::zero_divisor(#function, #tensor) }
            }
        }
    }
}
