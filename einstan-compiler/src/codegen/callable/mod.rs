//! What functions of other invocations call: a hidden type that implements the traits of the runtime.

mod axes;
mod differentiable;

use crate::codegen::body::integer_type;
use crate::codegen::signature::Items;
use crate::ir::{Element, Parameter, TensorId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// A member of one of the tuples that a call passes.
struct Member {
    /// In the tuple, and of the memory that stands in for it.
    name: Ident,
    tensor: TensorId,
    element: TokenStream,
    rank: Literal,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A derivative that exists.
    Moving,
    /// The derivative of or by what is held constant: zero.
    Zero,
    /// Of integers and lengths there is none.
    Nothing,
}

/// What the hidden type of a function is called: where a call has other numbers, rustc finds no such name, says so at the
/// user's path with the one that there is, and looks no further.
pub(super) fn callable_name(arguments: usize, results: usize) -> Ident {
    let count = |n: usize, what: &str| match n {
        1 => format!("1_{what}"),
        n => format!("{n}_{what}s"),
    };
    let (takes, gives) = (count(arguments, "argument"), count(results, "result"));
    format_ident!("takes_{takes}_for_{gives}")
}

impl Items<'_> {
    /// `#[doc(hidden)] pub use super::__imp::__Fn;`
    pub(super) fn callable_export(&self) -> TokenStream {
        match self.inline || !self.f.updates.is_empty() {
            true => TokenStream::new(),
            false => {
                let name = callable_name(self.f.parameters.len(), self.f.results.len());
                quote! { #[doc(hidden)] pub use super::__imp::__Fn as #name; }
            }
        }
    }

    /// Emits `__Fn` with its traits, `Shapes`, `Memory`, `Returns`, `Function` and `Differentiable`, over the bodies that are
    /// there already, and `Spare`: memory for what a caller does not give.
    pub(super) fn callable(&self) -> TokenStream {
        let (shapes, memory) = (self.shapes(), self.memory());
        let differentiable = match self.derivatives_are_known() {
            true => self.differentiable_impl(),
            false => TokenStream::new(),
        };
        let (function, signature) = (self.function(), self.signature());
        quote! {
            pub struct __Fn;
            #signature
            #shapes
            #memory
            #function
            #differentiable
        }
    }

    /// Whether a caller can be differentiated: nothing has a derivative, or every foreign function has its rule.
    fn derivatives_are_known(&self) -> bool {
        let by: Vec<TensorId> = self.f.differentiable().collect();
        self.f.without_rule(&self.f.results, &by, 2).is_none()
    }

    /// One member for each result, named `r0`, `r1`..
    fn result_members(&self, prefix: &str) -> Vec<Member> {
        let each = self.f.results.iter().enumerate();
        each.map(|(at, &t)| {
            let kind = match self.f.tensor(t).element {
                Element::Float => Kind::Moving,
                Element::Integer(_) => Kind::Nothing,
            };
            self.member(format_ident!("{}{}", prefix, at), t, kind)
        })
        .collect()
    }

    /// One member for each parameter, None for a length.
    fn parameter_members(&self, prefix: &str) -> Vec<Option<Member>> {
        let moving: Vec<TensorId> = self.f.differentiable().collect();
        let each = self.f.parameters.iter().enumerate();
        each.map(|(at, p)| {
            let Parameter::Tensor(t) = *p else {
                return None;
            };
            let kind = match self.f.tensor(t).element {
                Element::Float if moving.contains(&t) => Kind::Moving,
                Element::Float => Kind::Zero,
                Element::Integer(_) => Kind::Nothing,
            };
            Some(self.member(format_ident!("{}{}", prefix, at), t, kind))
        })
        .collect()
    }

    fn member(&self, name: Ident, tensor: TensorId, kind: Kind) -> Member {
        let element = match self.f.tensor(tensor).element {
            Element::Float => quote! { T },
            Element::Integer(t) => integer_type(t),
        };
        Member {
            name,
            tensor,
            element,
            rank: Literal::usize_unsuffixed(self.rank(tensor)),
            kind,
        }
    }

    fn is_integer_scalar(&self, t: TensorId) -> bool {
        self.rank(t) == 0 && matches!(self.f.tensor(t).element, Element::Integer(_))
    }

    fn shapes(&self) -> TokenStream {
        let arguments = self.f.parameters.iter().map(|p| match *p {
            Parameter::Dim(_) => quote! { usize, },
            Parameter::Tensor(t) if self.is_integer_scalar(t) => quote! { rt::Narrow, },
            Parameter::Tensor(t) if self.rank(t) == 0 => quote! { rt::Scalar, },
            Parameter::Tensor(t) => {
                let rank = Literal::usize_unsuffixed(self.rank(t));
                quote! { rt::TensorOfRank<#rank>, }
            }
        });
        let passed = self.f.parameters.iter().enumerate().map(|(at, p)| {
            let at = Literal::usize_unsuffixed(at);
            match *p {
                Parameter::Dim(_) => quote! { arguments.#at, },
                Parameter::Tensor(t) if self.rank(t) == 0 => quote! { &[], },
                Parameter::Tensor(_) => quote! { &arguments.#at.0, },
            }
        });
        let narrow = self.f.parameters.iter().enumerate().filter_map(|(at, p)| {
            let Parameter::Tensor(t) = *p else {
                return None;
            };
            let Element::Integer(integer) = self.f.tensor(t).element else {
                return None;
            };
            let (function, parameter) = (&self.f.name, &self.f.tensor(t).name);
            let (at, word, ty) = (
                Literal::usize_unsuffixed(at),
                integer.word(),
                integer_type(integer),
            );
            self.is_integer_scalar(t)
                .then(|| quote! { arguments.#at.check::<#ty>(#function, #parameter, #word)?; })
        });
        let ranks = self
            .f
            .results
            .iter()
            .map(|&t| Literal::usize_unsuffixed(self.rank(t)));
        let lens = self
            .f
            .results
            .iter()
            .map(|&t| self.lens(t, &quote! { lens }));
        quote! {
            impl rt::Shapes for __Fn {
                type ArgumentLens = (#(#arguments)*);
                type Lens = Lens;
                type ResultLens = (#([usize; #ranks],)*);
                fn lens(arguments: Self::ArgumentLens) -> Result<Lens, rt::Error> {
                    #(#narrow)*
                    __lengths(#(#passed)*)
                }
                fn results(lens: &Lens) -> Self::ResultLens { (#(#lens,)*) }
            }
        }
    }

    /// The memory of each part: of its body, and for what a caller does not give.
    fn memory(&self) -> TokenStream {
        let mut fields: Vec<(Ident, TokenStream)> = Vec::new();
        for prefix in ["r", "t", "c", "u"] {
            let members = self.result_members(prefix).into_iter();
            fields.extend(members.map(|m| {
                let value = prefix == "r";
                let element = if value {
                    m.element
                } else {
                    quote! { T }
                };
                (m.name, element)
            }));
        }
        for prefix in ["g", "h", "d"] {
            let members = self.parameter_members(prefix).into_iter().flatten();
            fields.extend(members.map(|m| (m.name, quote! { T })));
        }
        for y in self.result_members("j") {
            let members = self
                .parameter_members(&format!("{}_", y.name))
                .into_iter()
                .flatten();
            fields.extend(members.map(|m| (m.name, quote! { T })));
        }
        let (names, elements): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let of = |routine: &str, exists: bool| match exists {
            true => {
                let routine = format_ident!("{}", routine);
                quote! { rt::Room<#routine::Workspace<T>, Spare<T>> }
            }
            false => {
                let workspace = self.structure_of_any("Workspace", &quote! { T });
                quote! { rt::Room<#workspace, Spare<T>> }
            }
        };
        let moving = self.f.has_second_derivative() && self.plan().is_some();
        let (tangent, second, jacobian) = (
            of("__jvp_body", moving),
            of("__pullback_tangent_body", moving),
            of("__jacobian_body", moving),
        );
        let returns = self.f.results.iter().enumerate().map(|(at, &t)| {
            let (at, element) = (
                Literal::usize_unsuffixed(at),
                self.member(format_ident!("r"), t, Kind::Moving).element,
            );
            quote! { impl<T> rt::Returns<T, #at> for __Fn { type Element = #element; } }
        });
        quote! {
            pub struct Spare<T> { #(#names: rt::Buffer<#elements>,)* element: core::marker::PhantomData<T> }

            impl<T> Default for Spare<T> {
                fn default() -> Self {
                    Spare { #(#names: Default::default(),)* element: core::marker::PhantomData }
                }
            }

            impl<T> rt::Memory<T> for __Fn {
                type Saved = Saved<T>;
                type Value = rt::Room<Work<T>, Spare<T>>;
                type Pullback = rt::Room<Work<T>, Spare<T>>;
                type Tangent = #tangent;
                type PullbackTangent = #second;
                type Jacobian = #jacobian;
            }

            #(#returns)*
        }
    }

    /// The element type and the generics of an implementation: `T` and `<T: rt::Float>`, or a type and none.
    fn implementation(&self, code: impl Fn(&TokenStream) -> TokenStream) -> TokenStream {
        let generics = self.float_generics(false);
        let float = self.float();
        let code = code(&generics);
        match self.fixed() {
            None => code,
            // What is written for `T` holds for that type alone.
            Some(_) => quote! {
                const _: () = {
                    type T = #float;
                    #code
                };
            },
        }
    }

    fn function(&self) -> TokenStream {
        let arguments = self.parameter_members("a");
        let types = arguments.iter().map(|m| match m {
            None => quote! { usize, },
            Some(m) if self.rank(m.tensor) == 0 => {
                let element = &m.element;
                quote! { #element, }
            }
            Some(Member { element, rank, .. }) => quote! { rt::Source<'a, #element, #rank>, },
        });
        let types: TokenStream = types.collect();
        let results = self.result_members("r");
        let sinks: TokenStream = results
            .iter()
            .map(|Member { element, rank, .. }| {
                quote! { core::option::Option<rt::Sink<'a, #element, #rank>>, }
            })
            .collect();
        let (open, sources) = (self.open_arguments(), self.argument_list());
        let (given, written) = (self.outputs_of(&results, "results"), names(&results));
        let body = self.body(quote! {
            #open
            #given
            forward(lens, save, saved, &mut memory.work, #sources #written)
        });
        self.implementation(|generics| {
            quote! {
                impl #generics rt::Function<T> for __Fn {
                    type Arguments<'a> = (#types);
                    type Results<'a> = (#sinks);
                    fn value(
                        lens: &Lens,
                        save: bool,
                        saved: &mut Saved<T>,
                        memory: &mut rt::Room<Work<T>, Spare<T>>,
                        arguments: Self::Arguments<'_>,
                        results: Self::Results<'_>,
                    ) -> Result<(), rt::Error> { #body }
                }
            }
        })
    }

    /// `let (a0, a1,) = arguments;`
    fn open_arguments(&self) -> TokenStream {
        let names = (0..self.f.parameters.len()).map(|at| format_ident!("a{}", at));
        quote! { let (#(#names,)*) = arguments; }
    }

    /// `a0, rt::Source::scalar(&a1),`
    fn argument_list(&self) -> TokenStream {
        let members = self.parameter_members("a").into_iter().flatten();
        members
            .map(|m| {
                let name = &m.name;
                match self.rank(m.tensor) {
                    0 => quote! { rt::Source::scalar(&#name), },
                    _ => quote! { #name, },
                }
            })
            .collect()
    }

    /// `let (r0,) = results; let r0 = rt::output(r0, &mut memory.spare.r0, ("f", "Y"), [lens.d0])?;`
    fn outputs_of(&self, members: &[Member], tuple: &str) -> TokenStream {
        let function = &self.f.name;
        let (names, tuple) = (members.iter().map(|m| &m.name), format_ident!("{}", tuple));
        let each = members.iter().map(|m| {
            let (name, tensor) = (&m.name, &self.f.tensor(m.tensor).name);
            let lens = self.lens(m.tensor, &quote! { lens });
            quote! { let #name = rt::output(#name, &mut memory.spare.#name, (#function, #tensor), #lens)?; }
        });
        quote! { let (#(#names,)*) = #tuple; #(#each)* }
    }
}

/// `r0, r1,`
fn names(members: &[Member]) -> TokenStream {
    let names = members.iter().map(|m| &m.name);
    quote! { #(#names,)* }
}
