//! What functions of other invocations call: a hidden type that implements the traits of the runtime.

use super::body::integer_type;
use super::signature::Items;
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
        match self.inline {
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
        let function = self.function();
        quote! {
            pub struct __Fn;
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
        let (rt, core) = (&self.paths.rt, &self.paths.core);
        let arguments = self.f.parameters.iter().map(|p| match *p {
            Parameter::Dim(_) => quote! { usize, },
            Parameter::Tensor(t) if self.is_integer_scalar(t) => quote! { #rt::Narrow, },
            Parameter::Tensor(t) if self.rank(t) == 0 => quote! { #rt::Scalar, },
            Parameter::Tensor(t) => {
                let rank = Literal::usize_unsuffixed(self.rank(t));
                quote! { #rt::Tensor<#rank>, }
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
            impl #rt::Shapes for __Fn {
                type ArgumentLens = (#(#arguments)*);
                type Lens = Lens;
                type ResultLens = (#([usize; #ranks],)*);
                fn lens(arguments: Self::ArgumentLens) -> #core::result::Result<Lens, #rt::Error> {
                    #(#narrow)*
                    __lengths(#(#passed)*)
                }
                fn results(lens: &Lens) -> Self::ResultLens { (#(#lens,)*) }
            }
        }
    }

    /// The memory of each part: of its body, and for what a caller does not give.
    fn memory(&self) -> TokenStream {
        let (rt, core) = (&self.paths.rt, &self.paths.core);
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
                quote! { #rt::Room<#routine::Workspace<T>, Spare<T>> }
            }
            false => quote! { #rt::Room<Workspace<T>, Spare<T>> },
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
            quote! { impl<T> #rt::Returns<T, #at> for __Fn { type Element = #element; } }
        });
        quote! {
            pub struct Spare<T> { #(#names: #rt::Buffer<#elements>,)* element: #core::marker::PhantomData<T> }

            impl<T> #core::default::Default for Spare<T> {
                fn default() -> Self {
                    Spare { #(#names: #core::default::Default::default(),)* element: #core::marker::PhantomData }
                }
            }

            impl<T> #rt::Memory<T> for __Fn {
                type Saved = Saved<T>;
                type Value = #rt::Room<Work<T>, Spare<T>>;
                type Pullback = #rt::Room<Work<T>, Spare<T>>;
                type Tangent = #tangent;
                type PullbackTangent = #second;
                type Jacobian = #jacobian;
            }

            #(#returns)*
        }
    }

    /// The element type and the generics of an implementation: `T` and `<T: rt::Float>`, or a type and none.
    fn implementation(&self, code: impl Fn(&TokenStream) -> TokenStream) -> TokenStream {
        let generics = self.generics(false);
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
        let (rt, core) = (&self.paths.rt, &self.paths.core);
        let arguments = self.parameter_members("a");
        let types = arguments.iter().map(|m| match m {
            None => quote! { usize, },
            Some(m) if self.rank(m.tensor) == 0 => {
                let element = &m.element;
                quote! { #element, }
            }
            Some(Member { element, rank, .. }) => quote! { #rt::Source<'a, #element, #rank>, },
        });
        let types: TokenStream = types.collect();
        let results = self.result_members("r");
        let sinks: TokenStream = results
            .iter()
            .map(|Member { element, rank, .. }| {
                quote! { #core::option::Option<#rt::Sink<'a, #element, #rank>>, }
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
                impl #generics #rt::Function<T> for __Fn {
                    type Arguments<'a> = (#types);
                    type Results<'a> = (#sinks);
                    fn value(
                        lens: &Lens,
                        save: bool,
                        saved: &mut Saved<T>,
                        memory: &mut #rt::Room<Work<T>, Spare<T>>,
                        arguments: Self::Arguments<'_>,
                        results: Self::Results<'_>,
                    ) -> #core::result::Result<(), #rt::Error> { #body }
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
        let rt = &self.paths.rt;
        let members = self.parameter_members("a").into_iter().flatten();
        members
            .map(|m| {
                let name = &m.name;
                match self.rank(m.tensor) {
                    0 => quote! { #rt::Source::scalar(&#name), },
                    _ => quote! { #name, },
                }
            })
            .collect()
    }

    /// `let (r0,) = results; let r0 = rt::output(r0, &mut memory.spare.r0, ("f", "Y"), [lens.d0])?;`
    fn outputs_of(&self, members: &[Member], tuple: &str) -> TokenStream {
        let (rt, function) = (&self.paths.rt, &self.f.name);
        let (names, tuple) = (members.iter().map(|m| &m.name), format_ident!("{}", tuple));
        let each = members.iter().map(|m| {
            let (name, tensor) = (&m.name, &self.f.tensor(m.tensor).name);
            let lens = self.lens(m.tensor, &quote! { lens });
            quote! { let #name = #rt::output(#name, &mut memory.spare.#name, (#function, #tensor), #lens)?; }
        });
        quote! { let (#(#names,)*) = #tuple; #(#each)* }
    }

    /// The derivatives in a tuple: what moves is given memory where it is absent, what is zero is filled.
    fn derivatives_of(&self, members: &[Option<Member>], tuple: &str, read: bool) -> TokenStream {
        let (rt, core, function) = (&self.paths.rt, &self.paths.core, &self.f.name);
        let names = members.iter().map(|m| match m {
            Some(m) if m.kind != Kind::Nothing => {
                let name = &m.name;
                quote! { #name, }
            }
            _ => quote! { _, },
        });
        let each = members.iter().flatten().map(|m| {
            let (name, tensor) = (&m.name, &self.f.tensor(m.tensor).name);
            let lens = self.lens(m.tensor, &quote! { lens });
            let take = if read { quote! { input } } else { quote! { output } };
            match (m.kind, read) {
                (Kind::Moving, _) if self.f.has_derivative() || read => quote! {
                    let #name = #rt::#take(#name, &mut memory.spare.#name, (#function, #tensor), #lens)?;
                },
                (Kind::Moving | Kind::Zero, false) => quote! {
                    if let #core::option::Option::Some(mut sink) = #name {
                        sink.fill(<T as #rt::Elementary>::from_f64(0.0f64));
                    }
                },
                _ => TokenStream::new(),
            }
        });
        let tuple = format_ident!("{}", tuple);
        quote! { let (#(#names)*) = #tuple; #(#each)* }
    }

    /// The type of a tuple of derivatives.
    fn derivative_types(&self, members: &[Option<Member>], read: bool) -> TokenStream {
        let (rt, core) = (&self.paths.rt, &self.paths.core);
        members
            .iter()
            .map(|m| match m {
                Some(Member {
                    rank,
                    kind: Kind::Moving,
                    ..
                }) if read => {
                    quote! { #core::option::Option<#rt::Source<'a, T, #rank>>, }
                }
                Some(Member {
                    rank,
                    kind: Kind::Moving | Kind::Zero,
                    ..
                }) if !read => {
                    quote! { #core::option::Option<#rt::Sink<'a, T, #rank>>, }
                }
                _ => quote! { #rt::Ignored, },
            })
            .collect()
    }

    fn differentiable_impl(&self) -> TokenStream {
        let (rt, core) = (&self.paths.rt, &self.paths.core);
        let result = quote! { #core::result::Result<(), #rt::Error> };
        let some = |members: Vec<Member>| members.into_iter().map(Some).collect::<Vec<_>>();
        let (r, t) = (self.result_members("r"), some(self.result_members("t")));
        let (c, u) = (
            some(self.result_members("c")),
            some(self.result_members("u")),
        );
        let (g, h) = (self.parameter_members("g"), self.parameter_members("h"));
        let d = self.parameter_members("d");
        let (cotangents, gradients, directions, tangents) = (
            self.derivative_types(&c, true),
            self.derivative_types(&g, false),
            self.derivative_types(&d, true),
            self.derivative_types(&t, false),
        );
        let (open, sources) = (self.open_arguments(), self.argument_list());
        let results = self.outputs_of(&r, "results");
        let [of_c, of_u] =
            [(&c, "cotangents"), (&u, "turns")].map(|(m, n)| self.derivatives_of(m, n, true));
        let of_d = self.derivatives_of(&d, "directions", true);
        let of_g = self.derivatives_of(&g, "gradients", false);
        let of_h = self.derivatives_of(&h, "tangents", false);
        let of_t = self.derivatives_of(&t, "tangents", false);
        let (r, t, c, u) = (names(&r), moving(&t), moving(&c), moving(&u));
        let (g, h, d) = (moving(&g), moving(&h), moving(&d));
        let (jacobians, of_j, j) = self.jacobians();
        let has = self.f.has_derivative();
        let run = |code: TokenStream| match has {
            true => code,
            false => quote! { #core::result::Result::Ok(()) },
        };
        let routine = |name: &str, arguments: TokenStream| {
            let name = format_ident!("{}", name);
            quote! {
                #name::forward(lens, false, &mut memory.work.saved, &mut memory.work.work, #arguments)
            }
        };
        let pullback =
            run(quote! { backward(lens, saved, &mut memory.work, #sources #c #g false) });
        let tangent = match has {
            true => routine("__jvp_body", quote! { #sources #d #r #t }),
            false => quote! {
                forward(lens, false, &mut memory.work.saved, &mut memory.work.work, #sources #r)
            },
        };
        let second = run(routine(
            "__pullback_tangent_body",
            quote! { #sources #c #d #u #g #h },
        ));
        let jacobian = run(routine("__jacobian_body", quote! { #sources #j }));
        let pullback = self.body(quote! { #open #of_c #of_g #pullback });
        let tangent = self.body(quote! { #open #of_d #results #of_t #tangent });
        let second = self.body(quote! { #open #of_c #of_d #of_u #of_g #of_h #second });
        let jacobian = self.body(quote! { #open #of_j #jacobian });
        self.implementation(|generics| {
            quote! {
                impl #generics #rt::Differentiable<T> for __Fn {
                    type Cotangents<'a> = (#cotangents);
                    type Gradients<'a> = (#gradients);
                    type Directions<'a> = (#directions);
                    type Tangents<'a> = (#tangents);
                    type Jacobians<'a> = (#jacobians);
                    fn pullback(
                        lens: &Lens,
                        saved: &Saved<T>,
                        memory: &mut <Self as #rt::Memory<T>>::Pullback,
                        arguments: <Self as #rt::Function<T>>::Arguments<'_>,
                        cotangents: Self::Cotangents<'_>,
                        gradients: Self::Gradients<'_>,
                    ) -> #result { #pullback }
                    fn tangent(
                        lens: &Lens,
                        memory: &mut <Self as #rt::Memory<T>>::Tangent,
                        arguments: <Self as #rt::Function<T>>::Arguments<'_>,
                        directions: Self::Directions<'_>,
                        results: <Self as #rt::Function<T>>::Results<'_>,
                        tangents: Self::Tangents<'_>,
                    ) -> #result { #tangent }
                    fn pullback_tangent(
                        lens: &Lens,
                        memory: &mut <Self as #rt::Memory<T>>::PullbackTangent,
                        arguments: <Self as #rt::Function<T>>::Arguments<'_>,
                        cotangents: Self::Cotangents<'_>,
                        directions: Self::Directions<'_>,
                        turns: Self::Cotangents<'_>,
                        gradients: Self::Gradients<'_>,
                        tangents: Self::Gradients<'_>,
                    ) -> #result { #second }
                    fn jacobian(
                        lens: &Lens,
                        memory: &mut <Self as #rt::Memory<T>>::Jacobian,
                        arguments: <Self as #rt::Function<T>>::Arguments<'_>,
                        jacobians: Self::Jacobians<'_>,
                    ) -> #result { #jacobian }
                }
            }
        })
    }

    /// The type of the Jacobians, what is done with those that a caller gives, and the list of those that are computed.
    fn jacobians(&self) -> (TokenStream, TokenStream, TokenStream) {
        let (rt, core, function) = (&self.paths.rt, &self.paths.core, &self.f.name);
        let (mut types, mut patterns) = (TokenStream::new(), TokenStream::new());
        let (mut code, mut list) = (TokenStream::new(), TokenStream::new());
        for y in self.result_members("j") {
            for x in self.parameter_members(&format!("{}_", y.name)) {
                let (Kind::Moving, Some(x)) = (y.kind, x) else {
                    types.extend(quote! { #rt::Ignored, });
                    patterns.extend(quote! { _, });
                    continue;
                };
                if x.kind == Kind::Nothing {
                    types.extend(quote! { #rt::Ignored, });
                    patterns.extend(quote! { _, });
                    continue;
                }
                let name = &x.name;
                types.extend(quote! { #core::option::Option<&'a mut #rt::Buffer<T>>, });
                patterns.extend(quote! { #name, });
                let axes = [
                    &self.f.tensor(y.tensor).axes[..],
                    &self.f.tensor(x.tensor).axes[..],
                ]
                .concat();
                let lens = axes.iter().map(|&d| self.len(d, &quote! { lens }));
                let tensor = &self.f.tensor(y.tensor).name;
                code.extend(quote! {
                    let mut #name = #rt::room(#name, &mut memory.spare.#name, (#function, #tensor), [#(#lens),*])?;
                });
                match x.kind {
                    Kind::Moving if self.f.has_derivative() => list.extend(quote! { #name, }),
                    _ => code
                        .extend(quote! { #name.fill(<T as #rt::Elementary>::from_f64(0.0f64)); }),
                }
            }
        }
        (types, quote! { let (#patterns) = jacobians; #code }, list)
    }
}

/// `r0, r1,`
fn names(members: &[Member]) -> TokenStream {
    let names = members.iter().map(|m| &m.name);
    quote! { #(#names,)* }
}

/// The names of those that move.
fn moving(members: &[Option<Member>]) -> TokenStream {
    let moving = members.iter().flatten().filter(|m| m.kind == Kind::Moving);
    let names = moving.map(|m| &m.name);
    quote! { #(#names,)* }
}
