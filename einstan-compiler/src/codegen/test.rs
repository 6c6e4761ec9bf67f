//! The test of a function's derivatives, for `#[einstan(test)]`.

use super::signature::{Items, Pass, ident, result};
use crate::ir::{DimId, Element, Length, Parameter, TensorId};
use crate::plan::Plans;
use crate::resolve::Test;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// Where arguments lie if the user says nothing: where logarithms and roots are smooth.
const RANGE: (f64, f64) = (0.5, 1.5);

impl Items<'_> {
    /// Emits, with `p` for the parameters that are differentiated by and `c` for the others,
    ///
    /// ```text
    /// #[cfg(test)]
    /// mod __test {
    ///     type Constants = (Array1<usize>, usize,);
    ///     fn draw(r: &mut testing::Draw) -> (Gradient<f64>, Constants) {
    ///         let p = Gradient { X: r.tensor(Dim([r.len(0), 3])), a: r.number() };
    ///         let c = (r.integers(Dim([r.len(0)])), r.len(1),);
    ///         Ok((p, c))
    ///     }
    ///     fn value(p: &Gradient<f64>, c: &Constants) -> Result<Array2<f64>, Error> {
    ///         let r0 = __imp::dense(&p.X, &c.0, p.a, c.1)?;
    ///         Ok(r0)
    ///     }
    ///     #[test]
    ///     fn derivatives() -> Result<(), testing::Failure> {
    ///         let (p, c) = testing::arguments("f", 2, (0.5, 1.5), draw, value)?;
    ///         testing::Check::new("f", |p| value(p, &c)).results(&["Y"])
    ///             .vjp(..).jvp(..).hvp(..).jacobian(..)
    ///             .at(&p).map(|_| ())
    ///     }
    /// }
    /// ```
    pub(super) fn test(&self) -> Option<TokenStream> {
        let options = self.resolved.options.test.as_ref()?;
        let plans = self.plans?;
        let imports = self.imports();
        let (draw, value) = (self.draw(), self.test_value());
        let function = &self.f.name;
        let lengths = Literal::usize_unsuffixed(self.named_lengths().len());
        let (from, to) = options.range.unwrap_or(RANGE);
        let names = self
            .cotangents()
            .into_iter()
            .map(|(at, _)| &self.resolved.results[at].text);
        let derivatives = self.test_derivatives(plans);
        let (settings, axes) = (test_settings(options), self.test_axes());
        Some(quote! {
            #[cfg(test)]
            #[no_implicit_prelude]
            #[allow(unused, clippy::all, clippy::pedantic, clippy::nursery)] // as for __imp
            mod __test {
                #imports
                use super::__imp::{self, Gradient};
                #axes
                #draw
                #value
                /// The derivatives agree with differences and with each other.
                #[core::prelude::v1::test]
                fn derivatives() -> Result<(), testing::Failure> {
                    let (__p, __c) = testing::arguments(#function, #lengths, (#from, #to), draw, value)?;
                    testing::Check::new(#function, |__p| value(__p, &__c))
                        .results(&[#(#names),*])
                        #derivatives
                        #settings
                        .at(&__p)
                        .map(|_| ())
                }
            }
        })
    }

    /// Emits the axes: `type A0 = <__imp::__Here as __imp::__Outside>::A0;` and `type n = rt::Dyn;`
    fn test_axes(&self) -> TokenStream {
        let (axes, places) = (self.axis_aliases(), self.axis_places());
        let parameters = self.type_parameters();
        quote! {
            #(type #axes = <__imp::__Here as __imp::__Outside>::#places;)*
            #(#[allow(non_camel_case_types)] type #parameters = rt::Dyn;)*
        }
    }

    /// The dimensions of the parameters whose lengths the caller chooses.
    fn named_lengths(&self) -> Vec<DimId> {
        let mut out = Vec::new();
        let of = |p: &Parameter| match *p {
            Parameter::Tensor(t) => self.f.tensor(t).axes.clone(),
            Parameter::Dim(d) => vec![d],
        };
        for dim in self.f.parameters.iter().flat_map(of) {
            let fixed = matches!(self.f.dim(dim).length, Length::Fixed(_));
            if !fixed && !out.contains(&dim) {
                out.push(dim);
            }
        }
        out
    }

    /// `__r.len(2)`, or the length that is fixed.
    fn drawn_length(&self, dim: DimId) -> TokenStream {
        match self.f.dim(dim).length {
            Length::Fixed(_) => self.len(dim, &TokenStream::new()),
            _ => {
                let named = self.named_lengths();
                let at = named.iter().position(|&d| d == dim).unwrap_or_default();
                let at = Literal::usize_unsuffixed(at);
                let length = quote! { __r.len(#at) };
                match self.f.dim(dim).axis {
                    true => {
                        let axis = self.axis_of(dim);
                        quote! { rt::length::<#axis>(#length) }
                    }
                    false => length,
                }
            }
        }
    }

    /// A tensor or a scalar at random.
    fn drawn(&self, tensor: TensorId) -> TokenStream {
        let t = self.f.tensor(tensor);
        let lens = t.axes.iter().map(|&d| self.drawn_length(d));
        let integer = t.element != Element::Float;
        let draw = match (self.rank(tensor), integer) {
            (0, false) => return quote! { __r.number() },
            (0, true) => return quote! { __r.integer() },
            (_, false) => format_ident!("tensor"),
            (_, true) => format_ident!("integers"),
        };
        let shape = match self.rank(tensor) {
            1..=6 => quote! { nd::Dim([#(#lens),*]) },
            _ => quote! { nd::IxDyn(&[#(#lens),*]) },
        };
        self.wrapped(
            self.rank(tensor),
            quote! { { let __shape = #shape; __r.#draw(__shape) } },
        )
    }

    /// The parameters that are not differentiated by, with their places.
    fn constants(&self) -> Vec<(usize, Parameter)> {
        let moving = self.differentiable();
        let moves = |at: usize| moving.iter().any(|(m, _)| *m == at);
        let all = self.f.parameters.iter().copied().enumerate();
        all.filter(|(at, _)| !moves(*at)).collect()
    }

    fn draw(&self) -> TokenStream {
        let float = self.test_float();
        let fields = self.differentiable().into_iter().map(|(at, t)| {
            let (field, drawn) = (ident(&self.resolved.parameters[at]), self.drawn(t));
            quote! { #field: #drawn, }
        });
        let (mut types, mut constants) = (TokenStream::new(), TokenStream::new());
        for (_, p) in self.constants() {
            let (ty, drawn) = match p {
                Parameter::Tensor(t) => (self.type_of(t, Pass::Owned, &float), self.drawn(t)),
                Parameter::Dim(d) => (quote! { usize }, self.drawn_length(d)),
            };
            types.extend(quote! { #ty, });
            constants.extend(quote! { #drawn, });
        }
        let gradient = self.structure("Gradient", &float);
        quote! {
            type Constants = (#types);
            fn draw(__r: &mut testing::Draw) -> (#gradient, Constants) {
                (Gradient { #(#fields)* }, (#constants))
            }
        }
    }

    fn test_value(&self) -> TokenStream {
        let (float, arguments) = (self.test_float(), self.test_arguments());
        let moving = self.cotangents();
        let types = moving
            .iter()
            .map(|(_, t)| self.type_of(*t, Pass::Owned, &float));
        let output = self.result_of(self.tuple(types));
        let (all, value) = (self.result_names(), self.test_results());
        let gradient = self.structure("Gradient", &float);
        let call = self.call_name();
        quote! {
            fn value(__p: &#gradient, __c: &Constants) -> #output {
                let #all = __imp::#call(#arguments)?;
                Result::Ok(#value)
            }
        }
    }

    /// `.vjp(..).jvp(..).hvp(..).jacobian(..)`, those that there are.
    fn test_derivatives(&self, plans: &Plans) -> TokenStream {
        let ok = quote! { Result::Ok };
        let (arguments, all, value) = (
            self.test_arguments(),
            self.result_names(),
            self.test_results(),
        );
        let moving = self.cotangents();
        let seed = |at: usize| match self.resolved.tuple {
            true => {
                let at = Literal::usize_unsuffixed(at);
                quote! { __y.#at }
            }
            false => quote! { *__y },
        };
        let seeds = moving.iter().enumerate().map(|(at, (_, t))| {
            let seed = seed(at);
            match self.rank(*t) {
                0 => seed,
                _ => quote! { &#seed },
            }
        });
        let blocks = moving.iter().flat_map(|&(y, of)| {
            let y = ident(&self.resolved.results[y]);
            self.differentiable().into_iter().map(move |(x, by)| {
                let x = ident(&self.resolved.parameters[x]);
                match self.rank(of) + self.rank(by) {
                    0 => quote! { nd::arr0(__j.#y.#x).into_dyn(), },
                    _ if self.carries_axes(of, by) => quote! { __j.#y.#x.into_inner().into_dyn(), },
                    _ => quote! { __j.#y.#x.into_dyn(), },
                }
            })
        });
        let hvp = plans.hvp.as_ref().map(|_| {
            quote! { .hvp(|__p| __imp::__grad(#arguments), |__p, __v| __imp::__hvp(#arguments __v)) }
        });
        let jvp = plans.jvp.as_ref().map(|_| {
            quote! {
                .jvp(|__p, __v| {
                    let (#all, __tangent) = __imp::__jvp(#arguments __v)?;
                    #ok((#value, __tangent))
                })
            }
        });
        let jacobian = plans.jacobian.as_ref().map(|_| {
            quote! {
                .jacobian(|__p| {
                    let __j = __imp::__jacobian(#arguments)?;
                    #ok([#(#blocks)*])
                })
            }
        });
        quote! {
            .vjp(|__p, __y| {
                let (#all, __pullback) = __imp::__vjp(#arguments)?;
                #ok((#value, __pullback.call(#(#seeds),*)?))
            })
            #jvp #hvp #jacobian
        }
    }

    /// `&__p.X, &__c.0, __p.a, __c.1,`
    fn test_arguments(&self) -> TokenStream {
        let constants = self.constants();
        let each = self.f.parameters.iter().enumerate().map(|(at, p)| {
            let place = match constants.iter().position(|(c, _)| *c == at) {
                Some(field) => {
                    let field = Literal::usize_unsuffixed(field);
                    quote! { __c.#field }
                }
                None => {
                    let field = ident(&self.resolved.parameters[at]);
                    quote! { __p.#field }
                }
            };
            match *p {
                Parameter::Tensor(t) if self.rank(t) > 0 => quote! { &#place, },
                _ => quote! { #place, },
            }
        });
        quote! { #(#each)* }
    }

    /// `r0`, or `(r0, r1,)`
    fn result_names(&self) -> TokenStream {
        self.result_tuple(|at, _| {
            let name = result(at);
            quote! { #name }
        })
    }

    /// The results that have derivatives, of all.
    fn test_results(&self) -> TokenStream {
        let names = self.cotangents().into_iter().map(|(at, _)| {
            let name = result(at);
            quote! { #name }
        });
        self.tuple(names)
    }

    /// What stands for results: one, or a tuple where the function returns one.
    fn tuple(&self, each: impl Iterator<Item = TokenStream>) -> TokenStream {
        if self.resolved.tuple {
            quote! { (#(#each,)*) }
        } else {
            quote! { #(#each)* }
        }
    }

    /// `f64`, where the signature does not fix another type.
    fn test_float(&self) -> TokenStream {
        match self.fixed() {
            Some(_) => self.float(),
            None => quote! { f64 },
        }
    }
}

fn test_settings(options: &Test) -> TokenStream {
    let tolerance = options.tolerance.map(|t| quote! { .tolerance(#t) });
    quote! { #tolerance }
}
