//! The derivatives that are functions of their own: Jacobian-vector and Hessian-vector products, Jacobians.

use super::body;
use super::docs::plan_doc;
use super::signature::{Items, Pass, argument, field, ident};
use crate::derivation::Subject;
use crate::ir::TensorId;
use crate::plan::Plan;
use crate::resolve::MOST_AXES;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// `d3`: a result of a derivative under a name of our own.
fn derived(at: usize) -> Ident {
    format_ident!("__d{}", at)
}

impl Items<'_> {
    /// Emits `mod __jvp_body { ..workspace.. fn forward(..) { .. } }`
    pub(super) fn routine(&self, name: &Ident, plan: &Plan) -> TokenStream {
        let workspace = self.workspace_of(plan);
        let forward = body::forward(plan, &self.paths);
        quote! {
            mod #name {
                use super::*;
                #workspace
                #forward
            }
        }
    }

    /// `__jvp_body::forward(&__lens, false, &mut __ws.saved, &mut __ws.work, ..)?;`
    fn run_routine(&self, name: &Ident, arguments: TokenStream) -> TokenStream {
        let float = self.float();
        quote! {
            let mut __ws = <#name::Workspace<#float> as Default>::default();
            #name::forward(&__lens, false, &mut __ws.saved, &mut __ws.work, #arguments)?;
        }
    }

    fn argument_sources(&self) -> TokenStream {
        let name = |at| {
            let name = argument(at);
            quote! { #name }
        };
        self.sources(name, true)
    }

    /// Sources of the fields of the tangent `__t`.
    fn tangent_sources(&self) -> TokenStream {
        let each = self.differentiable().into_iter().map(|(at, t)| {
            let field = field(&self.resolved.parameters[at]);
            match self.rank(t) {
                0 => quote! { rt::Source::scalar(&__t.#field), },
                _ => quote! { rt::Source::new(&__t.#field), },
            }
        });
        quote! { #(#each)* }
    }

    /// Checks that the tangent `__t` has the lengths of the arguments.
    fn check_tangent(&self) -> TokenStream {
        let function = &self.f.name;
        let shaped = self
            .differentiable()
            .into_iter()
            .filter(|(_, t)| self.rank(*t) > 0);
        let each = shaped.map(|(at, t)| {
            let name = &self.resolved.parameters[at];
            let (field, text, lens) = (field(name), &name.text, self.lens(t, &quote! { __lens }));
            quote! { __fits(&#lens, __t.#field.shape(), #text, rt::Error::tangent, #function)?; }
        });
        quote! { #(#each)* }
    }

    fn sink(&self, rank: usize, place: TokenStream) -> TokenStream {
        match rank {
            0 => quote! { rt::Sink::scalar(&mut #place), },
            _ => quote! { rt::Sink::new(&mut #place), },
        }
    }

    /// Emits `fn __jvp(X: &ArrayRef2<T>, .., __t: &Tangent<T>) -> Result<(value, tangent), Error>`
    pub(super) fn jvp(&self, plan: Option<&Plan>) -> TokenStream {
        let float = self.float();
        let (generics, parameters) = (self.generics(false), self.parameters(Pass::Argument));
        let moving = self.cotangents();
        let types: Vec<TokenStream> = moving
            .iter()
            .map(|(_, t)| self.type_of(*t, Pass::Owned, &float))
            .collect();
        let values = moving.iter().map(|(at, t)| {
            let name = derived(*at);
            self.wrapped(self.rank(*t), quote! { #name })
        });
        let values: Vec<TokenStream> = values.collect();
        let (tangent_type, tangent) = if self.resolved.tuple {
            (quote! { (#(#types,)*) }, quote! { (#(#values,)*) })
        } else {
            (quote! { #(#types)* }, quote! { #(#values)* })
        };
        let (values, direction) = (self.result_type(), self.structure("Tangent", &float));
        let output = self.result_of(quote! { (#values, #tangent_type) });
        let module = format_ident!("__jvp_body");
        let routine = plan.map(|p| self.routine(&module, p));
        let (enter, check, new) = (self.enter(), self.check_tangent(), self.new_results());
        let arrays = moving.iter().map(|(at, t)| {
            let (name, text) = (derived(*at), &self.resolved.results[*at].text);
            let ty = self.array_of(*t, Pass::Owned, &float);
            let new = self.new_array(*t, text, &quote! { __lens });
            quote! { let mut #name: #ty = #new; }
        });
        let sinks = moving.iter().map(|(at, t)| {
            let name = derived(*at);
            self.sink(self.rank(*t), quote! { #name })
        });
        let (arguments, tangents, results) = (
            self.argument_sources(),
            self.tangent_sources(),
            self.result_sinks(false),
        );
        let run = self.run_routine(&module, quote! { #arguments #tangents #results #(#sinks)* });
        let value = self.result_value();
        let body = self.body(quote! {
            #enter #check #new #(#arrays)* #run
            Result::Ok((#value, #tangent))
        });
        let docs = self.docs_of(
            "The value and its tangent: how it changes along a direction in the parameters.",
            "As the function, and a part of the direction with other lengths.",
            Some(Subject::Tangent),
            plan_doc(plan),
        );
        quote! {
            #routine

            #docs
            pub fn __jvp #generics(#parameters __t: &#direction) -> #output { #body }
        }
    }

    /// Emits `fn __hvp(X: &ArrayRef2<T>, .., __t: &Tangent<T>) -> Result<Gradient<T>, Error>`
    pub(super) fn hvp(&self, plan: Option<&Plan>) -> TokenStream {
        let float = self.float();
        let (generics, parameters) = (self.generics(false), self.parameters(Pass::Argument));
        let output = self.result_of(self.structure("Gradient", &float));
        let direction = self.structure("Tangent", &float);
        let module = format_ident!("__hvp_body");
        let routine = plan.map(|p| self.routine(&module, p));
        let (enter, check) = (self.enter(), self.check_tangent());
        let new = self.new_gradient(&quote! { __lens });
        let (arguments, tangents, sinks) = (
            self.argument_sources(),
            self.tangent_sources(),
            self.gradient_sinks(),
        );
        let run = self.run_routine(&module, quote! { #arguments #tangents #sinks });
        let body = self.body(quote! {
            #enter #check
            let mut __g = #new;
            #run
            Result::Ok(__g)
        });
        let docs = self.docs_of(
            "The product of the Hessian with a direction: how the gradient changes along it.",
            "As the function, and a part of the direction with other lengths.",
            Some(Subject::Hessian),
            plan_doc(plan),
        );
        quote! {
            #routine

            #docs
            pub fn __hvp #generics(#parameters __t: &#direction) -> #output { #body }
        }
    }

    /// The type of the derivative of one tensor by another: `Array4<T>`, without axes `T`.
    fn jacobian_type(&self, of: TensorId, by: TensorId, float: &TokenStream) -> TokenStream {
        if self.carries_axes(of, by) {
            let axes = self.axes(&[of, by]);
            return quote! { rt::Tensor<#float, #axes> };
        }
        self.jacobian_array(of, by, float)
    }

    /// Whether a derivative carries the types of its axes.
    pub(super) fn carries_axes(&self, of: TensorId, by: TensorId) -> bool {
        self.typed() && (1..=MOST_AXES).contains(&(self.rank(of) + self.rank(by)))
    }

    fn jacobian_array(&self, of: TensorId, by: TensorId, float: &TokenStream) -> TokenStream {
        match self.rank(of) + self.rank(by) {
            0 => float.clone(),
            r @ 1..=6 => {
                let ix = format_ident!("Ix{}", r);
                quote! { nd::Array<#float, nd::#ix> }
            }
            _ => quote! { nd::ArrayD<#float> },
        }
    }

    /// Emits
    ///
    /// ```text
    /// pub struct Jacobian<T> { pub Y: JacobianOf0<T> }
    /// pub struct JacobianOf0<T> { pub X: Array4<T>, pub W: Array4<T>, .. }
    /// fn __jacobian(X: &ArrayRef2<T>, ..) -> Result<Jacobian<T>, Error>
    /// ```
    pub(super) fn jacobian(&self, plan: Option<&Plan>) -> TokenStream {
        let float = self.float();
        let (generics, parameters) = (self.generics(false), self.parameters(Pass::Argument));
        let output = self.result_of(self.structure("Jacobian", &float));
        let module = format_ident!("__jacobian_body");
        let routine = plan.map(|p| self.routine(&module, p));
        let element = quote! { T };
        let (mut fields, mut structs) = (TokenStream::new(), TokenStream::new());
        let (mut new, mut sinks, mut value) =
            (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let mut count = 0;
        let mut names = Vec::new();
        for (at, y) in self.cotangents() {
            let (name, ty) = (
                ident(&self.resolved.results[at]),
                format_ident!("JacobianOf{}", at),
            );
            let docs = format!("Of `{}`.", self.shown(y));
            let member = self.structure(&ty.to_string(), &element);
            fields.extend(quote! { #[doc = #docs] pub #name: #member, });
            names.push(field(&self.resolved.results[at]));
            let (mut inner, mut inner_value) = (TokenStream::new(), TokenStream::new());
            let mut inner_fields = Vec::new();
            for (by, x) in self.differentiable() {
                let (name, local) = (&self.resolved.parameters[by], derived(count));
                let (declared, field) = (ident(name), field(name));
                count += 1;
                let ty = self.jacobian_type(y, x, &element);
                let docs = format!("By `{}`.", self.shown(x));
                inner.extend(quote! { #[doc = #docs] pub #declared: #ty, });
                let (array, ty) = (
                    self.new_jacobian(at, y, x),
                    self.jacobian_array(y, x, &float),
                );
                inner_fields.push(field.clone());
                new.extend(quote! { let mut #local: #ty = #array; });
                sinks.extend(self.sink(self.rank(y) + self.rank(x), quote! { #local }));
                let value = match self.carries_axes(y, x) {
                    true => quote! { rt::trusted(#local) },
                    false => quote! { #local },
                };
                inner_value.extend(quote! { #field: #value, });
            }
            let docs = format!("The derivatives of `{}`: its axes first.", self.shown(y));
            let text = ty.to_string();
            let (bounds, carrier, carried) =
                (self.bounds(&text), self.carrier(&text), self.carried(&text));
            inner_fields.extend(carrier.as_ref().map(|_| format_ident!("axes")));
            let (attribute, implementations) = self.derive(&text, &inner_fields);
            let hidden = carrier.map(|carrier| quote! { #[doc(hidden)] pub #carrier });
            structs.extend(quote! {
                #[doc = #docs]
                #attribute
                pub struct #ty<T #bounds> { #inner #hidden }

                #implementations
            });
            value.extend(quote! { #name: #ty { #inner_value #carried }, });
        }
        let bounds = self.bounds("Jacobian");
        let (attribute, implementations) = self.derive("Jacobian", &names);
        let (enter, arguments) = (self.enter(), self.argument_sources());
        let run = self.run_routine(&module, quote! { #arguments #sinks });
        let body = self.body(quote! {
            #enter #new #run
            Result::Ok(Jacobian { #value })
        });
        let all = self.docs_of(
            "All derivatives of all results.",
            "As the function, and a derivative that is too large.",
            Some(Subject::Jacobian),
            plan_doc(plan),
        );
        let docs = format!(
            "The Jacobian of `{}`: for each result and each parameter that is not constant, the derivative of one by the \
             other.",
            self.f.name
        );
        quote! {
            #routine
            #structs

            #[doc = #docs]
            #attribute
            pub struct Jacobian<T #bounds> { #fields }

            #implementations

            #all
            pub fn __jacobian #generics(#parameters) -> #output { #body }
        }
    }

    fn new_jacobian(&self, at: usize, of: TensorId, by: TensorId) -> TokenStream {
        let (function, name) = (&self.f.name, &self.resolved.results[at].text);
        let float = self.float();
        let axes = [
            self.f.tensor(of).axes.clone(),
            self.f.tensor(by).axes.clone(),
        ]
        .concat();
        let lens = axes.iter().map(|&d| self.len(d, &quote! { __lens }));
        match axes.len() {
            0 => quote! { <#float as Default>::default() },
            1..=6 => quote! { rt::any(#function, #name, nd::Dim([#(#lens),*]))? },
            _ => quote! { rt::any(#function, #name, nd::IxDyn(&[#(#lens),*]))? },
        }
    }
}
