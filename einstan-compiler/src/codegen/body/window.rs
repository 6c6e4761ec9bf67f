//! Parts of rows and of products, and steps that run under a condition.

use super::expr::Emitter;
use super::tokens::{braced, numbered};
use super::{Body, Use};
use crate::ir::{ExprId, IndexId};
use crate::plan::{Band, Step, Window};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Body<'_> {
    /// `rt::window(lens.d1, 0, [..], [x5, ..])` of the values of an index, after the `let`s of its bounds.
    pub(super) fn window(&self, index: IndexId, window: &Window) -> (TokenStream, TokenStream) {
        let mut e = Emitter::new(self, None);
        let mut each = |all: &[ExprId]| -> Vec<TokenStream> {
            all.iter().map(|&bound| e.value(bound)).collect()
        };
        let (from, to) = (each(&window.from), each(&window.to));
        let (lets, len) = (e.outer, self.len(self.f.index(index).dim));
        let first = self.first_row(index);
        (
            quote! { #(#lets)* },
            quote! { rt::window(#len, #first 0i64, [#(#from),*], [#(#to),*]) },
        )
    }

    /// Emits, with `each` for the part and `rest` for what is before and after it,
    ///
    /// ```text
    /// let x5 = ..;
    /// let (from, to) = rt::window(lens.d1, 0i64, [], [x5]);
    /// if from < to { ..each.. }
    /// for (from, to) in [(0usize, from), (to, lens.d1)] { if from < to { ..rest.. } }
    /// ```
    pub(super) fn parts(
        &self,
        index: IndexId,
        window: &Window,
        each: TokenStream,
        rest: Option<TokenStream>,
    ) -> TokenStream {
        let (lets, window) = self.window(index, window);
        let len = self.len(self.f.index(index).dim);
        let rest = rest.map(|rest| {
            let rest = braced(rest);
            quote! { for (from, to) in [(0usize, from), (to, #len)] { if from < to #rest } }
        });
        let each = braced(each);
        quote! {
            #lets
            let (from, to) = #window;
            if from < to #each
            #rest
        }
    }

    /// The arguments of `rt::contract_in_band` after the loops:
    /// `Some(0), 1, false, |i7: isize| { let x5 = ..; rt::window(..) },`
    pub(super) fn band(&self, band: &Band, loops: &[IndexId]) -> TokenStream {
        let place = |index: IndexId| {
            let at = loops.iter().position(|&i| i == index);
            Literal::usize_unsuffixed(at.expect("einstan internal error: a band of no loop"))
        };
        let (lets, window) = self.window(band.column, &band.window);
        let column = place(band.column);
        let (row, name) = match band.row {
            Some(row) => {
                let (at, name) = (place(row), numbered('i', row.0));
                (quote! { core::option::Option::Some(#at) }, quote! { #name })
            }
            None => (quote! { core::option::Option::None }, quote! { _ }),
        };
        let loose = band.loose;
        quote! { #row, #column, #loose, |#name: isize| { #lets #window }, }
    }

    /// `if { x5 } { .. } else { .. }`, with the `let`s of the condition, and the tensors that it reads outside of a nest.
    pub(super) fn when(
        &self,
        read: TokenStream,
        condition: ExprId,
        then: TokenStream,
        otherwise: TokenStream,
    ) -> TokenStream {
        let mut e = Emitter::new(self, None);
        let condition = e.value(condition);
        let lets = e.outer;
        let (then, otherwise) = (
            braced(then),
            (!otherwise.is_empty()).then(|| braced(otherwise)),
        );
        let otherwise = otherwise.map(|o| quote! { else #o });
        quote! { if { #read #(#lets)* #condition } #then #otherwise }
    }

    /// The same of steps, with their own prelude.
    pub(super) fn steps_when(
        &self,
        condition: ExprId,
        then: &[Step],
        otherwise: &[Step],
    ) -> (TokenStream, TokenStream) {
        let (mut prelude, then) = self.steps(then);
        let (more, otherwise) = self.steps(otherwise);
        prelude.extend(more);
        let read = self.f.reads(condition).into_iter();
        let read = read.map(|t| self.bind(t, Use::Read));
        let when = self.when(quote! { #(#read)* }, condition, then, otherwise);
        (prelude, when)
    }
}
