//! Blocks: steps that run for some rows at a time.

use super::tokens::numbered;
use super::{Body, Use, sink, source};
use crate::ir::{DimId, IndexId, Length, TensorId};
use crate::plan::{self, Step};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// `v7`: the first row of a block.
fn first(rows: DimId) -> Ident {
    numbered('v', rows.0)
}

impl Body<'_> {
    /// Emits, for the prelude, how many rows a block has: `let n7 = rt::block_rows(lens.d0, row, largest);`,
    /// or `rt::wide_rows`, where it may have all of them
    pub(super) fn rows(&self, steps: &[Step]) -> TokenStream {
        let blocks = steps.iter().filter_map(|s| match s {
            Step::Block { rows, row, .. } => Some((*rows, row)),
            _ => None,
        });
        blocks
            .map(|(rows, row)| {
                let (n, all) = (self.len(rows), self.len(self.all_rows(rows)));
                let row = self.row(row);
                match self.is_whole(rows) {
                    true => {
                        let largest = self.largest_of(plan::is_outer);
                        quote! { let #n = rt::wide_rows(#all, #row, #largest); }
                    }
                    false => {
                        let largest = self.largest();
                        quote! { let #n = rt::block_rows(#all, #row, #largest); }
                    }
                }
            })
            .collect()
    }

    /// The elements of one row of the largest temporary.
    fn row(&self, row: &[Vec<DimId>]) -> TokenStream {
        let volumes = row.iter().map(|r| self.volume(r));
        quote! { 1.0f64 #( .max(#volumes) )* }
    }

    /// How much a temporary of a block may ever need for these lengths or shorter ones, if the tensor is one:
    /// `rt::block_room(lens.d0, row, largest)`
    pub(super) fn room(&self, tensor: TensorId) -> Option<TokenStream> {
        let axes = &self.f.tensor(tensor).axes;
        let is_rows = |d: &&DimId| matches!(self.f.dim(**d).length, Length::Rows { .. });
        let rows = *axes.iter().find(is_rows)?;
        let rest: Vec<DimId> = axes.iter().copied().filter(|&d| d != rows).collect();
        let (all, row) = (self.len(self.all_rows(rows)), self.volume(&rest));
        Some(match self.is_whole(rows) {
            true => {
                let largest = self.largest_of(plan::is_outer);
                quote! { rt::wide_room(#all, #row, #largest) }
            }
            false => {
                let largest = self.largest();
                quote! { rt::block_room(#all, #row, #largest) }
            }
        })
    }

    /// Whether a block has all rows where these are no larger than an argument or a result.
    fn is_whole(&self, rows: DimId) -> bool {
        matches!(self.f.dim(rows).length, Length::Rows { whole: true, .. })
    }

    /// The dimension of which a block has some rows.
    fn all_rows(&self, rows: DimId) -> DimId {
        match self.f.dim(rows).length {
            Length::Rows { of, .. } => of,
            _ => unreachable!("the rows of a block"),
        }
    }

    /// Emits, with the steps' own prelude,
    ///
    /// ```text
    /// let mut v7 = 0usize;
    /// while v7 < lens.d0 {
    ///     let n7 = if lens.d0 - v7 < n7 { lens.d0 - v7 } else { n7 };
    ///     ..steps..
    ///     v7 += n7;
    /// }
    /// ```
    pub(super) fn block(&self, rows: DimId, steps: &[Step]) -> (TokenStream, TokenStream) {
        let (prelude, code) = self.steps(steps);
        let (v, n, all) = (first(rows), self.len(rows), self.len(self.all_rows(rows)));
        let block = quote! {
            let mut #v = 0usize;
            while #v < #all {
                let #n = if #all - #v < #n { #all - #v } else { #n };
                #code
                #v += #n;
            }
        };
        (prelude, block)
    }

    /// `let s9 = s0.slice(1, v7, n7);`
    pub(super) fn bind_slice(
        &self,
        tensor: TensorId,
        of: TensorId,
        axis: usize,
        usage: Use,
    ) -> TokenStream {
        let whole = self.bind(of, usage);
        let rows = self.f.tensor(tensor).axes[axis];
        let (v, n, axis) = (first(rows), self.len(rows), Literal::usize_unsuffixed(axis));
        match usage {
            Use::Read => {
                let (s, whole_name) = (source(tensor), source(of));
                quote! { #whole let #s = #whole_name.slice(#axis, #v, #n); }
            }
            Use::Write => {
                let (w, whole_name) = (sink(tensor), sink(of));
                quote! { #whole let mut #w = #whole_name.slice(#axis, #v, #n); }
            }
        }
    }

    /// `v7 as i64 +` for an index over the rows of a block, else nothing.
    pub(super) fn first_row(&self, index: IndexId) -> TokenStream {
        let dim = self.f.index(index).dim;
        match self.f.dim(dim).length {
            Length::Rows { .. } => {
                let v = first(dim);
                quote! { #v as i64 + }
            }
            _ => TokenStream::new(),
        }
    }
}
