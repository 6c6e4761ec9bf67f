//! The type of an axis.

use super::signature::ident;
use crate::resolve::Axis;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Emits
///
/// ```text
/// mod __einstan_axis_Pixel {
///     pub struct Pixel;
/// }
/// impl ::einstan::AxisType for __einstan_axis_Pixel::Pixel { const LENGTH: Option<usize> = Some(784); fn name() .. }
/// pub use __einstan_axis_Pixel::Pixel;
/// ```
///
/// The type is public in a module that is not, so that functions of other visibility can have it in their signatures.
pub fn axis(axis: &Axis, facade: &TokenStream) -> TokenStream {
    let (name, text) = (ident(&axis.name), &axis.name.text);
    let module = format_ident!("__einstan_axis_{}", text);
    let (attributes, visibility) = (&axis.attributes, &axis.visibility);
    let core = quote! { #facade::__private::core };
    let length = match &axis.length {
        Some(length) => {
            quote! { #core::option::Option::<#core::primitive::usize>::Some(#length) }
        }
        None => quote! { #core::option::Option::<#core::primitive::usize>::None },
    };
    let docs = attributes.is_empty().then(|| {
        let length = match axis.number {
            Some(n) => format!(", of length {n}"),
            None => String::new(),
        };
        let docs = format!("The axis `{text}`{length}.");
        quote! { #[doc = #docs] }
    });
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case, uncommon_codepoints, mixed_script_confusables, confusable_idents)]
        mod #module {
            #docs
            #(#attributes)*
            #[derive(#core::clone::Clone, #core::marker::Copy, #core::fmt::Debug)]
            pub struct #name;
        }
        const _: () = {
            impl #facade::AxisType for #module::#name {
                const LENGTH: #core::option::Option<#core::primitive::usize> = #length;

                fn name() -> &'static #core::primitive::str {
                    #text
                }
            }
        };
        #[doc(inline)]
        #[allow(unused_imports)]
        #visibility use #module::#name;
    }
}
