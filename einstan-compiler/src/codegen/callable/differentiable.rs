//! The derivatives of the hidden type: the trait `Differentiable`, over the bodies that are there already.

use super::{Items, Kind, Member, names};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Items<'_> {
    /// The derivatives in a tuple: what moves is given memory where it is absent, what is zero is filled.
    fn derivatives_of(&self, members: &[Option<Member>], tuple: &str, read: bool) -> TokenStream {
        let function = &self.f.name;
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
                    let #name = rt::#take(#name, &mut memory.spare.#name, (#function, #tensor), #lens)?;
                },
                (Kind::Moving | Kind::Zero, false) => quote! {
                    if let core::option::Option::Some(mut sink) = #name {
                        sink.fill(<T as Elementary>::from_f64(0.0f64));
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
        members
            .iter()
            .map(|m| match m {
                Some(Member {
                    rank,
                    kind: Kind::Moving,
                    ..
                }) if read => {
                    quote! { core::option::Option<rt::Source<'a, T, #rank>>, }
                }
                Some(Member {
                    rank,
                    kind: Kind::Moving | Kind::Zero,
                    ..
                }) if !read => {
                    quote! { core::option::Option<rt::Sink<'a, T, #rank>>, }
                }
                _ => quote! { rt::Ignored, },
            })
            .collect()
    }

    pub(super) fn differentiable_impl(&self) -> TokenStream {
        let result = quote! { Result<(), rt::Error> };
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
            false => quote! { Result::Ok(()) },
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
                impl #generics rt::Differentiable<T> for __Fn {
                    type Cotangents<'a> = (#cotangents);
                    type Gradients<'a> = (#gradients);
                    type Directions<'a> = (#directions);
                    type Tangents<'a> = (#tangents);
                    type Jacobians<'a> = (#jacobians);
                    fn pullback(
                        lens: &Lens,
                        saved: &Saved<T>,
                        memory: &mut <Self as rt::Memory<T>>::Pullback,
                        arguments: <Self as rt::Function<T>>::Arguments<'_>,
                        cotangents: Self::Cotangents<'_>,
                        gradients: Self::Gradients<'_>,
                    ) -> #result { #pullback }
                    fn tangent(
                        lens: &Lens,
                        memory: &mut <Self as rt::Memory<T>>::Tangent,
                        arguments: <Self as rt::Function<T>>::Arguments<'_>,
                        directions: Self::Directions<'_>,
                        results: <Self as rt::Function<T>>::Results<'_>,
                        tangents: Self::Tangents<'_>,
                    ) -> #result { #tangent }
                    fn pullback_tangent(
                        lens: &Lens,
                        memory: &mut <Self as rt::Memory<T>>::PullbackTangent,
                        arguments: <Self as rt::Function<T>>::Arguments<'_>,
                        cotangents: Self::Cotangents<'_>,
                        directions: Self::Directions<'_>,
                        turns: Self::Cotangents<'_>,
                        gradients: Self::Gradients<'_>,
                        tangents: Self::Gradients<'_>,
                    ) -> #result { #second }
                    fn jacobian(
                        lens: &Lens,
                        memory: &mut <Self as rt::Memory<T>>::Jacobian,
                        arguments: <Self as rt::Function<T>>::Arguments<'_>,
                        jacobians: Self::Jacobians<'_>,
                    ) -> #result { #jacobian }
                }
            }
        })
    }

    /// The type of the Jacobians, what is done with those that a caller gives, and the list of those that are computed.
    fn jacobians(&self) -> (TokenStream, TokenStream, TokenStream) {
        let function = &self.f.name;
        let (mut types, mut patterns) = (TokenStream::new(), TokenStream::new());
        let (mut code, mut list) = (TokenStream::new(), TokenStream::new());
        for y in self.result_members("j") {
            for x in self.parameter_members(&format!("{}_", y.name)) {
                let (Kind::Moving, Some(x)) = (y.kind, x) else {
                    types.extend(quote! { rt::Ignored, });
                    patterns.extend(quote! { _, });
                    continue;
                };
                if x.kind == Kind::Nothing {
                    types.extend(quote! { rt::Ignored, });
                    patterns.extend(quote! { _, });
                    continue;
                }
                let name = &x.name;
                types.extend(quote! { core::option::Option<&'a mut rt::Buffer<T>>, });
                patterns.extend(quote! { #name, });
                let axes = [
                    &self.f.tensor(y.tensor).axes[..],
                    &self.f.tensor(x.tensor).axes[..],
                ]
                .concat();
                let lens = axes.iter().map(|&d| self.len(d, &quote! { lens }));
                let tensor = &self.f.tensor(y.tensor).name;
                code.extend(quote! {
                    let mut #name = rt::room(#name, &mut memory.spare.#name, (#function, #tensor), [#(#lens),*])?;
                });
                match x.kind {
                    Kind::Moving if self.f.has_derivative() => list.extend(quote! { #name, }),
                    _ => code.extend(quote! { #name.fill(<T as Elementary>::from_f64(0.0f64)); }),
                }
            }
        }
        (types, quote! { let (#patterns) = jacobians; #code }, list)
    }
}

/// The names of those that move.
fn moving(members: &[Option<Member>]) -> TokenStream {
    let moving = members.iter().flatten().filter(|m| m.kind == Kind::Moving);
    let names = moving.map(|m| &m.name);
    quote! { #(#names,)* }
}
