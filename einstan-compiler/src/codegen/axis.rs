//! The type of an axis.

use super::signature::ident;
use crate::resolve::Axis;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Emits
///
/// ```text
/// /// The axis `Pixel`, of length 784.
/// #[derive(Clone, Copy, Debug)]
/// pub struct Pixel {}
/// const _: () = { impl ::einstan::AxisType for Pixel { const LENGTH: Option<usize> = Some(784); fn name() .. } };
/// ```
///
/// and of one that is not `pub`
///
/// ```text
/// mod __einstan_axis_Pixel { .. pub struct Pixel; }
/// use __einstan_axis_Pixel::Pixel;
/// ```
///
/// for a function that is more public may have it in its signature.
pub fn axis(axis: &Axis, facade: &TokenStream) -> TokenStream {
    let (name, text) = (ident(&axis.name), &axis.name.text);
    let (attributes, visibility) = (&axis.attributes, &axis.visibility);
    let core = quote! { #facade::__private::core };
    let length = match &axis.length {
        Some(length) => quote! { Some(#length) },
        None => quote! { None },
    };
    let has_docs = attributes.iter().any(|a| a.path().is_ident("doc"));
    let conditions: Vec<_> = attributes
        .iter()
        .filter(|a| a.path().is_ident("cfg"))
        .collect();
    let docs = (!has_docs).then(|| {
        let length = match axis.number {
            Some(n) => format!(", of length {n}"),
            None => String::new(),
        };
        let docs = format!("The axis `{text}`{length}.");
        quote! { #[doc = #docs] }
    });
    let item = quote! {
        #docs
        #(#attributes)*
        #[derive(#core::clone::Clone, #core::marker::Copy, #core::fmt::Debug)]
        #[allow(dead_code)] // a type, of which there is no value: its name may be that of a length in Rust
        pub struct #name {}
    };
    let item = match visibility {
        syn::Visibility::Public(_) => item,
        _ => {
            let module = format_ident!("__einstan_axis_{}", text);
            quote! {
                #(#conditions)*
                #[doc(hidden)]
                #[allow(non_snake_case, uncommon_codepoints, mixed_script_confusables, confusable_idents)]
                mod #module { #item }
                #(#conditions)*
                #[allow(unused_imports)]
                #visibility use #module::#name;
            }
        }
    };
    quote! {
        #item
        #(#conditions)*
        #[allow(unused_braces)] // the user's, around Rust
        const _: () = {
            impl #facade::AxisType for #name {
                const LENGTH: #core::option::Option<#core::primitive::usize> = #core::option::Option::#length;

                fn name() -> &'static #core::primitive::str {
                    #text
                }
            }
        };
    }
}
