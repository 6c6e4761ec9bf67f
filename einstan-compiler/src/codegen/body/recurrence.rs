//! The loops of recurrences.

use super::Body;
use super::tokens::{braced, numbered};
use crate::ir::IndexId;
use crate::plan::Step;
use proc_macro2::TokenStream;
use quote::quote;

impl Body<'_> {
    /// Emits, with the steps' own prelude,
    ///
    /// ```text
    /// for i5 in 0isize..(lens.d0 as isize) { ..steps.. }
    /// ```
    pub(super) fn steps_of_loop(
        &self,
        index: IndexId,
        descending: bool,
        steps: &[Step],
    ) -> (TokenStream, TokenStream) {
        let (prelude, code) = self.steps(steps);
        (prelude, self.looped(index, descending, code))
    }

    /// `for i5 in 0isize..(lens.d0 as isize) { .. }`, or from the last one to the first.
    pub(super) fn looped(
        &self,
        index: IndexId,
        descending: bool,
        inside: TokenStream,
    ) -> TokenStream {
        let (i, first) = (numbered('i', index.0), &self.phrases.first);
        let inside = braced(inside);
        let range = match self.extent(index) {
            Some(extent) => quote! { #first..#extent[1] },
            None => {
                let len = self.len(self.f.index(index).dim);
                quote! { #first..(#len as isize) }
            }
        };
        match descending {
            true => quote! { for #i in core::iter::Iterator::rev(#range) #inside },
            false => quote! { for #i in #range #inside },
        }
    }
}
