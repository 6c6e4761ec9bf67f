//! All items of one function, in the module that holds them.

use super::body::{self, Paths};
use super::docs::{literal, plan_doc};
use super::names::is_taken;
use super::signature::{Items, Pass, argument, ident, result};
use super::warning::warnings;
use crate::derivation::Subject;
use crate::driver::Compiled;
use crate::ir::Parameter;
use crate::plan::Plans;
use crate::resolve::Resolved;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Emits
///
/// ```text
/// mod __einstan_dense {
///     #[no_implicit_prelude] mod __imp { ..everything.. }
///     pub use self::__imp::dense;
///     pub mod dense { pub use super::__imp::{..}; pub const PLAN: &str = ..; }
///     #[cfg(test)] mod __test { .. } // with #[einstan(test)]
/// }
/// #[doc(inline)] pub use __einstan_dense::dense;
/// ```
pub fn function(
    resolved: &Resolved,
    compiled: Option<&Compiled>,
    facade: &TokenStream,
) -> TokenStream {
    let plans = compiled.map(|c| &c.plans);
    let mut items = Items::new(resolved, plans, facade, false);
    if let Some(compiled) = compiled {
        items.derived(&compiled.derivation);
    }
    let name = ident(&resolved.name);
    let module = format_ident!("__einstan_{}", resolved.name.text);
    let visibility = &resolved.visibility;
    let inside = items.module();
    let here = items.here(&module);
    let warnings = warnings(resolved);
    quote! {
        #warnings
        #[doc(hidden)]
        #[allow(unexpected_cfgs)]
        mod #module { #inside }
        #here
        #[doc(inline)]
        #[allow(unused_imports)]
        #visibility use #module::#name;
    }
}

/// Emits a block with a module of its own and the call of its function over the variables of the user.
pub fn inline(
    resolved: &Resolved,
    plans: Option<&Plans>,
    facade: &TokenStream,
    vjp: bool,
    errors: TokenStream,
) -> TokenStream {
    let items = Items::new(resolved, plans, facade, true);
    let inside = items.module();
    let here = items.here(&format_ident!("__einstan_inline"));
    if plans.is_none() {
        let [core, rt, nd] = ["core", "rt", "nd"].map(|module| items.private(module));
        let value = match resolved.function.results.first() {
            Some(&t) if items.rank(t) == 0 => quote! { f64 },
            Some(&t) => {
                let dimension = items.dimension_name(t);
                quote! { #nd::Array<f64, #nd::#dimension> }
            }
            None => quote! { #nd::ArrayD<f64> },
        };
        return quote! { {
            #errors
            #core::result::Result::<#value, #rt::Error>::Err(#rt::Error::internal("inline", "it did not compile"))
        } };
    }
    let arguments = resolved
        .parameters
        .iter()
        .zip(&resolved.function.parameters)
        .map(|(name, p)| {
            let name = ident(name);
            match p {
                Parameter::Tensor(_) => quote! { &#name },
                Parameter::Dim(_) => quote! { #name },
            }
        });
    let given: Vec<_> = items.hidden_parameters();
    let values = items.givens().map(|id| items.given_value(id));
    let call = if vjp {
        quote! { inline::vjp }
    } else {
        quote! { inline }
    };
    let warnings = warnings(resolved);
    quote! { {
        #errors
        #warnings
        #[doc(hidden)]
        #[allow(unexpected_cfgs)]
        mod __einstan_inline { #inside }
        #here
        #(#[allow(unused_braces, clippy::useless_conversion)] let #given = #values;)*
        __einstan_inline::#call(#(#arguments,)* #(#given),*)
    } }
}

impl<'a> Items<'a> {
    fn new(
        resolved: &'a Resolved,
        plans: Option<&'a Plans>,
        facade: &TokenStream,
        inline: bool,
    ) -> Self {
        Items {
            f: &resolved.function,
            resolved,
            plans,
            derivation: None,
            sections: Vec::new(),
            plan_doc: plan_doc(plans.map(|p| &p.vjp)),
            facade: facade.clone(),
            paths: Paths {
                rt: quote! { #facade::__private::rt },
                externals: resolved.externals.clone(),
                axes: resolved.axes.iter().map(|a| a.text.clone()).collect(),
            },
            inline,
        }
    }

    /// What stands in the private module.
    fn module(&self) -> TokenStream {
        let (name, own) = (ident(&self.resolved.name), self.call_name());
        let call = match own == self.resolved.name.text {
            true => quote! { pub use self::__imp::#own; },
            false => quote! { pub use self::__imp::#own as #name; },
        };
        let imp = self.imp();
        let mut exports = vec![format_ident!("into")];
        if self.f.has_derivative() {
            for item in [
                "vjp",
                "vjp_in",
                "Pullback",
                "Gradient",
                "Tangent",
                "Workspace",
            ] {
                exports.push(format_ident!("{}", item));
            }
            if self.f.is_scalar() {
                for item in ["value_and_grad", "grad", "value_and_grad_in"] {
                    exports.push(format_ident!("{}", item));
                }
            }
            if !self.inline {
                for item in ["jvp", "jacobian", "Jacobian"] {
                    exports.push(format_ident!("{}", item));
                }
                exports.extend(self.has_hvp().then(|| format_ident!("hvp")));
            }
        }
        let exports = exports.iter().map(|e| {
            let own = format_ident!("__{}", e);
            let types = e.to_string().starts_with(char::is_uppercase);
            if types {
                quote! { #e }
            } else {
                quote! { #own as #e }
            }
        });
        let (equations, latex) = (literal(&self.equations()), literal(&self.latex()));
        let notation = literal(self.derivation.map_or("", |d| &d.notation));
        let plan = literal(self.plan().map_or("", |p| &p.text));
        let (outside, callable) = (self.outside_exports(), self.callable_export());
        // Documentation shows types by these names.
        let axes = self.axis_aliases();
        let axes = self
            .typed()
            .then(|| quote! { #[cfg(doc)] #[doc(hidden)] pub use super::__imp::{#(#axes),*}; });
        let docs = format!("What belongs to the function `{}`.", self.f.name);
        let test = self.test();
        quote! {
            #[no_implicit_prelude]
            #[allow(
                non_snake_case, // tensors have the names of mathematics
                uncommon_codepoints, mixed_script_confusables, confusable_idents, // and of other scripts
                unused, clippy::all, clippy::pedantic, clippy::nursery, // generated code is no example of style
                non_camel_case_types, // type parameters have the names of dimensions
            )]
            mod __imp { #imp }
            #call
            #outside
            #[doc = #docs]
            #[allow(non_snake_case, uncommon_codepoints)] // functions have the names of mathematics too
            pub mod #name {
                pub use super::__imp::{#(#exports),*};
                #axes
                #callable
                /// The equations as understood, and every derivative as equations, for people.
                pub const EQUATIONS: &str = #equations;
                /// The same in LaTeX, with amsmath.
                pub const LATEX: &str = #latex;
                /// The function and its derivatives as functions of the notation, which compile: `f_vjp` takes a cotangent
                /// `Y_bar` of each result and gives the gradients `X_bar`, `f_jvp` takes tangents `X_dot` and gives `Y_dot`,
                /// `f_hvp` takes tangents and gives `X_bar_dot`, `f_jacobian` gives `dY_dX`.
                pub const NOTATION: &str = #notation;
                /// What the compiler decided.
                pub const PLAN: &str = #plan;
            }
            #test
        }
    }

    /// What the function is.
    fn imp(&self) -> TokenStream {
        let (imports, paths, outside) = (self.imports(), &self.paths, self.outside());
        let lengths = self.lengths();
        let workspace = self.workspace();
        let forward = self.plan().map(|p| body::forward(p, paths));
        let backward = self.plan().map(|p| body::backward(p, paths));
        let (call, into) = (self.call(), self.into());
        let derivative = self.f.has_derivative().then(|| {
            let (gradient, pullback, vjp, vjp_in) =
                (self.gradient(), self.pullback(), self.vjp(), self.vjp_in());
            let scalar = self.f.is_scalar().then(|| self.value_and_grad());
            let more = (!self.inline).then(|| self.derivatives());
            quote! { #gradient #pullback #vjp #vjp_in #scalar #more }
        });
        let callable = !self.inline && self.f.updates.is_empty();
        let callable = callable.then(|| self.callable());
        quote! { #imports #outside #lengths #workspace #forward #backward #call #into #derivative #callable }
    }

    /// The derivatives that are functions of their own.
    fn derivatives(&self) -> TokenStream {
        let (jvp, jacobian) = (
            self.jvp(self.plans.and_then(|p| p.jvp.as_ref())),
            self.jacobian(self.plans.and_then(|p| p.jacobian.as_ref())),
        );
        let hvp = self
            .has_hvp()
            .then(|| self.hvp(self.plans.and_then(|p| p.hvp.as_ref())));
        let name = format_ident!("__pullback_tangent_body");
        let second = self.plans.and_then(|p| p.pullback_tangent.as_ref());
        let second = second.map(|p| self.routine(&name, p));
        quote! { #jvp #hvp #jacobian #second }
    }

    /// `let __lens = __lengths(a0.shape(), a1.shape(), a2)?;`
    pub(super) fn enter(&self) -> TokenStream {
        let rename = self.rename();
        let each = self.f.parameters.iter().enumerate().map(|(at, p)| {
            let name = argument(at);
            match *p {
                Parameter::Tensor(t) if self.rank(t) == 0 => quote! { &[], },
                Parameter::Tensor(_) => quote! { #name.shape(), },
                Parameter::Dim(_) => quote! { #name, },
            }
        });
        let given = self.hidden_parameters();
        quote! { #rename let __lens = __lengths(#(#each)* #(#given),*)?; }
    }

    /// New results `r0`, `r1`...
    pub(super) fn new_results(&self) -> TokenStream {
        let lens = quote! { __lens };
        let float = self.float();
        let each = self.f.results.iter().enumerate().map(|(at, &t)| {
            let (name, array) = (
                result(at),
                self.new_array(t, &self.resolved.results[at].text, &lens),
            );
            let ty = self.array_of(t, Pass::Owned, &float);
            quote! { let mut #name: #ty = #array; }
        });
        quote! { #(#each)* }
    }

    /// Sinks of the results, from values or references named `r0`, `r1`...
    pub(super) fn result_sinks(&self, by_reference: bool) -> TokenStream {
        let each = self.f.results.iter().enumerate().map(|(at, &t)| {
            let name = result(at);
            let place = if by_reference {
                quote! { #name }
            } else {
                quote! { &mut #name }
            };
            match self.rank(t) {
                0 => quote! { rt::Sink::scalar(#place), },
                _ => quote! { rt::Sink::new(#place), },
            }
        });
        quote! { #(#each)* }
    }

    /// The call of the forward body, over `workspace`.
    pub(super) fn run_forward(
        &self,
        save: bool,
        workspace: TokenStream,
        by_reference: bool,
    ) -> TokenStream {
        let sources = self.sources(
            |at| {
                let name = argument(at);
                quote! { #name }
            },
            true,
        );
        let sinks = self.result_sinks(by_reference);
        quote! { forward(&__lens, #save, &mut #workspace.saved, &mut #workspace.work, #sources #sinks)?; }
    }

    pub(super) fn new_workspace(&self) -> TokenStream {
        let workspace = self.structure("Workspace", &self.float());
        quote! { let mut __ws = <#workspace as Default>::default(); }
    }

    /// The name of the function itself, its own where generated code calls nothing so. rustc shows where it
    /// stands beside a wrong call.
    pub(super) fn call_name(&self) -> Ident {
        let name = &self.resolved.name;
        match is_taken(&name.text) || name.text.starts_with("__") {
            true => Ident::new("__call", name.span),
            false => ident(name),
        }
    }

    /// The function itself.
    fn call(&self) -> TokenStream {
        let docs = self.function_docs();
        let (generics, parameters) = (self.generics(false), self.parameters(Pass::Argument));
        let output = self.result_of(self.result_type());
        let (enter, results, workspace) = (self.enter(), self.new_results(), self.new_workspace());
        let run = self.run_forward(false, quote! { __ws }, false);
        let value = self.result_value();
        let body = self.body(quote! { #enter #results #workspace #run Result::Ok(#value) });
        let name = self.call_name();
        quote! { #docs pub fn #name #generics(#parameters) -> #output { #body } }
    }

    /// The results as parameters, `Y: &mut ArrayRef2<T>`.
    fn outputs(&self) -> TokenStream {
        let float = self.float();
        let each = self.f.results.iter().enumerate().map(|(at, &t)| {
            let (name, ty) = (result(at), self.type_of(t, Pass::Output, &float));
            quote! { #name: #ty, }
        });
        quote! { #(#each)* }
    }

    fn check_outputs(&self) -> TokenStream {
        let function = &self.f.name;
        let each = self
            .f
            .results
            .iter()
            .enumerate()
            .filter(|(_, t)| self.rank(**t) > 0)
            .map(|(at, &t)| {
                let (name, text, lens) = (
                    result(at),
                    &self.resolved.results[at].text,
                    self.lens(t, &quote! { __lens }),
                );
                let plain = self
                    .typed()
                    .then(|| quote! { let #name = rt::plain_mut(#name); });
                quote! { #plain __fits(&#lens, #name.shape(), #text, rt::Error::output, #function)?; }
            });
        quote! { #(#each)* }
    }

    fn into(&self) -> TokenStream {
        let (generics, parameters, outputs) = (
            self.generics(false),
            self.parameters(Pass::Argument),
            self.outputs(),
        );
        let output = self.result_of(quote! { () });
        let (enter, check, workspace) = (self.enter(), self.check_outputs(), self.new_workspace());
        let run = self.run_forward(false, quote! { __ws }, true);
        let body = self.body(quote! { #enter #check #workspace #run Result::Ok(()) });
        let docs = self.docs_of(
            "The function into outputs that the caller gives, which are overwritten.",
            "As the function, and an output with other lengths. Then nothing is written.",
            self.f.has_derivative().then_some(Subject::Gradient),
            self.shown_plan(),
        );
        quote! {
            #docs
            pub fn __into #generics(#parameters #outputs) -> #output { #body }
        }
    }

    fn vjp(&self) -> TokenStream {
        let float = self.float();
        let (generics, parameters) = (self.generics(true), self.parameters(Pass::Borrowed));
        let results = self.result_type();
        let pullback = self.borrowing("Pullback", quote! { 'a }, &float);
        let output = self.result_of(quote! { (#results, #pullback) });
        let (enter, new, workspace) = (self.enter(), self.new_results(), self.new_workspace());
        let run = self.run_forward(true, quote! { __ws }, false);
        let (value, pullback) = (
            self.result_value(),
            self.new_pullback(quote! { Memory::Owned(__ws) }),
        );
        let body =
            self.body(quote! { #enter #new #workspace #run Result::Ok((#value, #pullback)) });
        let docs = self.docs_of(
            "The value and the pullback, which gives the gradient for cotangents of the results.",
            "As the function.",
            Some(Subject::Gradient),
            self.shown_plan(),
        );
        quote! {
            #docs
            pub fn __vjp #generics(#parameters) -> #output { #body }
        }
    }

    fn vjp_in(&self) -> TokenStream {
        let float = self.float();
        let (generics, parameters, outputs) = (
            self.generics(true),
            self.parameters(Pass::Borrowed),
            self.outputs(),
        );
        let pullback = self.borrowing("Pullback", quote! { 'a }, &float);
        let (output, workspace) = (
            self.result_of(pullback),
            self.structure("Workspace", &float),
        );
        let (enter, check) = (self.enter(), self.check_outputs());
        let run = self.run_forward(true, quote! { __ws }, true);
        let pullback = self.new_pullback(quote! { Memory::Kept(__ws) });
        let body = self.body(quote! { #enter #check #run Result::Ok(#pullback) });
        let docs = self.docs_of(
            "The value into outputs, and the pullback, over memory that the caller keeps: allocates nothing once that is \
             large enough.",
            "As the function, and an output with other lengths. Then nothing is written.",
            Some(Subject::Gradient),
            self.shown_plan(),
        );
        quote! {
            #docs
            pub fn __vjp_in #generics(#parameters __ws: &'a mut #workspace, #outputs) -> #output { #body }
        }
    }
}
