//! What a function with one scalar result has beside the others: its value together with its gradient.

use super::signature::{Items, Pass, argument, ident, result};
use crate::derivation::Subject;
use proc_macro2::TokenStream;
use quote::quote;

impl Items<'_> {
    /// Emits `fn __value_and_grad`, `fn __grad` and `fn __value_and_grad_in`.
    pub(super) fn value_and_grad(&self) -> TokenStream {
        let float = self.float();
        let (generics, parameters) = (self.generics(false), self.parameters(Pass::Argument));
        let (gradient, kept_workspace) = (
            self.structure("Gradient", &float),
            self.structure("Workspace", &float),
        );
        let both = self.result_of(quote! { (#float, #gradient) });
        let (only, value) = (
            self.result_of(gradient.clone()),
            self.result_of(quote! { #float }),
        );
        let enter = self.enter();
        let (new, results, workspace) = (
            self.new_gradient(&quote! { __lens }),
            self.new_results(),
            self.new_workspace(),
        );
        let check = self.check_gradient(&quote! { __lens });
        let run = self.run_forward(true, quote! { __ws }, false);
        let sources = self.sources(
            |at| {
                let name = argument(at);
                quote! { #name }
            },
            true,
        );
        let r0 = result(0);
        let back = |g: TokenStream| {
            quote! {
                let __one = <#float as Elementary>::from_f64(1.0);
                __run(&__lens, &__ws.saved, &mut __ws.work, #sources __one, #g, false)?;
            }
        };
        let (fresh, kept) = (back(quote! { &mut __g }), back(quote! { __g }));
        let body = self.body(quote! {
            #enter
            let mut __g = #new;
            #results
            #workspace
            #run
            #fresh
            Result::Ok((#r0, __g))
        });
        let names = self.resolved.parameters.iter().map(ident);
        let given = self.hidden_parameters();
        let grad = self.body(quote! { Result::Ok(__value_and_grad(#(#names,)* #(#given),*)?.1) });
        let body_in = self.body(quote! {
            #enter
            #check
            #results
            #run
            #kept
            Result::Ok(#r0)
        });
        let docs =
            |what, errors| self.docs_of(what, errors, Some(Subject::Gradient), self.shown_plan());
        let both_docs = docs("The value and its gradient.", "As the function.");
        let grad_docs = docs("The gradient.", "As the function.");
        let kept_docs = docs(
            "The value, and its gradient into one that the caller keeps: allocates nothing once the workspace is large \
             enough.",
            "As the function, and a part of the gradient with other lengths. Then nothing is written.",
        );
        quote! {
            #both_docs
            pub fn __value_and_grad #generics(#parameters) -> #both { #body }

            #grad_docs
            pub fn __grad #generics(#parameters) -> #only { #grad }

            #kept_docs
            pub fn __value_and_grad_in #generics(
                #parameters __ws: &mut #kept_workspace, __g: &mut #gradient
            ) -> #value { #body_in }
        }
    }
}
