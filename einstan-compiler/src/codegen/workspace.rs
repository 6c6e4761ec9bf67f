//! The memory that a caller keeps.

use super::body::integer_type;
use super::signature::Items;
use crate::ir::Element;
use crate::plan::{Buffer, Plan};
use proc_macro2::TokenStream;
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
        self.workspace_with(self.plan().map_or(&[], |p| &p.buffers))
    }

    /// The same for the routine of a derivative.
    pub(super) fn workspace_of(&self, plan: &Plan) -> TokenStream {
        self.workspace_with(&plan.buffers)
    }

    fn workspace_with(&self, all: &[Buffer]) -> TokenStream {
        let (rt, core) = (&self.paths.rt, &self.paths.core);
        let fields = |saved: bool| {
            all.iter()
                .filter(|b| b.saved == saved)
                .map(|b| {
                    let field = format_ident!("{}", b.field);
                    let element = match b.element {
                        Element::Float => quote! { T },
                        Element::Integer(t) => integer_type(t),
                    };
                    quote! { #field: #rt::Buffer<#element>, }
                })
                .collect::<TokenStream>()
        };
        let (saved, work) = (fields(true), fields(false));
        let docs = format!("Memory for `{}` that one caller keeps.", self.f.name);
        quote! {
            #[derive(#core::default::Default)]
            pub(super) struct Saved<T> { #saved element: #core::marker::PhantomData<T> }

            #[derive(#core::default::Default)]
            pub(super) struct Work<T> { #work scratch: #rt::Scratch, element: #core::marker::PhantomData<T> }

            #[doc = #docs]
            pub struct Workspace<T> { pub(super) saved: Saved<T>, pub(super) work: Work<T> }

            impl<T: #rt::Float> #core::default::Default for Workspace<T> {
                fn default() -> Self {
                    Workspace {
                        saved: #core::default::Default::default(),
                        work: #core::default::Default::default(),
                    }
                }
            }

            impl<T> #core::fmt::Debug for Workspace<T> {
                fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                    f.write_str("Workspace")
                }
            }
        }
    }
}
