//! What a caller of functions of other invocations needs: their types, under names of its own.

use super::signature::Items;
use crate::ir::{CallId, DimId, Length, Part, Passed};
use crate::plan::{Phase, Plan};
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// `C0`: the hidden type of the function that a call calls.
pub(super) fn callee(call: CallId) -> Ident {
    format_ident!("C{}", call.0)
}

/// `c0_value`: the memory of a part of a call.
pub(super) fn memory(call: CallId, part: Part) -> Ident {
    let part = match part {
        Part::Value => "value",
        Part::Tangent => "tangent",
        Part::Pullback => "pullback",
        Part::PullbackTangent => "pullback_tangent",
        Part::Jacobian => "jacobian",
    };
    format_ident!("c{}_{}", call.0, part)
}

/// Tokens that rustc's errors show at a place of the user's, whatever names mean in them.
pub(super) fn located(tokens: TokenStream, at: Span) -> TokenStream {
    let located = tokens.into_iter().map(|mut token| {
        let span = token.span().located_at(at);
        if let TokenTree::Group(g) = &token {
            let mut group = Group::new(g.delimiter(), located(g.stream(), at));
            group.set_span(span);
            return TokenTree::Group(group);
        }
        token.set_span(span);
        token
    });
    located.collect()
}

/// `(members)`, at a place of the user's.
pub(super) fn tuple(members: TokenStream, at: Span) -> TokenStream {
    let mut group = Group::new(Delimiter::Parenthesis, members);
    group.set_span(Span::call_site().located_at(at));
    TokenTree::Group(group).into()
}

impl Items<'_> {
    /// The calls, none where the function is wrong.
    pub(super) fn calls(&self) -> Vec<CallId> {
        let count = self.plan().map_or(0, |_| self.f.calls.len());
        (0..count as u32).map(CallId).collect()
    }

    /// Emits the fields of `Lens` for the calls: `c0: <C0 as rt::Shapes>::Lens, r0: <C0 as rt::Shapes>::ResultLens,`
    pub(super) fn call_lens_fields(&self) -> TokenStream {
        let each = self.calls().into_iter().map(|call| {
            let (c, r, callee) = (
                format_ident!("c{}", call.0),
                format_ident!("r{}", call.0),
                callee(call),
            );
            quote! {
                #c: <#callee as rt::Shapes>::Lens,
                #r: <#callee as rt::Shapes>::ResultLens,
            }
        });
        quote! { #(#each)* }
    }

    /// Emits, once the lengths of the parameters are known,
    ///
    /// ```text
    /// let c0 = <C0 as rt::Shapes>::lens((rt::Pass::pass(rt::TensorOfRank([d0, d1])), rt::Pass::pass(rt::Number(0.5)),))?;
    /// let r0 = <C0 as rt::Shapes>::results(&c0);
    /// let [d3, d4] = rt::Axes::<2>::axes(rt::Returned(r0.0));
    /// ```
    pub(super) fn call_lens(&self) -> (TokenStream, Vec<Ident>) {
        let rt = &self.paths.rt;
        let mut code = TokenStream::new();
        let mut names = Vec::new();
        for call in self.calls() {
            let (c, r, callee) = (
                format_ident!("c{}", call.0),
                format_ident!("r{}", call.0),
                callee(call),
            );
            let external = &self.resolved.externals[call.index()];
            let arguments = self.f.calls[call.index()].arguments.iter().enumerate();
            let arguments = arguments.map(|(at, p)| {
                let value = self.passed_lens(*p);
                let pass = located(quote! { #rt::Pass::pass(#value) }, external.arguments[at]);
                quote! { #pass, }
            });
            let arguments = tuple(quote! { #(#arguments)* }, external.path.span);
            let lens = quote! { <#callee as #rt::Shapes>::lens };
            let lens = located(lens, external.path.span);
            code.extend(quote! {
                let #c = #lens(#arguments)?;
                let #r = <#callee as #rt::Shapes>::results(&#c);
            });
            code.extend(self.returned_lens(call, &r));
            names.extend([c, r]);
        }
        (code, names)
    }

    /// The lengths of an argument.
    fn passed_lens(&self, p: Passed) -> TokenStream {
        let rt = &self.paths.rt;
        let len = |d: DimId| self.found_length(d);
        match p {
            Passed::Tensor(t) => match self.f.flat(t) {
                Some((call, result)) => {
                    let (r, result) = (
                        format_ident!("r{}", call.0),
                        Literal::usize_unsuffixed(result),
                    );
                    quote! { #rt::TensorOfRank(#r.#result) }
                }
                None if self.rank(t) == 0 => quote! { #rt::Scalar },
                None => {
                    let lens = self.f.tensor(t).axes.iter().map(|&d| len(d));
                    quote! { #rt::TensorOfRank([#(#lens),*]) }
                }
            },
            Passed::Whole(n) => {
                let n = Literal::i64_suffixed(n);
                quote! { #rt::Whole::<{ #n }> }
            }
            Passed::Real(_) | Passed::Given(_) => quote! { #rt::Number(0.0f64) },
            Passed::Length(d) => {
                let n = len(d);
                quote! { #rt::Length(#n) }
            }
        }
    }

    /// The dimensions of what a call returns.
    fn returned_lens(&self, of: CallId, r: &Ident) -> TokenStream {
        let (rt, spans) = (&self.paths.rt, &self.resolved.externals[of.index()].results);
        let mut code = TokenStream::new();
        for (result, &span) in spans.iter().enumerate() {
            let field = Literal::usize_unsuffixed(result);
            let mut axes: Vec<(usize, Ident)> = Vec::new();
            for d in (0..self.f.dims.len() as u32).map(DimId) {
                let name = format_ident!("d{}", d.0);
                match self.f.dim(d).length {
                    Length::Returned {
                        call,
                        result: at,
                        axis,
                    } if (call, at) == (of, result) => match axis {
                        Some(axis) => axes.push((axis, name)),
                        None => code.extend(quote! { let #name = #rt::count(&#r.#field); }),
                    },
                    _ => {}
                }
            }
            if axes.is_empty() {
                continue;
            }
            let rank = axes.iter().map(|(axis, _)| axis + 1).max().unwrap_or(0);
            let names = (0..rank).map(|axis| match axes.iter().find(|(a, _)| *a == axis) {
                Some((_, name)) => quote! { #name },
                None => quote! { _ },
            });
            let rank = Literal::usize_unsuffixed(rank);
            let lens = located(
                quote! { #rt::Axes::<#rank>::axes(#rt::Returned(#r.#field)) },
                span,
            );
            code.extend(quote! { let [#(#names),*] = #lens; });
        }
        code
    }

    /// The fields of a workspace for the calls: what the values save, or what each part needs on the way.
    pub(super) fn call_memory(&self, plan: &Plan, saved: bool) -> Vec<(Ident, TokenStream)> {
        let mut parts: BTreeSet<(CallId, Part)> = plan.calls(Phase::Forward);
        parts.extend(plan.calls(Phase::Backward));
        let each = parts.into_iter().filter_map(|(call, part)| {
            let callee = callee(call);
            if saved {
                let field = format_ident!("c{}", call.0);
                return (part == Part::Value)
                    .then(|| (field, quote! { <#callee as rt::Memory<T>>::Saved }));
            }
            let field = memory(call, part);
            let of = match part {
                Part::Value => "Value",
                Part::Tangent => "Tangent",
                Part::Pullback => "Pullback",
                Part::PullbackTangent => "PullbackTangent",
                Part::Jacobian => "Jacobian",
            };
            let of = format_ident!("{}", of);
            Some((field, quote! { <#callee as rt::Memory<T>>::#of }))
        });
        each.collect()
    }

    /// The element type of a tensor that a call defines and of which nothing is known.
    pub(super) fn returned_element(
        &self,
        plan: &Plan,
        tensor: crate::ir::TensorId,
    ) -> Option<TokenStream> {
        plan.function.flat(tensor)?;
        let steps = plan.forward.steps.iter();
        let (call, result) = steps.into_iter().find_map(|s| match s {
            crate::plan::Step::Call {
                call,
                part: Part::Value | Part::Tangent,
                outputs,
                ..
            } => {
                let (output, _) = outputs.iter().find(|(_, t)| *t == tensor)?;
                let results = plan.function.calls[call.index()].results;
                (*output < results).then_some((*call, *output))
            }
            _ => None,
        })?;
        let (callee, result) = (callee(call), Literal::usize_unsuffixed(result));
        Some(quote! { <#callee as rt::Returns<T, #result>>::Element })
    }
}
