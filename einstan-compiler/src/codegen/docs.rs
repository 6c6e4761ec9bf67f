//! The documentation of what is generated.

use super::signature::Items;
use crate::ir::{Element, Parameter, TensorId};
use proc_macro2::TokenStream;
use quote::quote;

impl Items<'_> {
    /// `X[n, m]`
    pub(super) fn shown(&self, t: TensorId) -> String {
        let tensor = self.f.tensor(t);
        let dims: Vec<&str> = tensor
            .axes
            .iter()
            .map(|&d| self.f.dim(d).name.as_str())
            .collect();
        if dims.is_empty() {
            tensor.name.clone()
        } else {
            format!("{}[{}]", tensor.name, dims.join(", "))
        }
    }

    /// The equations of the function as text, each on a line.
    pub(super) fn equations(&self) -> String {
        self.resolved
            .equations
            .iter()
            .map(|e| format!("{e};\n").replace(";;", ";"))
            .collect()
    }

    /// The user's docs, the equations, the arguments, the errors.
    pub(super) fn function_docs(&self) -> TokenStream {
        let user = &self.resolved.attributes;
        let mut text = String::new();
        if user.is_empty() {
            text.push_str(&format!(
                "`{}`, generated from its equations.\n",
                self.f.name
            ));
        }
        text.push_str(&format!("\n```text\n{}```\n\n", self.equations()));
        for p in &self.f.parameters {
            match *p {
                Parameter::Tensor(t) => {
                    let what = match (self.f.tensor(t).element, self.f.tensor(t).role) {
                        (Element::Integer(_), _) => ", of integers",
                        (_, crate::ir::Role::Parameter { constant: true }) => ", constant",
                        _ => "",
                    };
                    text.push_str(&format!("- `{}`{what}\n", self.shown(t)));
                }
                Parameter::Dim(d) => {
                    text.push_str(&format!("- `{}`: a length\n", self.f.dim(d).name))
                }
            }
        }
        let results: Vec<String> = self
            .f
            .results
            .iter()
            .map(|&t| format!("`{}`", self.shown(t)))
            .collect();
        text.push_str(&format!(
            "\nReturns {}.\n\n# Errors\n\nLengths that do not agree, an empty reduction without a value, a result that \
             is too large. Then nothing is written.\n",
            results.join(", ")
        ));
        quote! { #(#user)* #[doc = #text] }
    }

    /// The lints that names in the notation would trip.
    pub(super) fn allow(&self) -> TokenStream {
        quote! {
            #[allow(
                non_snake_case, // tensors have the names of mathematics
                uncommon_codepoints, mixed_script_confusables, confusable_idents, // and of other scripts
                unused_parens, unused_variables, unused_mut, // one shape for all functions
                clippy::all, clippy::pedantic, clippy::nursery, // generated code is no example of style
            )]
        }
    }
}
