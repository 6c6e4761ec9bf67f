//! The pullback: what a forward pass leaves for the backward pass.

use super::signature::{Items, Pass, argument};
use crate::ir::Parameter;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Items<'_> {
    /// Emits `Pullback` and its methods, and the function that runs a backward pass:
    ///
    /// ```text
    /// pub struct Pullback<'a, T> { a0: CowArray<'a, T, Ix2>, .., lens: Lens, memory: Memory<'a, T> }
    /// enum Memory<'a, T> { Owned(Workspace<T>), Kept(&'a mut Workspace<T>) }
    /// impl Pullback<'a, T> { call, call_into, accumulate, into_owned }
    /// ```
    pub(super) fn pullback(&self) -> TokenStream {
        let float = self.float();
        let fixed = self.fixed().is_some();
        let bounds = self.bounds("Pullback");
        let impl_generics = match fixed {
            true => quote! { <'a #bounds> },
            false => quote! { <'a, T: rt::Float #bounds> },
        };
        let of =
            |life: TokenStream, element: &TokenStream| self.borrowing("Pullback", life, element);
        let (own, element) = (of(quote! { 'a }, &float), quote! { T });
        let (any, kept) = (of(quote! { 'a }, &element), of(quote! { 'static }, &float));
        let workspace = self.structure("Workspace", &element);
        let memory = self.borrowing("Memory", quote! { 'a }, &element);
        let gradient_type = self.structure("Gradient", &float);
        let free = self.generics(false);
        let fields = self.tensors().into_iter().map(|(at, t)| {
            let (name, ty) = (argument(at), self.type_of(t, Pass::Cow, &quote! { T }));
            quote! { #name: #ty, }
        });
        let where_clause = quote! { where T: core::clone::Clone };
        let owned = self.tensors().into_iter().map(|(at, t)| {
            let name = argument(at);
            match self.rank(t) {
                0 => quote! { #name: self.#name, },
                _ => quote! { #name: <nd::CowArray<_, _> as core::convert::From<_>>::from(self.#name.into_owned()), },
            }
        });
        let run = self.run();
        let seeds = self.seeds();
        let names = self.seed_names();
        let place = |at: usize| {
            let name = argument(at);
            quote! { self.#name }
        };
        let sources = self.sources(place, false);
        let gradient = self.result_of(gradient_type.clone());
        let nothing = self.result_of(quote! { () });
        let new = self.new_gradient(&quote! { self.lens });
        let call = self.body(quote! {
            let mut __g = #new;
            let __saved = match &self.memory {
                Memory::Owned(w) => &w.saved,
                Memory::Kept(w) => &w.saved,
            };
            let mut __work = <Work<#float> as Default>::default();
            __run(&self.lens, __saved, &mut __work, #sources #names &mut __g, false)?;
            Result::Ok(__g)
        });
        let into = |accumulate: bool| {
            self.body(quote! {
                let __kept = match &mut self.memory {
                    Memory::Owned(w) => w,
                    Memory::Kept(w) => &mut **w,
                };
                __run(&self.lens, &__kept.saved, &mut __kept.work, #sources #names __g, #accumulate)
            })
        };
        let (call_into, accumulate) = (into(false), into(true));
        let run_body = run;
        let run_parameters = self.run_parameters();
        let docs = format!("What a call of `{}` left for its derivative.", self.f.name);
        quote! {
            #[doc = #docs]
            pub struct Pullback<'a, T #bounds> #where_clause { #(#fields)* lens: Lens, memory: #memory }

            enum Memory<'a, T #bounds> { Owned(#workspace), Kept(&'a mut #workspace) }

            impl<'a, T #bounds> core::fmt::Debug for #any #where_clause {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.write_str("Pullback")
                }
            }

            fn __run #free(#run_parameters) -> #nothing { #run_body }

            impl #impl_generics #own {
                /// The gradient for the cotangents of the results.
                ///
                /// # Errors
                ///
                /// A cotangent whose lengths are not those of its result.
                pub fn call(&self, #seeds) -> #gradient { #call }

                /// The same into a gradient that the caller keeps, which is overwritten. Allocates nothing once its
                /// memory is large enough.
                ///
                /// # Errors
                ///
                /// A cotangent or a part of the gradient with other lengths. Then nothing is written.
                pub fn call_into(&mut self, #seeds __g: &mut #gradient_type) -> #nothing { #call_into }

                /// The same, added to the gradient.
                ///
                /// # Errors
                ///
                /// As `call_into`.
                pub fn accumulate(&mut self, #seeds __g: &mut #gradient_type) -> #nothing { #accumulate }

                /// The same pullback with copies of what it borrows.
                pub fn into_owned(self) -> #kept {
                    let memory = match self.memory {
                        Memory::Owned(w) => w,
                        Memory::Kept(w) => core::mem::take(w),
                    };
                    Pullback { #(#owned)* lens: self.lens, memory: Memory::Owned(memory) }
                }
            }
        }
    }

    /// `__c0: &ArrayRef2<T>,` for every result that has a cotangent.
    fn seeds(&self) -> TokenStream {
        let float = self.float();
        let each = self.cotangents().into_iter().map(|(at, t)| {
            let name = format_ident!("__c{}", at);
            let ty = match self.rank(t) {
                0 => float.clone(),
                _ => self.type_of(t, Pass::Argument, &float),
            };
            quote! { #name: #ty, }
        });
        quote! { #(#each)* }
    }

    fn seed_names(&self) -> TokenStream {
        let each = self.cotangents().into_iter().map(|(at, _)| {
            let name = format_ident!("__c{}", at);
            quote! { #name, }
        });
        quote! { #(#each)* }
    }

    fn run_parameters(&self) -> TokenStream {
        let float = self.float();
        let sources = self.tensors().into_iter().map(|(at, t)| {
            let (name, rank) = (
                argument(at),
                proc_macro2::Literal::usize_unsuffixed(self.rank(t)),
            );
            let element = match self.f.tensor(t).element {
                crate::ir::Element::Float => float.clone(),
                crate::ir::Element::Integer(i) => super::body::integer_type(i),
            };
            quote! { #name: rt::Source<'_, #element, #rank>, }
        });
        let seeds = self.seeds();
        let gradient = self.structure("Gradient", &float);
        quote! {
            __lens: &Lens, __saved: &Saved<#float>, __work: &mut Work<#float>, #(#sources)* #seeds
            __g: &mut #gradient, __accumulate: bool
        }
    }

    /// Checks the cotangents and the gradient, and runs the backward pass.
    fn run(&self) -> TokenStream {
        let function = &self.f.name;
        let lens = quote! { __lens };
        let checks = self
            .cotangents()
            .into_iter()
            .filter(|(_, t)| self.rank(*t) > 0)
            .map(|(at, t)| {
                let (name, lens) = (format_ident!("__c{}", at), self.lens(t, &lens));
                let text = &self.resolved.results[at].text;
                quote! { __fits(&#lens, #name.shape(), #text, rt::Error::cotangent, #function)?; }
            });
        let gradient = self.check_gradient(&lens);
        let sources = self.tensors().into_iter().map(|(at, _)| argument(at));
        let seeds = self.cotangents().into_iter().map(|(at, t)| {
            let name = format_ident!("__c{}", at);
            match self.rank(t) {
                0 => quote! { rt::Source::scalar(&#name), },
                _ => quote! { rt::Source::new(#name), },
            }
        });
        let sinks = self.gradient_sinks();
        self.body(quote! {
            #(#checks)*
            #gradient
            backward(__lens, __saved, __work, #(#sources,)* #(#seeds)* #sinks __accumulate)
        })
    }

    /// A new pullback from the arguments `a0`, `a1`...
    pub(super) fn new_pullback(&self, memory: TokenStream) -> TokenStream {
        let each = self
            .f
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(at, p)| match *p {
                Parameter::Tensor(t) => Some((at, t)),
                Parameter::Dim(_) => None,
            });
        let each = each.map(|(at, t)| {
            let name = argument(at);
            match self.rank(t) {
                0 => quote! { #name, },
                _ => quote! { #name: <nd::CowArray<_, _> as core::convert::From<_>>::from(#name.view()), },
            }
        });
        quote! { Pullback { #(#each)* lens: __lens, memory: #memory } }
    }
}
