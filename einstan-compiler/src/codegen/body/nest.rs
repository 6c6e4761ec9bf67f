//! Loop nests.

use super::expr::Emitter;
use super::row::Row;
use super::tokens::{braced, joined, numbered, parenthesized};
use super::{Body, Use, sink, source};
use crate::ir::{Element, ExprId, IndexId, Subscript, TensorId};
use crate::plan::{Mode, Share, Stmt, Within};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Body<'_> {
    /// Emits
    ///
    /// ```text
    /// { let s2 = saved.b2.source([lens.d0]); let mut w3 = t3.reborrow();
    ///   rt::vectorize(#[inline(always)] |fused| { for i1 in 0..lens.d0 as isize { .. } }); }
    /// ```
    pub(super) fn nest(&self, body: &[Stmt]) -> TokenStream {
        let (read, written) = self.touched(body);
        let read = read.iter().map(|&t| self.bind(t, Use::Read));
        let write = written.iter().map(|&t| self.bind(t, Use::Write));
        let statements: TokenStream = body.iter().map(|s| self.statement(s, &written)).collect();
        quote! {
            {
                #(#read)*
                #(#write)*
                rt::vectorize(#[inline(always)] |fused| { #statements });
            }
        }
    }

    /// Emits
    ///
    /// ```text
    /// { let s2 = saved.b2.source([lens.d0]); let mut w3 = t3.reborrow();
    ///   rt::share([lens.d0], (rt::Along::new(w3, [0]), ()), 2.0 * lens.d0 as f64, |ranges, (mut w3, ())| {
    ///       rt::vectorize(#[inline(always)] |fused| {
    ///           for i1 in ranges[0][0]..ranges[0][1] { let i7 = i1 - ranges[0][0]; .. }
    ///       });
    ///   }); }
    /// ```
    ///
    /// or, for rows, `rt::share_rows(..)` with `let (from, to) = (ranges[0][0] as usize, ranges[0][1] as usize);` in each statement.
    pub(super) fn share(&self, share: &Share) -> TokenStream {
        self.parts.borrow_mut().extend(share.rows.iter().copied());
        let (read, written) = self.touched(&share.body);
        let read = read.iter().map(|&t| self.bind(t, Use::Read));
        let write = written.iter().map(|&t| self.bind(t, Use::Write));
        let (mut tensors, mut parts) = (quote! { () }, quote! { () });
        for (t, axes) in share.axes.iter().rev() {
            let (w, axes) = (sink(*t), axes.iter().map(|&a| Literal::usize_unsuffixed(a)));
            tensors = quote! { (rt::Along::new(#w, [#(#axes),*]), #tensors) };
            parts = quote! { (mut #w, #parts) };
        }
        let nest = || self.shared_loops(share, &written);
        let nest = match &share.coalesced {
            Some(run) => self.coalesced(run, &share.loops, &written, nest),
            None => nest(),
        };
        // All rows are equally long.
        let divided = share.loops.iter().chain(share.rows.first());
        let lens = divided.map(|&(i, _)| self.len(self.f.index(i).dim));
        let work = share.work.iter().map(|(times, dims)| {
            let (times, volume) = (Literal::f64_suffixed(*times as f64), self.volume(dims));
            quote! { + #times * #volume }
        });
        let divide = match share.rows.is_empty() {
            true => quote! { share },
            false => quote! { share_rows },
        };
        quote! {
            {
                #(#read)*
                #(#write)*
                rt::#divide([#(#lens),*], #tensors, 0.0f64 #(#work)*, |ranges, #parts| {
                    rt::vectorize(#[inline(always)] |fused| { #nest });
                });
            }
        }
    }

    /// `for i1 in ranges[0][0]..ranges[0][1] { let i7 = i1 - ranges[0][0]; .. }`, around the statements that threads share.
    fn shared_loops(&self, share: &Share, written: &[TensorId]) -> TokenStream {
        let body = share.body.iter();
        let statements = body.map(|s| self.statement(s, written)).collect();
        let loops = share.loops.iter().enumerate().rev();
        loops.fold(statements, |inside, (at, &(index, own))| {
            let (i, own) = (numbered('i', index.0), numbered('i', own.0));
            let range = self.extent(index).unwrap_or_else(|| {
                let at = Literal::usize_unsuffixed(at);
                quote! { ranges[#at] }
            });
            quote! { for #i in #range[0]..#range[1] { let #own = #i - #range[0]; #inside } }
        })
    }

    /// The tensors that statements read alone, and those that they write.
    fn touched(&self, body: &[Stmt]) -> (Vec<TensorId>, Vec<TensorId>) {
        let (mut written, mut read) = (Vec::new(), Vec::new());
        let mut add = |t: TensorId| {
            if !written.contains(&t) {
                written.push(t);
            }
        };
        body.iter().for_each(|s| s.writes(&mut add));
        let mut note = |e: ExprId| read.extend(self.f.exprs.tensors(e));
        body.iter().for_each(|s| s.values(&mut note));
        read.sort_unstable();
        read.dedup();
        read.retain(|t| !written.contains(t));
        (read, written)
    }

    fn statement(&self, s: &Stmt, written: &[TensorId]) -> TokenStream {
        let binds = self.binds(s, written);
        let code = match s {
            Stmt::Loop {
                index,
                descending,
                body,
            } => {
                let inside: TokenStream = body.iter().map(|s| self.statement(s, written)).collect();
                return self.looped(*index, *descending, inside);
            }
            Stmt::Together { body } => self.together(body),
            Stmt::Coalesced { run, body } => {
                let inside = || body.iter().map(|s| self.statement(s, written)).collect();
                return braced(self.coalesced(run, &[], written, inside));
            }
            Stmt::When {
                condition,
                then,
                otherwise,
            } => {
                let all = |body: &[Stmt]| -> TokenStream {
                    body.iter().map(|s| self.statement(s, written)).collect()
                };
                self.when(TokenStream::new(), *condition, all(then), all(otherwise))
            }
            Stmt::Store {
                target,
                left,
                mode,
                row: Some(row),
                value,
                within,
            } => {
                let along = |value: ExprId| self.store_row(*target, left, *mode, *row, value);
                match within {
                    Some(Within { window, otherwise }) => {
                        let (part, rest) = (along(*value), otherwise.map(along));
                        self.parts(*row, window, part, rest)
                    }
                    None => self.whole(*row, along(*value)),
                }
            }
            Stmt::Store {
                target,
                left,
                mode,
                row: None,
                value,
                ..
            } => self.store_one(*target, left, *mode, *value),
            Stmt::Reduce {
                target,
                left,
                mode,
                op,
                over,
                windows,
                body,
            } => self.reduce(*target, left, *mode, *op, (over, windows), *body),
            Stmt::Accumulate {
                target,
                left,
                mode,
                op,
                row,
                over,
                body,
            } => {
                let place = (*target, &left[..], *mode);
                let all = self.accumulate(place, *op, (*row, over), *body, binds);
                return braced(self.whole(*row, all));
            }
            Stmt::Softmax {
                target,
                left,
                along,
                body,
                log,
                within,
                beyond,
            } => {
                let row = along[along.len() - 1];
                let softmax = self.softmax(*target, left, along, *body, (*log, *beyond));
                match within {
                    Some(Within { window, otherwise }) => {
                        let rest = otherwise
                            .map(|value| self.store_row(*target, left, Mode::Set, row, value));
                        self.parts(row, window, softmax, rest)
                    }
                    None => self.whole(row, softmax),
                }
            }
        };
        braced(joined([binds, code]))
    }

    /// Tensors that a nest has written are read through what it writes them with: `let s3 = w3.source();`
    fn binds(&self, s: &Stmt, written: &[TensorId]) -> TokenStream {
        let mut reads = std::collections::BTreeSet::new();
        if !matches!(s, Stmt::Loop { .. } | Stmt::Coalesced { .. }) {
            s.values(&mut |e| reads.extend(self.f.exprs.tensors(e)));
        }
        let reads = reads.into_iter().filter(|t| written.contains(t));
        reads
            .map(|t| {
                let (s, w) = (source(t), sink(t));
                quote! { let #s = #w.source(); }
            })
            .collect()
    }

    /// `w3.set([i1], value);`
    fn store_one(
        &self,
        target: TensorId,
        left: &[Subscript],
        mode: Mode,
        value: ExprId,
    ) -> TokenStream {
        let mut e = Emitter::new(self, None);
        e.target = Some(target);
        let value = e.root(value);
        let outer = &e.outer;
        let put = self.put(target, left, mode, &self.stored(target, value));
        joined([quote! { #(#outer)* }, put])
    }

    /// Sets an element, or adds to it.
    pub(super) fn put(
        &self,
        target: TensorId,
        left: &[Subscript],
        mode: Mode,
        value: &TokenStream,
    ) -> TokenStream {
        let w = sink(target);
        let mut e = Emitter::new(self, None);
        let at = e.place(left);
        let outer = &e.outer;
        let adds = self.adds(mode);
        let put = format_ident!(
            "{}",
            if self.f.matches(target, left) {
                "put"
            } else {
                "put_within"
            }
        );
        quote! { #(#outer)* #w.#put(#adds, #at, #value); }
    }

    /// A value as the target's element.
    pub(super) fn stored(&self, target: TensorId, value: TokenStream) -> TokenStream {
        match self.f.tensor(target).element {
            Element::Float => value,
            Element::Integer(t) => {
                let t = super::integer_type(t);
                quote! { <#t as rt::Element>::from_i64(#value) }
            }
        }
    }

    /// Emits, for `Y[i,j] = value` with the row j, of which the part `from..to` is at hand,
    ///
    /// ```text
    /// let x1 = ..;                                   // what does not depend on j
    /// let mut k2 = rt::Block::new();
    /// let mut v = from;
    /// while v < to {
    ///     let n = rt::block(to - v);
    ///     let r2 = &s0.row([i0, v as isize], [0, 1], n, &mut k2)[..n];
    ///     w3.put_row(false, [i0, v as isize], [0, 1], n, &mut out, #[inline(always)] |x: usize| { .. });
    ///     v += n;
    /// }
    /// ```
    fn store_row(
        &self,
        target: TensorId,
        left: &[Subscript],
        mode: Mode,
        row: IndexId,
        value: ExprId,
    ) -> TokenStream {
        let mut e = Emitter::new(self, Some(row));
        if !e.is_row(left) || e.reads_target(value, target) {
            return self.scatter_row(target, left, mode, row, value);
        }
        let mut r = Row::into(self, row, value, Some(target));
        let (w, (at, step), adds) = (sink(target), e.position(left), self.adds(mode));
        let outer = &e.outer;
        let put = format_ident!(
            "{}",
            if self.f.matches(target, left) {
                "put_row"
            } else {
                "put_row_within"
            }
        );
        let value = self.stored(target, std::mem::take(&mut r.value));
        let value = r.element(value);
        let put_arguments = quote! { #adds, #at, #step, n, &mut out, };
        let arguments = parenthesized(joined([put_arguments, value]));
        let walk = r.into_walk(quote! { #w.#put #arguments; });
        joined([quote! { let mut out = Block::new(); #(#outer)* }, walk])
    }

    /// Emits, where the positions of a row lie in no line, or those of the target itself that the value reads,
    ///
    /// ```text
    /// ..rows..
    /// for x in 0..n { let x1 = ..; w3.put_within(true, [x1 as isize, i0], value); }
    /// ```
    fn scatter_row(
        &self,
        target: TensorId,
        left: &[Subscript],
        mode: Mode,
        row: IndexId,
        value: ExprId,
    ) -> TokenStream {
        let mut e = Emitter::new(self, Some(row));
        e.target = Some(target);
        let value = e.root(value);
        let (at, value) = (e.place(left), self.stored(target, value));
        let (w, adds) = (sink(target), self.adds(mode));
        let r = Row::of(e, value);
        r.each(quote! { #w.put_within(#adds, #at, o); })
    }
}
