//! Loops that are one with the rows in them, where tensors lie so.

use super::{Body, sink, source};
use crate::ir::{IndexId, TensorId};
use crate::plan::Coalesced;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Body<'_> {
    /// `extent[1]`, from where to where a loop runs that may be one with the row inside.
    pub(super) fn extent(&self, index: IndexId) -> Option<TokenStream> {
        let at = *self.extents.borrow().get(&index)?;
        let at = Literal::usize_unsuffixed(at);
        Some(quote! { extent[#at] })
    }

    /// Emits, around loops over y and x, of which threads may share the first ones,
    ///
    /// ```text
    /// let lens = [lens.d2, lens.d3];
    /// let first = 0usize;                     // or rt::undivided([ranges[2]], [lens[0]])
    /// let one = first < 1 && s0.is_one(2 + first..4) && w3.source().is_one(2 + first..4);
    /// let s0 = s0.as_one(one, 2 + first..4);
    /// let mut w3 = w3.reborrow().as_one(one, 2 + first..4);
    /// let extent = rt::extents(one, first, [ranges[2], [0, lens[1] as isize]]);
    /// ..loops over extent[0] and extent[1]..
    /// ```
    pub(super) fn coalesced(
        &self,
        run: &Coalesced,
        shared: &[(IndexId, IndexId)],
        written: &[TensorId],
        inside: impl FnOnce() -> TokenStream,
    ) -> TokenStream {
        let places = run.loops.iter().flat_map(|all| all.iter().enumerate());
        *self.extents.borrow_mut() = places.map(|(at, &i)| (i, at)).collect();
        let inside = inside();
        self.extents.borrow_mut().clear();
        let loops = &run.loops[0];
        let count = Literal::usize_unsuffixed(loops.len());
        let last = Literal::usize_unsuffixed(loops.len() - 1);
        let lens = loops.iter().map(|&i| self.len(self.f.index(i).dim));
        let range = |index: &IndexId| {
            let at = shared.iter().position(|(i, _)| i == index)?;
            let at = Literal::usize_unsuffixed(at);
            Some(quote! { ranges[#at] })
        };
        let ranges: Vec<TokenStream> = loops.iter().map_while(range).collect();
        let divisible = (0..ranges.len()).map(Literal::usize_unsuffixed);
        let first = match ranges.is_empty() {
            true => quote! { 0usize },
            false => quote! { rt::undivided([#(#ranges),*], [#(all[#divisible]),*]) },
        };
        let whole = (ranges.len()..loops.len()).map(Literal::usize_unsuffixed);
        let axes = |at: usize| {
            let (from, to) = (at, at + loops.len());
            let [from, to] = [from, to].map(Literal::usize_unsuffixed);
            quote! { #from + first..#to }
        };
        let asked = run.tensors.iter().map(|&(t, at)| {
            let (tensor, axes) = (self.place_of(t, written), axes(at));
            match written.contains(&t) {
                true => quote! { && #tensor.source().is_one(#axes) },
                false => quote! { && #tensor.is_one(#axes) },
            }
        });
        let bound = run.tensors.iter().map(|&(t, at)| {
            let (tensor, axes) = (self.place_of(t, written), axes(at));
            match written.contains(&t) {
                true => quote! { let mut #tensor = #tensor.reborrow().as_one(one, #axes); },
                false => quote! { let #tensor = #tensor.as_one(one, #axes); },
            }
        });
        quote! {
            let all: [usize; #count] = [#(#lens),*];
            let first = #first;
            let one = first < #last #(#asked)*;
            #(#bound)*
            let extent = rt::extents(one, first, [#(#ranges,)* #([0, all[#whole] as isize]),*]);
            #inside
        }
    }

    fn place_of(&self, tensor: TensorId, written: &[TensorId]) -> proc_macro2::Ident {
        match written.contains(&tensor) {
            true => sink(tensor),
            false => source(tensor),
        }
    }
}
