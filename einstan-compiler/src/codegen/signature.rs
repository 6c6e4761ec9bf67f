//! Types and names of a function's arguments and results.

use super::body::{Paths, integer_type};
use crate::ast::Name;
use crate::derivation::{Derivation, Subject};
use crate::ir::{DimId, Element, ElementType, Function, Length, Parameter, TensorId};
use crate::parse::words;
use crate::plan::{Plan, Plans};
use crate::resolve::Resolved;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

/// Everything that the emission of one function needs.
pub(super) struct Items<'a> {
    pub(super) f: &'a Function,
    pub(super) resolved: &'a Resolved,
    /// None where the function is wrong: its items have no bodies.
    pub(super) plans: Option<&'a Plans>,
    /// The equations for people; the inline form has none.
    pub(super) derivation: Option<&'a Derivation>,
    /// Its sections as docs.
    pub(super) sections: Vec<(Subject, TokenStream)>,
    /// The docs of the plan of the value and its pullback.
    pub(super) plan_doc: TokenStream,
    /// The path of the crate `einstan`.
    pub(super) facade: TokenStream,
    pub(super) paths: Paths,
    /// Scalars are passed by reference: the inline form.
    pub(super) inline: bool,
}

/// How a tensor is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// `&ArrayRef2<T>`, a scalar as `T`
    Argument,
    /// `&'a ArrayRef2<T>`
    Borrowed,
    /// `&mut ArrayRef2<T>`, a scalar as `&mut T`
    Output,
    /// `Array2<T>`
    Owned,
    /// `CowArray<'a, T, Ix2>`
    Cow,
}

impl<'a> Items<'a> {
    /// The plan of the value and its pullback.
    pub(super) fn plan(&self) -> Option<&'a Plan> {
        self.plans.map(|p| &p.vjp)
    }
}

impl Items<'_> {
    /// Emits what generated code has for a prelude: no name of it is the user's.
    ///
    /// ```text
    /// use ::einstan::__private::{core::{self, default::Default, result::Result}, nd, rt::{self, Block, Elementary, Loop}};
    /// use ::einstan::testing;
    /// ```
    pub(super) fn imports(&self) -> TokenStream {
        let facade = &self.facade;
        quote! {
            use #facade::__private::{
                core::{self, default::Default, result::Result}, nd, rt::{self, Block, Elementary, Loop},
            };
            use #facade::testing;
        }
    }

    /// `::einstan::__private::rt`: a module of them, where the user's own names are in scope.
    pub(super) fn private(&self, module: &str) -> TokenStream {
        let (facade, module) = (&self.facade, format_ident!("{}", module));
        quote! { #facade::__private::#module }
    }

    /// The element type, where no argument or result leaves it open: the one that the signature fixes, or `f64` where
    /// there are only integers, for then nothing could say what `T` is.
    pub(super) fn fixed(&self) -> Option<ElementType> {
        let tensors = self.tensors().into_iter().map(|(_, t)| t);
        let mut all = tensors.chain(self.f.results.iter().copied());
        let open = all.any(|t| self.f.tensor(t).element == Element::Float);
        self.f.float.or((!open).then_some(ElementType::F64))
    }

    /// `T`, or the type that is fixed.
    pub(super) fn float(&self) -> TokenStream {
        match self.fixed() {
            Some(ElementType::F32) => quote! { f32 },
            Some(_) => quote! { f64 },
            None => quote! { T },
        }
    }

    /// `<'a, T: rt::Float, n: rt::AxisType>` of a free function, nothing where nothing is open.
    pub(super) fn generics(&self, lifetime: bool) -> TokenStream {
        let axes = self.type_parameters();
        if axes.is_empty() {
            return self.float_generics(lifetime);
        }
        let life = lifetime.then(|| quote! { 'a, });
        let float = self.fixed().is_none().then(|| quote! { T: rt::Float, });
        quote! { <#life #float #(#axes: rt::AxisType),*> }
    }

    /// `<T: rt::Float>`, nothing where the element type is fixed.
    pub(super) fn float_generics(&self, lifetime: bool) -> TokenStream {
        match (lifetime, self.fixed().is_some()) {
            (false, false) => quote! { <T: rt::Float> },
            (true, false) => quote! { <'a, T: rt::Float> },
            (false, true) => quote! {},
            (true, true) => quote! { <'a> },
        }
    }

    fn element(&self, tensor: TensorId, float: &TokenStream) -> TokenStream {
        match self.f.tensor(tensor).element {
            Element::Float => float.clone(),
            Element::Integer(t) => integer_type(t),
        }
    }

    pub(super) fn rank(&self, tensor: TensorId) -> usize {
        self.f.tensor(tensor).axes.len()
    }

    /// `Ix2`, above rank 6 `IxDyn`
    pub(super) fn dimension_name(&self, tensor: TensorId) -> Ident {
        match self.rank(tensor) {
            r @ 0..=6 => format_ident!("Ix{}", r),
            _ => format_ident!("IxDyn"),
        }
    }

    /// The type by which a tensor is passed, with elements `float`: with axis types, `TensorRef` for `ArrayRef` and `Tensor`
    /// for `Array`.
    pub(super) fn type_of(&self, tensor: TensorId, pass: Pass, float: &TokenStream) -> TokenStream {
        if !self.typed() || self.rank(tensor) == 0 {
            return self.array_of(tensor, pass, float);
        }
        let (element, axes) = (self.element(tensor, float), self.axes(&[tensor]));
        match pass {
            Pass::Argument if self.f.updates.contains_key(&tensor) => {
                quote! { &mut rt::TensorRef<#element, #axes> }
            }
            Pass::Argument => quote! { &rt::TensorRef<#element, #axes> },
            Pass::Borrowed => quote! { &'a rt::TensorRef<#element, #axes> },
            Pass::Output => quote! { &mut rt::TensorRef<#element, #axes> },
            Pass::Owned => quote! { rt::Tensor<#element, #axes> },
            Pass::Cow => self.array_of(tensor, pass, float),
        }
    }

    /// The same of a tensor without the types of its axes.
    pub(super) fn array_of(
        &self,
        tensor: TensorId,
        pass: Pass,
        float: &TokenStream,
    ) -> TokenStream {
        let (element, dimension) = (self.element(tensor, float), self.dimension_name(tensor));
        let pass = match pass {
            Pass::Argument if self.f.updates.contains_key(&tensor) => Pass::Output,
            pass => pass,
        };
        match (pass, self.rank(tensor)) {
            (Pass::Argument | Pass::Borrowed, 0) if self.inline => quote! { &#element },
            (Pass::Output, 0) => quote! { &mut #element },
            (_, 0) => element,
            (Pass::Argument, _) => quote! { &nd::ArrayRef<#element, nd::#dimension> },
            (Pass::Borrowed, _) => quote! { &'a nd::ArrayRef<#element, nd::#dimension> },
            (Pass::Output, _) => quote! { &mut nd::ArrayRef<#element, nd::#dimension> },
            (Pass::Owned, _) => quote! { nd::Array<#element, nd::#dimension> },
            (Pass::Cow, _) => quote! { nd::CowArray<'a, #element, nd::#dimension> },
        }
    }

    /// The parameters as written: `X: &ArrayRef2<T>, c: usize`.
    pub(super) fn parameters(&self, pass: Pass) -> TokenStream {
        let float = self.float();
        let each = self
            .f
            .parameters
            .iter()
            .zip(&self.resolved.parameters)
            .map(|(p, name)| {
                let name = ident(name);
                let ty = match *p {
                    Parameter::Tensor(t) => self.type_of(t, pass, &float),
                    Parameter::Dim(_) => quote! { usize },
                };
                quote! { #name: #ty, }
            });
        let given = self.hidden_parameters();
        quote! { #(#each)* #(#given: f64,)* }
    }

    /// Of the inline form, which evaluates Rust expressions among the user's variables: `__g0`
    pub(super) fn hidden_parameters(&self) -> Vec<Ident> {
        let each = self.givens().filter(|_| self.inline);
        each.map(|id| Ident::new(&format!("__g{}", id.0), Span::mixed_site()))
            .collect()
    }

    /// Whether there is a product of the Hessian with a direction.
    pub(super) fn has_hvp(&self) -> bool {
        self.f.is_scalar() && self.f.has_second_derivative()
    }

    /// `let (a0, a1) = (X, W);`: from here on no name is the user's.
    pub(super) fn rename(&self) -> TokenStream {
        let each = self
            .resolved
            .parameters
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let (own, user) = (argument(at), ident(name));
                let scalar =
                    matches!(self.f.parameters[at], Parameter::Tensor(t) if self.rank(t) == 0);
                let value = match self.f.parameters[at] {
                    Parameter::Tensor(_) if scalar && self.inline => quote! { *#user },
                    Parameter::Tensor(t) if !scalar && self.typed() => {
                        match self.f.updates.contains_key(&t) {
                            true => quote! { rt::plain_mut(#user) },
                            false => quote! { rt::plain(#user) },
                        }
                    }
                    _ => quote! { #user },
                };
                quote! { let #own = #value; }
            });
        quote! { #(#each)* }
    }

    /// The tensors among the parameters, each with its place.
    pub(super) fn tensors(&self) -> Vec<(usize, TensorId)> {
        self.f
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(at, p)| match *p {
                Parameter::Tensor(t) => Some((at, t)),
                Parameter::Dim(_) => None,
            })
            .collect()
    }

    /// Sources of all tensor parameters, from values at `place`.
    pub(super) fn sources(
        &self,
        place: impl Fn(usize) -> TokenStream,
        by_reference: bool,
    ) -> TokenStream {
        let each = self.tensors().into_iter().map(|(at, t)| {
            let place = place(at);
            if self.f.updates.contains_key(&t) {
                return match self.rank(t) {
                    0 => quote! { rt::Sink::scalar(#place), },
                    _ => quote! { rt::Sink::new(#place), },
                };
            }
            match (self.rank(t), by_reference) {
                (0, _) => quote! { rt::Source::scalar(&#place), },
                (_, true) => quote! { rt::Source::new(#place), },
                (_, false) => quote! { rt::Source::new(&#place), },
            }
        });
        quote! { #(#each)* }
    }

    /// The parameters by which the function is differentiated, each with its place.
    pub(super) fn differentiable(&self) -> Vec<(usize, TensorId)> {
        let all: Vec<TensorId> = self.f.differentiable().collect();
        self.tensors()
            .into_iter()
            .filter(|(_, t)| all.contains(t))
            .collect()
    }

    /// Results that have a cotangent.
    pub(super) fn cotangents(&self) -> Vec<(usize, TensorId)> {
        let float = |t: &TensorId| self.f.tensor(*t).element == Element::Float;
        self.f
            .results
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, t)| float(t))
            .collect()
    }

    /// The type of the results: one, or a tuple.
    pub(super) fn result_type(&self) -> TokenStream {
        let float = self.float();
        let each: Vec<TokenStream> = self
            .f
            .results
            .iter()
            .map(|&t| self.type_of(t, Pass::Owned, &float))
            .collect();
        match (&each[..], self.resolved.tuple) {
            ([one], false) => quote! { #one },
            _ => quote! { (#(#each,)*) },
        }
    }

    /// The results as a value, from `r0`, `r1`...
    pub(super) fn result_value(&self) -> TokenStream {
        self.result_tuple(|at, t| {
            let name = result(at);
            self.wrapped(self.rank(t), quote! { #name })
        })
    }

    /// What stands for each result: one, or a tuple.
    pub(super) fn result_tuple(
        &self,
        each: impl Fn(usize, TensorId) -> TokenStream,
    ) -> TokenStream {
        let results = self.f.results.iter().enumerate();
        let each: Vec<TokenStream> = results.map(|(at, &t)| each(at, t)).collect();
        match (&each[..], self.resolved.tuple) {
            ([one], false) => quote! { #one },
            _ => quote! { (#(#each,)*) },
        }
    }

    /// The length of a dimension, from a `lens` in scope.
    pub(super) fn len(&self, dim: DimId, lens: &TokenStream) -> TokenStream {
        match self.f.dim(dim).length {
            Length::Fixed(n) => {
                let n = Literal::usize_suffixed(n as usize);
                quote! { #n }
            }
            _ => {
                let field = format_ident!("d{}", dim.0);
                quote! { #lens.#field }
            }
        }
    }

    /// `[lens.d0, lens.d1]`
    pub(super) fn lens(&self, tensor: TensorId, lens: &TokenStream) -> TokenStream {
        let each = self
            .f
            .tensor(tensor)
            .axes
            .iter()
            .map(|&d| self.len(d, lens));
        quote! { [#(#each),*] }
    }

    /// A new array of any numbers, or a scalar zero: `rt::any("f", "Y", nd::Dim([lens.d0]))?`
    pub(super) fn new_array(
        &self,
        tensor: TensorId,
        name: &str,
        lens: &TokenStream,
    ) -> TokenStream {
        let function = &self.f.name;
        let shape = self.lens(tensor, lens);
        match self.rank(tensor) {
            0 => {
                let element = self.element(tensor, &self.float());
                quote! { <#element as Default>::default() }
            }
            1..=6 => quote! { rt::any(#function, #name, nd::Dim(#shape))? },
            _ => quote! { rt::any(#function, #name, nd::IxDyn(&#shape))? },
        }
    }

    /// `Ok(..)` and the type that `?` needs.
    pub(super) fn result_of(&self, ty: TokenStream) -> TokenStream {
        quote! { Result<#ty, rt::Error> }
    }

    /// A body, or where the function is wrong none. Nor has rust-analyzer one: nobody reads it, it would look into all of them
    /// after each key, and where rustc's errors may point at the user's words, it would lead from there to whatever bodies call.
    ///
    /// ```text
    /// #[cfg(not(rust_analyzer))] { .. }
    /// #[cfg(rust_analyzer)] { Result::Err(..) }
    /// ```
    pub(super) fn body(&self, code: TokenStream) -> TokenStream {
        let function = &self.f.name;
        let none = quote! { Result::Err(rt::Error::internal(#function, "it did not compile")) };
        match self.plan() {
            Some(_) => quote! {
                #[cfg(not(rust_analyzer))] { #code }
                #[cfg(rust_analyzer)] { #none }
            },
            None => none,
        }
    }
}

/// A user's name with its span, raw where it is a keyword.
pub(super) fn ident(name: &Name) -> Ident {
    if words::begins_path(&name.text) {
        // Refused, and no name in any way.
        Ident::new(&format!("{}_", name.text), name.span)
    } else if words::is_rust_keyword(&name.text) {
        Ident::new_raw(&name.text, name.span)
    } else {
        Ident::new(&name.text, name.span)
    }
}

/// The same of a field that is named, not declared: there is nothing to see at the user's place.
pub(super) fn field(name: &Name) -> Ident {
    let mut field = ident(name);
    field.set_span(Span::call_site());
    field
}

/// `a3`: an argument under a name of our own.
pub(super) fn argument(at: usize) -> Ident {
    format_ident!("__a{}", at)
}

/// `r3`: a result under a name of our own.
pub(super) fn result(at: usize) -> Ident {
    format_ident!("__r{}", at)
}
