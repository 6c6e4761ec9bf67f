//! The vectorised innermost loop, and the reductions and normalisations over it.

use super::expr::Emitter;
use super::{Body, sink};
use crate::ir::{Expr, ExprId, IndexId, ReduceOp, Subscript, TensorId};
use crate::plan::Mode;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// An expression along a row.
pub(super) struct Row {
    len: TokenStream,
    outer: TokenStream,
    rows: TokenStream,
    slices: TokenStream,
    inner: TokenStream,
    /// The value at position `x` of the block.
    pub(super) value: TokenStream,
    /// The row itself, where the expression is nothing but a read.
    read: Option<Ident>,
}

impl Row {
    pub(super) fn new(body: &Body<'_>, row: IndexId, value: ExprId) -> Self {
        let mut e = Emitter::new(body, Some(row));
        let read = matches!(body.f.exprs.get(value), Expr::Access { .. }) && e.depends(value);
        let read = read.then(|| format_ident!("r{}", value.0));
        let value = e.value(value);
        let Emitter {
            outer,
            blocks,
            rows,
            slices,
            inner,
            ..
        } = e;
        Row {
            len: body.len(body.f.index(row).dim),
            outer: quote! { #(#outer)* #(#blocks)* },
            rows: quote! { #(#rows)* },
            slices: quote! { #(#slices)* },
            inner: quote! { #(#inner)* },
            value,
            read,
        }
    }

    /// `each` for every block of the row, with its reads before it.
    pub(super) fn walk(&self, each: TokenStream) -> TokenStream {
        let Row {
            len, outer, rows, ..
        } = self;
        let walk = walk(len, quote! { #rows #each });
        quote! { #outer #walk }
    }

    /// Computes `value` into the slice `o`.
    pub(super) fn fill(&self, value: &TokenStream) -> TokenStream {
        let Row { slices, inner, .. } = self;
        quote! {
            let n = o.len();
            #slices
            for x in 0..n {
                #inner
                o[x] = #value;
            }
        }
    }
}

/// `each` for every block `v..v + n` of a row.
fn walk(len: &TokenStream, each: TokenStream) -> TokenStream {
    quote! {
        let mut v = 0usize;
        while v < #len {
            let n = if #len - v < BLOCK { #len - v } else { BLOCK };
            #each
            v += n;
        }
    }
}

impl Body<'_> {
    /// Loops over all but the last index, which is the row.
    fn around(&self, over: &[IndexId], inside: TokenStream) -> TokenStream {
        over[..over.len() - 1]
            .iter()
            .rev()
            .fold(inside, |inside, &index| {
                let (i, len) = (
                    format_ident!("i{}", index.0),
                    self.len(self.f.index(index).dim),
                );
                quote! { for #i in 0isize..(#len as isize) { #inside } }
            })
    }

    /// Emits
    ///
    /// ```text
    /// let mut acc = rt::SumAcc::new();
    /// ..rows of the summed index: acc.extend(values)..
    /// w3.put(false, [i0], acc.finish());
    /// ```
    pub(super) fn reduce(
        &self,
        target: TensorId,
        left: &[Subscript],
        mode: Mode,
        op: ReduceOp,
        over: &[IndexId],
        body: ExprId,
    ) -> TokenStream {
        let rt = &self.paths.rt;
        let row = Row::new(self, over[over.len() - 1], body);
        let accumulator = |name: &str| Ident::new(name, Span::call_site());
        let value = row.value.clone();
        let pass = |start: TokenStream, value: TokenStream, extend: TokenStream| {
            let values = match &row.read {
                // Nothing is computed: the row itself goes in.
                Some(read) if value.to_string() == row.value.to_string() => {
                    quote! { let o = #read; }
                }
                _ => {
                    let fill = row.fill(&value);
                    quote! { let o = out.fill(n, #[inline(always)] |o: &mut [T]| { #fill }); }
                }
            };
            let each = row.walk(quote! { #values #extend });
            let loops = self.around(over, each);
            quote! { let mut out = #rt::Block::<T>::new(); #start #loops }
        };
        let plain = |name: &str| {
            let name = accumulator(name);
            pass(
                quote! { let mut acc = #rt::#name::new(); },
                value.clone(),
                quote! { acc.extend(o); },
            )
        };
        let (code, result) = match op {
            ReduceOp::Sum => (plain("SumAcc"), quote! { acc.finish() }),
            ReduceOp::Mean => {
                let count = over.iter().map(|&i| self.len(self.f.index(i).dim));
                let count =
                    quote! { <T as #rt::Elementary>::from_f64(1.0f64 #(* (#count as f64))*) };
                (plain("SumAcc"), quote! { acc.finish() / #count })
            }
            ReduceOp::Prod => (plain("ProdAcc"), quote! { acc.finish() }),
            ReduceOp::Max => (plain("MaxAcc"), quote! { acc.finish() }),
            ReduceOp::Min => (plain("MinAcc"), quote! { acc.finish() }),
            ReduceOp::ArgMax | ReduceOp::ArgMin => {
                let name = accumulator(if op == ReduceOp::ArgMax {
                    "ArgMaxAcc"
                } else {
                    "ArgMinAcc"
                });
                let start = quote! { let mut acc = #rt::#name::new(); };
                let result = self.stored(target, quote! { acc.finish() as i64 });
                (
                    pass(start, value.clone(), quote! { acc.extend(v, o); }),
                    result,
                )
            }
            ReduceOp::LogSumExp => {
                let largest = plain("MaxAcc");
                let shift = quote! { let shift = #rt::finite(acc.finish()); let mut acc = #rt::SumAcc::new(); };
                let exp = quote! { <T as #rt::Elementary>::e_exp(#value - shift, fused) };
                let sum = pass(shift, exp, quote! { acc.extend(o); });
                let code = quote! { #largest #sum };
                (
                    code,
                    quote! { shift + <T as #rt::Elementary>::e_ln(acc.finish(), fused) },
                )
            }
        };
        let put = self.put(target, left, mode, &result);
        quote! { const BLOCK: usize = #rt::BLOCK; #code #put }
    }

    /// Emits the passes of a softmax over the target's own rows: the body and its maximum, the exponentials and their
    /// sum, the division. For its logarithm: the body and its maximum, the sum of exponentials, the shift.
    pub(super) fn softmax(
        &self,
        target: TensorId,
        left: &[Subscript],
        along: &[IndexId],
        body: ExprId,
        log: bool,
    ) -> TokenStream {
        let Body { paths, .. } = self;
        let rt = &paths.rt;
        let index = along[along.len() - 1];
        let row = Row::new(self, index, body);
        let (w, (at, step)) = (sink(target), self.position(left, Some(index)));
        let len = self.len(self.f.index(index).dim);
        let fill = row.fill(&row.value);
        let first = self.around(
            along,
            row.walk(quote! {
                #w.put_row(false, #at, #step, n, &mut out, #[inline(always)] |o: &mut [T]| {
                    #fill
                    largest.extend(o);
                });
            }),
        );
        let update = |change: TokenStream| {
            let each = quote! {
                #w.update_row(#at, #step, n, &mut out, #[inline(always)] |o: &mut [T]| {
                    let n = o.len();
                    #change
                });
            };
            self.around(along, walk(&len, each))
        };
        let exp = quote! { <T as #rt::Elementary>::e_exp };
        let rest = if log {
            let second = quote! {
                let o = out.fill_from(&#w.source(), #at, #step, n, #[inline(always)] |e: T| #exp(e - largest, fused));
                sum.extend(o);
            };
            let second = self.around(along, walk(&len, second));
            let third = update(quote! { for x in 0..n { o[x] = o[x] - shift; } });
            quote! {
                #second
                let shift = largest + <T as #rt::Elementary>::e_ln(sum.finish(), fused);
                #third
            }
        } else {
            let second = update(quote! {
                for x in 0..n { o[x] = #exp(o[x] - largest, fused); }
                sum.extend(o);
            });
            let third = update(quote! { for x in 0..n { o[x] = o[x] * scale; } });
            quote! {
                #second
                let scale = <T as #rt::Elementary>::e_recip(sum.finish(), fused);
                #third
            }
        };
        quote! {
            const BLOCK: usize = #rt::BLOCK;
            let mut out = #rt::Block::new();
            let mut largest = #rt::MaxAcc::new();
            #first
            let largest = largest.finish();
            let mut sum = #rt::SumAcc::new();
            #rest
        }
    }
}
