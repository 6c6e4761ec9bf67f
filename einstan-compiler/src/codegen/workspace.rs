//! The memory that a caller keeps.

use super::body::integer_type;
use super::signature::Items;
use crate::ir::Element;
use crate::plan::Plan;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Items<'_> {
    /// Emits
    ///
    /// ```text
    /// struct Saved<T> { b3: rt::Buffer<T>, .. }                    // read by the backward pass
    /// struct Work<T> { b5: rt::Buffer<T>, .., scratch: rt::Scratch } // used on the way
    /// pub struct Workspace<T> { saved: Saved<T>, work: Work<T> }
    /// ```
    pub(super) fn workspace(&self) -> TokenStream {
        self.workspace_with(self.plan(), true)
    }

    /// The same for the routine of a derivative.
    pub(super) fn workspace_of(&self, plan: &Plan) -> TokenStream {
        self.workspace_with(Some(plan), false)
    }

    fn workspace_with(&self, plan: Option<&Plan>, kept: bool) -> TokenStream {
        let all = plan.map_or(&[][..], |p| &p.buffers);
        let fields = |saved: bool| {
            let buffers = all.iter().filter(|b| b.saved == saved).map(|b| {
                let field = format_ident!("{}", b.field);
                let returned = plan.and_then(|p| self.returned_element(p, b.tensor));
                let element = match (returned, b.element) {
                    (Some(element), _) => element,
                    (None, Element::Float) => quote! { T },
                    (None, Element::Integer(t)) => integer_type(t),
                };
                (field, quote! { rt::Buffer<#element> })
            });
            let mut all: Vec<(Ident, TokenStream)> = buffers.collect();
            all.extend(plan.into_iter().flat_map(|p| self.call_memory(p, saved)));
            if !saved {
                all.push((format_ident!("scratch"), quote! { rt::Scratch }));
            }
            all.push((
                format_ident!("element"),
                quote! { core::marker::PhantomData<T> },
            ));
            all
        };
        let structure = |name: &str, fields: Vec<(Ident, TokenStream)>| {
            let name = format_ident!("{}", name);
            let (names, types): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
            quote! {
                pub struct #name<T> { #(#names: #types,)* }

                impl<T> Default for #name<T> {
                    fn default() -> Self {
                        #name { #(#names: Default::default(),)* }
                    }
                }
            }
        };
        let (saved, work) = (
            structure("Saved", fields(true)),
            structure("Work", fields(false)),
        );
        let docs = format!("Memory for `{}` that one caller keeps.", self.f.name);
        // The routine of a derivative keeps its workspace to itself.
        let (bounds, carrier, carried, ty) = match kept {
            true => (
                self.bounds("Workspace"),
                self.carrier("Workspace"),
                self.carried("Workspace"),
                self.structure("Workspace", &quote! { T }),
            ),
            false => (TokenStream::new(), None, None, quote! { Workspace<T> }),
        };
        quote! {
            #saved

            #work

            #[doc = #docs]
            pub struct Workspace<T #bounds> { pub(super) saved: Saved<T>, pub(super) work: Work<T>, #carrier }

            impl<T #bounds> Default for #ty {
                fn default() -> Self {
                    Workspace {
                        saved: Default::default(),
                        work: Default::default(),
                        #carried
                    }
                }
            }

            impl<T #bounds> core::fmt::Debug for #ty {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.write_str("Workspace")
                }
            }
        }
    }
}
