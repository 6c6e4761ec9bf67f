//! The gradient: one field for each parameter by which the function is differentiated.

use super::signature::{Items, Pass, field, ident};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Items<'_> {
    /// Emits
    ///
    /// ```text
    /// #[derive(Clone, Debug)]
    /// pub struct Gradient<T> { pub X: Array2<T>, pub a: T }
    /// impl<T: rt::Float> Gradient<T> { zeros_like, fill, scale, add_scaled, iter, iter_mut }
    /// pub type Tangent<T> = Gradient<T>;
    /// impl<T: rt::Float> rt::Parameters for Gradient<T> { .. }
    /// ```
    pub(super) fn gradient(&self) -> TokenStream {
        let float = quote! { T };
        let (mut fields, mut likes, mut zeros) =
            (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let (mut fill, mut scale, mut add) =
            (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let (mut views, mut views_mut) = (TokenStream::new(), TokenStream::new());
        let mut names = Vec::new();
        for (at, t) in self.differentiable() {
            let name = &self.resolved.parameters[at];
            let (declared, name, text) = (ident(name), field(name), &name.text);
            let (owned, passed) = (
                self.type_of(t, Pass::Owned, &float),
                format_ident!("__g{}", at),
            );
            let argument = match self.rank(t) {
                0 => quote! { T },
                _ => self.type_of(t, Pass::Argument, &float),
            };
            let docs = format!("By `{}`.", self.shown(t));
            fields.extend(quote! { #[doc = #docs] pub #declared: #owned, });
            if self.rank(t) == 0 {
                let unused = quote! { let _ = #passed; };
                zeros.extend(quote! { #name: { #unused <T as Default>::default() }, });
                fill.extend(quote! { self.#name = __value; });
                scale.extend(quote! { self.#name *= __factor; });
                add.extend(quote! { self.#name += __factor * __other.#name; });
                views.extend(quote! { (#text, nd::aview0(&self.#name).into_dyn()), });
                views_mut.extend(quote! { (#text, rt::scalar_view_mut(&mut self.#name)), });
            } else {
                let array = self.wrapped(1, quote! { nd::Array::zeros(#passed.raw_dim()) });
                zeros.extend(quote! { #name: #array, });
                let own = self.unwrapped(quote! { self.#name });
                let changed = self.array_mut(quote! { self.#name });
                let other = self.unwrapped(quote! { __other.#name });
                fill.extend(quote! { (#changed).fill(__value); });
                scale.extend(quote! { (#changed).mapv_inplace(|x| x * __factor); });
                add.extend(quote! { (#changed).scaled_add(__factor, &#other); });
                views.extend(quote! { (#text, #own.view().into_dyn()), });
                views_mut.extend(quote! { (#text, (#changed).view_mut().into_dyn()), });
            }
            likes.extend(quote! { #passed: #argument, });
            names.push(name);
        }
        let docs = format!(
            "The gradient of `{}`: one field for each parameter that is not constant.",
            self.f.name
        );
        let parameters = self.as_parameters(&names);
        let (bounds, ty) = (self.bounds("Gradient"), self.structure("Gradient", &float));
        let tangent = self.structure("Tangent", &float);
        let (attribute, implementations) = self.derive("Gradient", &names);
        quote! {
            #parameters

            #[doc = #docs]
            #attribute
            pub struct Gradient<T #bounds> { #fields }

            #implementations

            /// A direction in the parameters: the same type as the gradient.
            pub type #tangent = #ty;

            impl<T: rt::Float #bounds> #ty {
                /// Zeros, shaped like the arguments.
                pub fn zeros_like(#likes) -> Self {
                    Gradient { #zeros }
                }

                /// Sets every element.
                pub fn fill(&mut self, __value: T) { #fill }

                /// Multiplies every element.
                pub fn scale(&mut self, __factor: T) { #scale }

                /// Adds a multiple of another gradient of the same shapes.
                pub fn add_scaled(&mut self, __factor: T, __other: &Self) { #add }

                /// Each part by its name.
                pub fn iter(
                    &self,
                ) -> impl core::iter::Iterator<Item = (&'static str, nd::ArrayViewD<'_, T>)> {
                    core::iter::IntoIterator::into_iter([#views])
                }

                /// Each part by its name, to be changed.
                pub fn iter_mut(
                    &mut self,
                ) -> impl core::iter::Iterator<Item = (&'static str, nd::ArrayViewMutD<'_, T>)> {
                    core::iter::IntoIterator::into_iter([#views_mut])
                }
            }
        }
    }

    /// What optimisers, files and checks of derivatives need of a gradient.
    fn as_parameters(&self, fields: &[Ident]) -> TokenStream {
        let (bounds, ty) = (
            self.bounds("Gradient"),
            self.structure("Gradient", &quote! { T }),
        );
        let differentiable = self.differentiable().into_iter();
        let names = differentiable.map(|(at, _)| &self.resolved.parameters[at].text);
        quote! {
            impl<T: rt::Float #bounds> rt::Parameters for #ty {
                type Element = T;

                fn visit<const __R: usize, const __W: usize>(
                    __path: &rt::Path,
                    __read: [&Self; __R],
                    mut __write: [&mut Self; __W],
                    __visit: &mut impl rt::Visit<T, __R, __W>,
                ) -> Result<(), rt::Error> {
                    #(rt::Parameters::visit(
                        &__path.field(#names),
                        __read.map(|g| &g.#fields),
                        __write.each_mut().map(|g| &mut g.#fields),
                        __visit,
                    )?;)*
                    Result::Ok(())
                }
            }
        }
    }

    /// A gradient with the lengths of a call, to be written.
    pub(super) fn new_gradient(&self, lens: &TokenStream) -> TokenStream {
        let each = self.differentiable().into_iter().map(|(at, t)| {
            let name = &self.resolved.parameters[at];
            let array = self.new_array(t, &name.text, lens);
            let (field, array) = (field(name), self.wrapped(self.rank(t), array));
            quote! { #field: #array, }
        });
        quote! { Gradient { #(#each)* } }
    }

    /// Checks that the gradient `__g` has the lengths of a call.
    pub(super) fn check_gradient(&self, lens: &TokenStream) -> TokenStream {
        let function = &self.f.name;
        let each = self
            .differentiable()
            .into_iter()
            .filter(|(_, t)| self.rank(*t) > 0)
            .map(|(at, t)| {
                let name = &self.resolved.parameters[at];
                let (field, text, lens) = (field(name), &name.text, self.lens(t, lens));
                quote! { __fits(&#lens, __g.#field.shape(), #text, rt::Error::output, #function)?; }
            });
        quote! { #(#each)* }
    }

    /// Sinks of the fields of the gradient `__g`.
    pub(super) fn gradient_sinks(&self) -> TokenStream {
        let each = self.differentiable().into_iter().map(|(at, t)| {
            let field = field(&self.resolved.parameters[at]);
            match self.rank(t) {
                0 => quote! { rt::Sink::scalar(&mut __g.#field), },
                _ => {
                    let array = self.array_mut(quote! { __g.#field });
                    quote! { rt::Sink::new(#array), }
                }
            }
        });
        quote! { #(#each)* }
    }
}
