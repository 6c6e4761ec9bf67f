//! Calls of functions of other invocations.

use super::tokens::numbered;
use super::{Body, Use, sink, source};
use crate::codegen::external::{callee, located, memory, tuple};
use crate::codegen::outside;
use crate::ir::{CallId, Part, Passed, TensorId};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};

impl Body<'_> {
    /// Emits, for a value,
    ///
    /// ```text
    /// {
    ///     let s2 = saved.b2.source([lens.d0]);
    ///     let mut w3 = saved.b3.sink([lens.d0, lens.d5]);
    ///     <C0 as rt::Function<T>>::value(&lens.c0, save, &mut saved.c0, &mut work.c0_value,
    ///         (rt::Pass::pass(rt::Given(s2)), rt::Pass::pass(rt::Number(0.5)),),
    ///         (rt::Pass::pass(rt::Given(w3)), rt::Pass::pass(rt::Absent),))?;
    /// }
    /// ```
    pub(super) fn call(
        &self,
        call: CallId,
        part: Part,
        inputs: &[Option<TensorId>],
        outputs: &[(usize, TensorId)],
    ) -> TokenStream {
        let c = &self.f.calls[call.index()];
        let mut read: Vec<TensorId> = inputs.iter().copied().flatten().collect();
        read.sort();
        read.dedup();
        let binds = read.into_iter().map(|t| self.bind_whole(t, Use::Read));
        let written = outputs.iter().map(|&(_, t)| match part {
            Part::Jacobian => TokenStream::new(),
            _ => self.bind_whole(t, Use::Write),
        });
        let mut lists = Vec::new();
        let mut rest = inputs;
        for (at, count) in part
            .inputs(c.arguments.len(), c.results)
            .into_iter()
            .enumerate()
        {
            let (list, others) = rest.split_at(count);
            rest = others;
            lists.push(match at {
                0 => self.arguments(call, list),
                _ => self.list(self.span(call), list.iter().map(|t| t.map(read_of))),
            });
        }
        let mut first = 0;
        for count in part.outputs(c.arguments.len(), c.results) {
            let given = (first..first + count).map(|output| {
                let (_, t) = outputs.iter().find(|(o, _)| *o == output)?;
                Some(match part {
                    Part::Jacobian => self.room_of(*t),
                    _ => written_of(*t),
                })
            });
            lists.push(self.list(self.span(call), given));
            first += count;
        }
        let (callee, lens) = (callee(call), numbered('c', call.0));
        let kept = numbered('c', call.0);
        let own = memory(call, part);
        let (of, method, memory) = match part {
            Part::Value => (format_ident!("Function"), format_ident!("value"), {
                let save = self.saves(call);
                quote! { #save, &mut saved.#kept, &mut work.#own }
            }),
            Part::Pullback => (
                format_ident!("Differentiable"),
                format_ident!("pullback"),
                quote! { &saved.#kept, &mut work.#own },
            ),
            Part::Tangent => (
                format_ident!("Differentiable"),
                format_ident!("tangent"),
                quote! { &mut work.#own },
            ),
            Part::PullbackTangent => (
                format_ident!("Differentiable"),
                format_ident!("pullback_tangent"),
                quote! { &mut work.#own },
            ),
            Part::Jacobian => (
                format_ident!("Differentiable"),
                format_ident!("jacobian"),
                quote! { &mut work.#own },
            ),
        };
        let rt = &self.paths.rt;
        let function = quote! { <#callee as #rt::#of<T>>::#method };
        let function = located(function, self.span(call));
        quote! { {
            #(#binds)*
            #(#written)*
            #function(&lens.#lens, #memory, #(#lists),*)?;
        } }
    }

    /// Whether the value of a call keeps what its pullback reads: as the caller asks, and where the pullback is a step of
    /// the same body.
    fn saves(&self, call: CallId) -> TokenStream {
        match self
            .plan
            .calls(self.phase)
            .contains(&(call, Part::Pullback))
        {
            true => quote! { true },
            false => quote! { save },
        }
    }

    /// A tensor with the axes that the function sees.
    fn bind_whole(&self, tensor: TensorId, usage: Use) -> TokenStream {
        let (Some((call, result)), Some(b)) = (self.f.flat(tensor), self.buffers.get(&tensor))
        else {
            return self.bind(tensor, usage);
        };
        let (shapes, result) = (numbered('r', call.0), Literal::usize_unsuffixed(result));
        let (field, memory) = (
            format_ident!("{}", b.field),
            if b.saved {
                quote! { saved }
            } else {
                quote! { work }
            },
        );
        let (s, w) = (source(tensor), sink(tensor));
        match usage {
            Use::Read => quote! { let #s = #memory.#field.source(lens.#shapes.#result); },
            Use::Write => quote! { let mut #w = #memory.#field.sink(lens.#shapes.#result); },
        }
    }

    /// The arguments: sources of tensors, values of scalars, numbers, lengths.
    fn arguments(&self, call: CallId, inputs: &[Option<TensorId>]) -> TokenStream {
        let rt = &self.paths.rt;
        let each = inputs.iter().enumerate().map(|(at, &tensor)| {
            let value = match tensor {
                Some(t) if self.f.tensor(t).axes.is_empty() => {
                    let s = source(t);
                    quote! { #rt::Given(#s.at([])) }
                }
                Some(t) => {
                    let s = source(t);
                    quote! { #rt::Given(#s) }
                }
                None => self.constant(self.f.calls[call.index()].arguments[at]),
            };
            let pass = quote! { #rt::Pass::pass(#value) };
            let pass = located(pass, self.argument_span(call, at));
            quote! { #pass, }
        });
        tuple(quote! { #(#each)* }, self.span(call))
    }

    fn constant(&self, p: Passed) -> TokenStream {
        let rt = &self.paths.rt;
        match p {
            Passed::Whole(n) => {
                let n = Literal::i64_suffixed(n);
                quote! { #rt::Whole::<{ #n }> }
            }
            Passed::Real(r) => {
                let r = self.double(r.value());
                quote! { #rt::Number(#r) }
            }
            Passed::Given(g) => {
                let given = outside::given(g);
                quote! { #rt::Number(lens.#given) }
            }
            Passed::Length(d) => {
                let n = self.len(d);
                quote! { #rt::Length(#n) }
            }
            Passed::Tensor(_) => unreachable!("a tensor is an input"),
        }
    }

    /// `(rt::Pass::pass(rt::Given(s3)), rt::Pass::pass(rt::Absent),)`
    fn list(&self, at: Span, each: impl Iterator<Item = Option<TokenStream>>) -> TokenStream {
        let rt = &self.paths.rt;
        let each = each.map(|value| match value {
            Some(value) => quote! { #rt::Pass::pass(#rt::Given(#value)), },
            None => quote! { #rt::Pass::pass(#rt::Absent), },
        });
        located(quote! { (#(#each)*) }, at)
    }

    /// `&mut work.b9`
    fn room_of(&self, tensor: TensorId) -> TokenStream {
        let Some(b) = self.buffers.get(&tensor) else {
            unreachable!("the Jacobian of a call stands in memory of its own");
        };
        let field = format_ident!("{}", b.field);
        match b.saved {
            true => quote! { &mut saved.#field },
            false => quote! { &mut work.#field },
        }
    }

    fn span(&self, call: CallId) -> Span {
        let external = self.paths.externals.get(call.index());
        external.map_or_else(Span::call_site, |e| e.path.span)
    }

    fn argument_span(&self, call: CallId, at: usize) -> Span {
        let external = self.paths.externals.get(call.index());
        let span = external.and_then(|e| e.arguments.get(at).copied());
        span.unwrap_or_else(Span::call_site)
    }
}

fn read_of(tensor: TensorId) -> TokenStream {
    let s = source(tensor);
    quote! { #s }
}

fn written_of(tensor: TensorId) -> TokenStream {
    let w = sink(tensor);
    quote! { #w }
}
