//! The vectorised innermost loop, and the reductions and normalisations over it.

use super::expr::Emitter;
use super::tokens::{Phrases, braced, joined, numbered};
use super::{Body, sink};
use crate::ir::{Expr, ExprId, IndexId, ReduceOp, Subscript, TensorId};
use crate::plan::{Mode, Stmt, Window};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the runtime reduces a row with.
fn accumulator(op: ReduceOp) -> Ident {
    let name = match op {
        ReduceOp::Sum => "SumAcc",
        ReduceOp::Prod => "ProdAcc",
        ReduceOp::Max => "MaxAcc",
        ReduceOp::Min => "MinAcc",
        ReduceOp::ArgMax => "ArgMaxAcc",
        ReduceOp::ArgMin => "ArgMinAcc",
        ReduceOp::Mean => unreachable!("in normal form a mean is a sum"),
        ReduceOp::LogSumExp => unreachable!("a logsumexp is a maximum and a sum"),
    };
    Ident::new(name, Span::call_site())
}

/// An expression along a row.
pub(super) struct Row {
    outer: TokenStream,
    rows: TokenStream,
    inner: TokenStream,
    /// The value at position `x` of the block.
    pub(super) value: TokenStream,
    /// The row itself, where the expression is nothing but a read.
    read: Option<Ident>,
    phrases: Rc<Phrases>,
}

impl Row {
    pub(super) fn new(body: &Body<'_>, row: IndexId, value: ExprId) -> Self {
        Row::into(body, row, value, None)
    }

    /// The same for a tensor that is written, which the expression reads as it was.
    pub(super) fn into(
        body: &Body<'_>,
        row: IndexId,
        value: ExprId,
        target: Option<TensorId>,
    ) -> Self {
        let mut e = Emitter::new(body, Some(row));
        e.target = target;
        let read = match body.f.exprs.get(value) {
            Expr::Access { subscripts, .. } => e.depends(value) && e.is_row(subscripts),
            _ => false,
        };
        let read = read.then(|| numbered('r', value.0));
        let value = e.root(value);
        Row {
            read,
            ..Row::of(e, value)
        }
    }

    /// What has been emitted, with the value of an element.
    pub(super) fn of(e: Emitter<'_, '_>, value: TokenStream) -> Self {
        let phrases = e.body.phrases.clone();
        let Emitter {
            outer,
            blocks,
            rows,
            inner,
            ..
        } = e;
        Row {
            outer: outer.into_iter().chain(blocks).collect(),
            rows: rows.into_iter().collect(),
            inner: inner.into_iter().collect(),
            value,
            read: None,
            phrases,
        }
    }

    /// `each` for every element `o` of the row, one after the other.
    pub(super) fn each(&self, each: TokenStream) -> TokenStream {
        let Row { inner, value, .. } = self;
        self.walk(quote! { for x in 0..n { #inner let o = #value; #each } })
    }

    /// `each` for every block of the row, with its reads before it.
    pub(super) fn walk(&self, each: TokenStream) -> TokenStream {
        let each = joined([self.rows.clone(), each]);
        joined([self.outer.clone(), self.phrases.walk(each)])
    }

    /// The same, of what stands nowhere else.
    pub(super) fn into_walk(self, each: TokenStream) -> TokenStream {
        let each = joined([self.rows, each]);
        joined([self.outer, self.phrases.walk(each)])
    }

    /// The same with whole vectors at the end, as far as a row of `len` goes: `own` elements of each block count.
    fn walk_beyond(&self, len: &TokenStream, each: TokenStream) -> TokenStream {
        let Row { outer, rows, .. } = self;
        quote! {
            #outer
            let mut v = from;
            while v < to {
                let own = if to - v < BLOCK { to - v } else { BLOCK };
                let n = rt::whole_vectors(own, #len - v);
                #rows
                #each
                v += own;
            }
        }
    }

    /// The function that computes `value` from the position `x` in the block.
    pub(super) fn element(&self, value: TokenStream) -> TokenStream {
        let (each, inner) = (self.phrases.each.clone(), self.inner.clone());
        let value = match inner.is_empty() {
            true => value,
            false => braced(joined([inner, value])),
        };
        joined([each, value])
    }
}

impl Phrases {
    /// `each` for every block `v..v + n` of the part `from..to` of a row.
    fn walk(&self, each: TokenStream) -> TokenStream {
        let inside = braced(joined([self.length.clone(), each, quote! { v += n; }]));
        quote! { let mut v = from; while v < to #inside }
    }
}

impl Body<'_> {
    /// `inside` for the whole of a row, `let (from, to) = (0usize, lens.d1); ..`, or for a thread's part of it,
    /// `(ranges[0][0] as usize, ranges[0][1] as usize)`
    pub(super) fn whole(&self, row: IndexId, inside: TokenStream) -> TokenStream {
        if self.parts.borrow().contains_key(&row) {
            let part = quote! { (ranges[0][0] as usize, ranges[0][1] as usize); };
            return joined([self.phrases.range.clone(), part, inside]);
        }
        let none = &self.phrases.none;
        let len = match self.extent(row) {
            Some(extent) => quote! { #extent[1] as usize },
            None => self.len(self.f.index(row).dim),
        };
        joined([
            self.phrases.range.clone(),
            quote! { (#none, #len); },
            inside,
        ])
    }

    /// Loops over all but the last index, which is the row.
    fn around(&self, over: &[IndexId], inside: TokenStream) -> TokenStream {
        over[..over.len() - 1]
            .iter()
            .rev()
            .fold(inside, |inside, &index| self.looped(index, false, inside))
    }

    /// Loops over the windows of indices, the last of which is the row.
    fn through(
        &self,
        over: &[IndexId],
        windows: &BTreeMap<IndexId, Window>,
        inside: TokenStream,
    ) -> TokenStream {
        let (&row, loops) = over.split_last().expect("a reduction has an index");
        let inside = match windows.get(&row) {
            Some(window) => self.parts(row, window, inside, None),
            None => self.whole(row, inside),
        };
        let all = loops.iter().rev().fold(inside, |inside, &index| {
            let i = numbered('i', index.0);
            match windows.get(&index) {
                Some(window) => {
                    let inside = braced(inside);
                    let each = quote! { for #i in (from as isize)..(to as isize) #inside };
                    self.parts(index, window, each, None)
                }
                None => self.looped(index, false, inside),
            }
        });
        braced(all)
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
        (over, windows): (&[IndexId], &BTreeMap<IndexId, Window>),
        body: ExprId,
    ) -> TokenStream {
        let row = Row::new(self, over[over.len() - 1], body);
        let pass = |start: TokenStream, value: Option<TokenStream>, extend: TokenStream| {
            let values = match (&row.read, value) {
                // Nothing is computed: the row itself goes in.
                (Some(read), None) => quote! { let o = #read; },
                (_, value) => {
                    let value = row.element(value.unwrap_or_else(|| row.value.clone()));
                    quote! { let o = out.fill(n, #value); }
                }
            };
            let each = row.walk(quote! { #values #extend });
            let loops = self.through(over, windows, each);
            let out = quote! { let mut out = Block::<T>::new(); };
            joined([out, start, loops])
        };
        let plain = |op: ReduceOp| {
            let name = accumulator(op);
            pass(
                quote! { let mut acc = rt::#name::new(); },
                None,
                quote! { acc.extend(o); },
            )
        };
        let (code, result) = match op {
            ReduceOp::ArgMax | ReduceOp::ArgMin => {
                let name = accumulator(op);
                let start = quote! { let mut acc = rt::#name::new(); };
                let result = self.stored(target, quote! { acc.finish() as i64 });
                (pass(start, None, quote! { acc.extend(v, o); }), result)
            }
            ReduceOp::LogSumExp => {
                let largest = plain(ReduceOp::Max);
                let shift = quote! { let shift = rt::finite(acc.finish()); let mut acc = rt::SumAcc::new(); };
                let value = &row.value;
                let exp = quote! { (#value - shift).e_exp(fused) };
                let sum = pass(shift, Some(exp), quote! { acc.extend(o); });
                let code = joined([largest, sum]);
                (code, quote! { shift + acc.finish().e_ln(fused) })
            }
            op => (plain(op), quote! { acc.finish() }),
        };
        let put = self.put(target, left, mode, &result);
        joined([code, put])
    }

    /// Emits, for reductions over the same indices,
    ///
    /// ```text
    /// let mut out = rt::Blocks::<T, 2>::new();
    /// let (mut a0, mut a1) = (rt::SumAcc::new(), rt::MaxAcc::new());
    /// ..rows of the summed index: let [o0, o1] = out.fill(n, |x| [.., ..]); a0.extend(o0); a1.extend(o1);
    /// w3.put(false, [i0], a0.finish());
    /// w4.put(false, [i0], a1.finish());
    /// ```
    pub(super) fn together(&self, reductions: &[Stmt]) -> TokenStream {
        let parts: Vec<_> = reductions
            .iter()
            .map(|s| match s {
                Stmt::Reduce {
                    target,
                    left,
                    mode,
                    op,
                    over,
                    body,
                    ..
                } => ((*target, left, *mode), *op, over, *body),
                _ => unreachable!("reductions alone are computed together"),
            })
            .collect();
        let over = parts[0].2;
        let mut e = Emitter::new(self, over.last().copied());
        let values = e.roots(&Vec::from_iter(parts.iter().map(|p| p.3)));
        let row = Row::of(e, quote! { [#(#values),*] });
        let named = |letter: char| -> Vec<Ident> {
            let all = 0..parts.len() as u32;
            all.map(|at| numbered(letter, at)).collect()
        };
        let (accumulators, blocks) = (named('a'), named('o'));
        let starts = parts.iter().map(|p| accumulator(p.1));
        let value = row.element(row.value.clone());
        let each = quote! {
            let [#(#blocks),*] = out.fill(n, #value);
            #(#accumulators.extend(#blocks);)*
        };
        let loops = self.through(over, &BTreeMap::new(), row.walk(each));
        let count = Literal::usize_unsuffixed(parts.len());
        let puts = parts
            .iter()
            .zip(&accumulators)
            .map(|(&((target, left, mode), ..), a)| {
                self.put(target, left, mode, &quote! { #a.finish() })
            });
        quote! {
            let mut out = rt::Blocks::<T, #count>::new();
            #(let mut #accumulators = rt::#starts::new();)*
            #loops
            #(#puts)*
        }
    }

    /// Emits, for `Y[i,j] = sum[k](value)` with the row j, whose part `from..to` is at hand,
    ///
    /// ```text
    /// rt::by_lanes(from, to, |v: usize, n: usize| {
    ///     let mut acc = [0; rt::LANES];
    ///     for i2 in .. { ..rows.. for x in 0..n { acc[x] = acc[x] + value; } }
    ///     w3.put_row(false, [i0, v as isize], [0, 1], n, &mut out, |x| acc[x]);
    /// });
    /// ```
    ///
    /// of a logsumexp the largest ones first, and then the sums of exponentials.
    pub(super) fn accumulate(
        &self,
        (target, left, mode): (TensorId, &[Subscript], Mode),
        op: ReduceOp,
        (row, over): (IndexId, &[IndexId]),
        body: ExprId,
        binds: TokenStream,
    ) -> TokenStream {
        let terms = Row::new(self, row, body);
        let mut place = Emitter::new(self, Some(row));
        let (at, step) = place.position(left);
        let (w, adds, positions) = (sink(target), self.adds(mode), place.outer);
        let Row {
            outer,
            rows,
            inner,
            value,
            ..
        } = &terms;
        let walk = |each: TokenStream| {
            let each = quote! { #outer #rows for x in 0..n { #inner #each } };
            let all = over.iter().rev();
            all.fold(each, |inside, &index| self.looped(index, false, inside))
        };
        let of = |start: f64, more: TokenStream| {
            let (start, walk) = (self.real(start), walk(quote! { acc[x] = #more; }));
            quote! { let mut acc = [#start; rt::LANES]; #walk }
        };
        let largest = || of(f64::NEG_INFINITY, quote! { acc[x].e_max(#value) });
        let all = match op {
            ReduceOp::LogSumExp => {
                let (largest, ln) = (largest(), quote! { shift[x] + acc[x].e_ln(fused) });
                let sum = of(0.0, quote! { acc[x] + ((#value) - shift[x]).e_exp(fused) });
                quote! { #largest let shift = acc.map(rt::finite); #sum for x in 0..n { acc[x] = #ln; } }
            }
            ReduceOp::Prod => of(1.0, quote! { acc[x] * (#value) }),
            ReduceOp::Max => largest(),
            ReduceOp::Min => of(f64::INFINITY, quote! { acc[x].e_min(#value) }),
            _ => of(0.0, quote! { acc[x] + (#value) }),
        };
        // What is read of the target is read before it is written.
        let all = match binds.is_empty() {
            true => all,
            false => quote! { let acc = { #binds #all acc }; },
        };
        quote! {
            let mut out = Block::new();
            #(#positions)*
            rt::by_lanes(from, to, #[inline(always)] |v: usize, n: usize| {
                #all
                #w.put_row(#adds, #at, #step, n, &mut out, #[inline(always)] |x: usize| acc[x]);
            });
        }
    }

    /// Emits, for the part `from..to` of the row, the passes of a softmax over the target's own rows: the body and its
    /// maximum, the exponentials and their sum, the division. For its logarithm: the body and its maximum, the sum of exponentials, and two differences, the first of which is exact near the maximum. Where the body
    /// is nothing but a read, it is read twice instead of being copied.
    pub(super) fn softmax(
        &self,
        target: TensorId,
        left: &[Subscript],
        along: &[IndexId],
        body: ExprId,
        (log, beyond): (bool, bool),
    ) -> TokenStream {
        let index = along[along.len() - 1];
        let row = Row::new(self, index, body);
        let mut place = Emitter::new(self, Some(index));
        let (at, step) = place.position(left);
        let positions = place.outer;
        let w = sink(target);
        let exp = |e: TokenStream| quote! { (#e - largest).e_exp(fused) };
        let update = |change: TokenStream| {
            quote! {
                #w.update_row(#at, #step, n, &mut out, #[inline(always)] |o: &mut [T]| {
                    let n = o.len();
                    #change
                });
            }
        };
        let put =
            |value: TokenStream| quote! { #w.put_row(false, #at, #step, n, &mut out, #value); };
        let own = |each: TokenStream| self.around(along, self.phrases.walk(each));
        let body = |each: TokenStream| self.around(along, row.walk(each));
        let scale = quote! { let scale = sum.finish().e_recip(fused); };
        let rest = quote! { let rest = sum.finish().e_ln(fused); };
        let (first, second, third) = match (&row.read, log) {
            (Some(r), false) => {
                let e = exp(quote! { #r[x] });
                let third = update(quote! { for x in 0..n { o[x] = o[x] * scale; } });
                let first = body(quote! { largest.extend(#r); });
                let second = match beyond {
                    true => {
                        let len = self.len(self.f.index(index).dim);
                        let part = quote! { for x in 0..n { o[x] = #e; } sum.extend(&o[..own]); };
                        self.around(along, row.walk_beyond(&len, update(part)))
                    }
                    false => {
                        let part = quote! { for x in 0..n { o[x] = #e; } sum.extend(o); };
                        body(update(part))
                    }
                };
                (first, second, own(third))
            }
            (Some(r), true) => {
                let e = exp(quote! { #r[x] });
                let second = quote! { sum.extend(out.fill(n, #[inline(always)] |x: usize| #e)); };
                let third = put(quote! { #[inline(always)] |x: usize| (#r[x] - largest) - rest });
                let first = body(quote! { largest.extend(#r); });
                (first, body(second), body(third))
            }
            (None, _) => {
                let (inner, value) = (&row.inner, &row.value);
                let first = update(quote! {
                    for x in 0..n { #inner o[x] = #value; }
                    largest.extend(o);
                });
                let e = exp(quote! { o[x] });
                let (second, third) = if log {
                    let second = quote! {
                        let o = #w.source();
                        let o = &o.row(#at, #step, n, &mut kept)[..n];
                        sum.extend(out.fill(n, #[inline(always)] |x: usize| #e));
                    };
                    let third =
                        update(quote! { for x in 0..n { o[x] = (o[x] - largest) - rest; } });
                    (second, third)
                } else {
                    let second = update(quote! { for x in 0..n { o[x] = #e; } sum.extend(o); });
                    (
                        second,
                        update(quote! { for x in 0..n { o[x] = o[x] * scale; } }),
                    )
                };
                (body(first), own(second), own(third))
            }
        };
        let kept = (log && row.read.is_none()).then(|| quote! { let mut kept = Block::new(); });
        let factor = if log { rest } else { scale };
        quote! {
            let mut out = Block::new();
            #(#positions)*
            #kept
            let mut largest = rt::MaxAcc::new();
            { #first }
            let largest = largest.finish();
            let mut sum = rt::SumAcc::new();
            { #second }
            #factor
            { #third }
        }
    }
}
