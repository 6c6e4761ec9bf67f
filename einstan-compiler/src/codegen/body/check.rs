//! What a function checks when it is entered.

use super::tokens::numbered;
use super::{Body, Paths, Use, expr::Emitter};
use crate::ir::{Check, DimId, Expr, ExprId, Fault, IndexId, Length, Place, Subscript};
use crate::plan::{Phase, Plan};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeSet;

/// Emits the checks that need lengths alone, with a `lens` in scope.
pub(crate) fn checks(plan: &Plan, paths: &Paths) -> TokenStream {
    let checks = Body::new(plan, paths, Phase::Forward).checks(false);
    quote! {
        type T = f64;
        #checks
    }
}

/// Emits the lengths that follow from others, with a `lens` in scope; one that would be negative, which a check refuses, is 0:
///
/// ```text
/// let x3 = rt::integer_add(lens.d0 as i64, lens.d1 as i64);
/// lens.d2 = rt::integer_max(x3, 0) as usize;
/// lens.d4 = rt::length::<A0>(lens.d2);
/// ```
pub(crate) fn computed(plan: &Plan, paths: &Paths) -> TokenStream {
    let body = Body::new(plan, paths, Phase::Forward);
    let mut out = TokenStream::new();
    for (at, dim) in body.f.dims.iter().enumerate().take(plan.found) {
        if let Length::Computed(e) = dim.length {
            let mut emitter = Emitter::new(&body, None);
            let value = emitter.value(e);
            let (lets, field) = (emitter.outer, format_ident!("d{}", at));
            out.extend(quote! { #(#lets)* lens.#field = rt::integer_max(#value, 0) as usize; });
        }
        if let Length::Typed { of } = dim.length {
            let (field, len) = (format_ident!("d{}", at), body.len(of));
            let axis = body.alias(DimId(at as u32));
            out.extend(quote! { lens.#field = rt::length::<#axis>(#len); });
        }
    }
    out
}

impl Body<'_> {
    /// Of the checks that are made at entry those that read parameters, or those that don't.
    pub(super) fn checks(&self, reading: bool) -> TokenStream {
        self.f
            .checks
            .iter()
            .filter(|c| !self.f.is_late(c) && self.f.read_by(c).is_empty() != reading)
            .map(|c| self.check(c))
            .collect()
    }

    /// Emits, for conditions of lengths alone and others that speak of the indices i3 and i4,
    ///
    /// ```text
    /// if lens.d0 > lens.d1 {
    ///     for i3 in 0isize..lens.d0 as isize { for i4 in .. {
    ///         let x7 = ..;
    ///         if x7 && !x9 { return Err(..); }
    ///     } }
    /// }
    /// ```
    pub(super) fn check(&self, check: &Check) -> TokenStream {
        let error = self.error(&check.fault);
        let leave = quote! { return Result::Err(#error); };
        let (lengths, others): (Vec<_>, Vec<_>) = check.fails.iter().partition(|(id, _)| {
            self.f.exprs.tensors(*id).is_empty() && self.f.exprs.free_indices(*id).is_empty()
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
        let loops = indices.into_iter().rev();
        let loops = loops.fold(inner, |inside, index| self.looped(index, false, inside));
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
        quote! { {
            let fused = rt::Fused::No;
            #(#lets)*
            if #all { #inner }
        } }
    }

    fn error(&self, fault: &Fault) -> TokenStream {
        let function = &self.f.name;
        let name = |p: &Place| {
            (
                self.f.tensor(p.tensor).written(),
                Literal::usize_unsuffixed(p.axis),
            )
        };
        let length = |p: &Place| self.len(self.f.tensor(p.tensor).axes[p.axis]);
        match fault {
            Fault::Lengths { index, a, b } => {
                let ((ta, pa), (tb, pb)) = (name(a), name(b));
                let (la, lb) = (length(a), length(b));
                quote! { rt::Error::index_length(#function, #index, #la, #ta, #pa, #lb, #tb, #pb) }
            }
            Fault::Required { at, dim } => {
                let ((tensor, axis), wanted, found) = (name(at), self.len(*dim), length(at));
                quote! { rt::Error::required(#function, #tensor, #axis, #wanted, #found) }
            }
            Fault::Narrow {
                dim,
                parameter,
                integer,
            } => {
                let (len, integer) = (self.len(*dim), integer.word());
                quote! { rt::Error::integer(#function, #parameter, #len, #integer) }
            }
            Fault::Returned { call, at, dim } => {
                let ((tensor, axis), returned, declared) = (name(at), self.len(*dim), length(at));
                let callee = &self.f.calls[call.index()].name;
                quote! { rt::Error::returned(#function, #callee, #tensor, #axis, #returned, #declared) }
            }
            Fault::Empty {
                word,
                index,
                tensor,
            } => {
                let tensor = self.f.tensor(*tensor).written();
                quote! { rt::Error::empty(#function, #word, #index, #tensor) }
            }
            Fault::Outside {
                at,
                position,
                write,
            } => {
                let ((tensor, axis), len) = (name(at), length(at));
                let (lets, position, because) = self.outside(*position);
                quote! { {
                    #lets
                    rt::Error::position(#function, #tensor, #axis, #write, #position, #len, &[#(#because),*])
                } }
            }
            Fault::ZeroDivisor { tensor } => {
                let tensor = self.f.tensor(*tensor).written();
                quote! { rt::Error::zero_divisor(#function, #tensor) }
            }
            Fault::NotPositive { shown, value } => {
                let value = self.here(*value);
                quote! { rt::Error::not_positive(#function, #shown, #value) }
            }
            Fault::Negative { dim, value } => {
                let lengths: BTreeSet<_> = self
                    .f
                    .exprs
                    .walk(*value)
                    .into_iter()
                    .filter_map(|e| match self.f.exprs.get(e) {
                        Expr::Len(d) => Some(*d),
                        _ => None,
                    })
                    .collect();
                let lengths = lengths.into_iter().map(|d| {
                    let (name, len) = (&self.f.dim(d).name, self.len(d));
                    quote! { (#name, #len) }
                });
                let (shown, value) = (&self.f.dim(*dim).name, self.here(*value));
                quote! { rt::Error::negative(#function, #shown, #value, &[#(#lengths),*]) }
            }
            Fault::NoRange {
                index,
                at,
                shown,
                others,
            } => {
                let ((tensor, axis), len) = (name(at), length(at));
                let others = others.iter().map(|(index, dim)| {
                    let len = self.len(*dim);
                    quote! { (#index, #len) }
                });
                quote! {
                    rt::Error::no_range(#function, #index, #shown, #tensor, #axis, #len, &[#(#others),*])
                }
            }
            Fault::EmptyAxis { word, at } => {
                let (tensor, axis) = name(at);
                quote! { rt::Error::empty_axis(#function, #word, #tensor, #axis) }
            }
        }
    }

    /// The value of an integer expression, in a block of its own.
    fn here(&self, e: ExprId) -> TokenStream {
        let mut emitter = Emitter::new(self, None);
        let value = emitter.value(e);
        let lets = emitter.outer;
        quote! { { #(#lets)* #value } }
    }

    /// The position that lies outside, and the elements of integer tensors in it: `("tok", &[i3 as i64], x7)`.
    fn outside(&self, position: Subscript) -> (TokenStream, TokenStream, Vec<TokenStream>) {
        let e = match position {
            Subscript::Index(i) => {
                let i = numbered('i', i.0);
                return (TokenStream::new(), quote! { #i as i64 }, vec![]);
            }
            Subscript::Constant(c) => {
                let c = Literal::i64_suffixed(c as i64);
                return (TokenStream::new(), c.into_token_stream(), vec![]);
            }
            Subscript::At(e) => e,
        };
        let mut emitter = Emitter::new(self, None);
        let value = emitter.value(e);
        let mut because = Vec::new();
        for id in self.f.exprs.walk(e) {
            if let Expr::IntegerAccess {
                tensor, subscripts, ..
            } = self.f.exprs.get(id)
            {
                let (read, at) = (emitter.value(id), emitter.place(subscripts));
                let name = self.f.tensor(*tensor).written();
                because.push(quote! { (#name, &#at as &[isize], #read) });
            }
        }
        let lets = emitter.outer;
        let lets = quote! {
            let fused = rt::Fused::No;
            #(#lets)*
        };
        (lets, value, because)
    }
}
