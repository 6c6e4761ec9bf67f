//! What the user's names mean where the function stands: the generated code is in a module of its own, and reaches them
//! through the implementation of a trait.

use super::callable::callable_name;
use super::external::{callee, located};
use super::signature::Items;
use crate::ast::ElementType;
use crate::ir::{ForeignId, GivenId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// `e0`: a foreign function.
pub(super) fn foreign(id: ForeignId) -> Ident {
    format_ident!("e{}", id.0)
}

/// `g0`: what a Rust expression gives.
pub(super) fn given(id: GivenId) -> Ident {
    format_ident!("g{}", id.0)
}

impl Items<'_> {
    /// Whether anything of the user's is reached, which where the function is wrong nothing is.
    fn reaches_outside(&self) -> bool {
        let given = !self.inline && !self.f.given.is_empty();
        !self.resolved.axes.is_empty() || self.plan().is_some() && (given || self.f.calls_outside())
    }

    fn foreigns(&self) -> impl Iterator<Item = ForeignId> {
        (0..self.f.foreign.len() as u32).map(ForeignId)
    }

    /// The Rust expressions, none where the function is wrong.
    pub(super) fn givens(&self) -> impl Iterator<Item = GivenId> {
        let count = self.plan().map_or(0, |_| self.f.given.len());
        (0..count as u32).map(GivenId)
    }

    /// Emits, inside the private module,
    ///
    /// ```text
    /// pub trait __Outside {
    ///     type C0;
    ///     fn e0<T: rt::Float>(a0: T, a1: T) -> T;
    ///     fn g0(d0: usize) -> f64;
    /// }
    /// pub struct __Here;
    /// type C0 = <__Here as __Outside>::C0;
    /// ```
    pub(super) fn outside(&self) -> TokenStream {
        if !self.reaches_outside() {
            return TokenStream::new();
        }
        let types: Vec<Ident> = self.calls().into_iter().map(callee).collect();
        let (generics, float) = (self.foreign_generics(), self.foreign_float());
        let foreign = self.foreigns().map(|id| {
            let name = foreign(id);
            let arguments = (0..self.f.foreign[id.index()].rules.len()).map(parameter);
            quote! { fn #name #generics(#(#arguments: #float),*) -> #float; }
        });
        let given = self.givens().filter(|_| !self.inline).map(|id| {
            let (name, arguments) = (given(id), 0..self.f.given[id.index()].lengths.len());
            let arguments = arguments.map(parameter);
            quote! { fn #name(#(#arguments: usize),*) -> f64; }
        });
        let fixed = self.f.float.filter(|_| self.f.calls_outside());
        let element = fixed.map(|_| quote! { type T = #float; });
        let (axes, places) = (self.axis_aliases(), self.axis_places());
        let (constants, asked) = (self.axis_constants(), self.asked_axes());
        quote! {
            pub trait __Outside { #(type #types;)* #(type #places: rt::AxisType;)* #(#foreign)* #(#given)* }
            pub struct __Here;
            #(type #types = <__Here as __Outside>::#types;)*
            #(
                // Documentation shows what it can reach by its name; elsewhere the name would be offered as an import.
                #[cfg(doc)]
                pub type #axes = <__Here as __Outside>::#places;
                #[cfg(not(doc))]
                type #axes = <__Here as __Outside>::#places;
            )*
            #element
            #constants
            #asked
        }
    }

    /// Emits, where the user's names mean what the user means,
    ///
    /// ```text
    /// const _: () = { impl __einstan_f::__Outside for __einstan_f::__Here {
    ///     type C0 = nn::softmax::takes_1_argument_for_1_result;
    ///     fn e0<T: rt::Float>(a0: T, a1: T) -> T { let function: fn(T, T) -> T = special::beta; function(a0, a1) }
    ///     fn g0(n: usize) -> f64 { Into::<f64>::into({ n as f64 }) }
    /// } };
    /// ```
    pub(super) fn here(&self, module: &Ident) -> TokenStream {
        if !self.reaches_outside() {
            return TokenStream::new();
        }
        let core = self.private("core");
        let types = self.calls().into_iter().map(|call| {
            let (name, path) = (callee(call), &self.resolved.externals[call.index()].path);
            let tokens = &path.tokens;
            let call = &self.f.calls[call.index()];
            let mut own = callable_name(call.arguments.len(), call.results);
            own.set_span(path.span);
            quote_spanned! { path.span => type #name = #tokens::#own; }
        });
        let (generics, float) = (self.foreign_generics(), self.foreign_float());
        let foreign = self.foreigns().map(|id| {
            let (name, own) = (foreign(id), &self.resolved.foreign[id.index()]);
            let target = &own.target;
            let arguments: Vec<Ident> = (0..own.parameters.len()).map(parameter).collect();
            // rustc compares the signature at the path, once.
            let types = arguments.iter().map(|_| &float);
            quote! {
                #[inline(always)]
                fn #name #generics(#(#arguments: #float),*) -> #float {
                    let function: fn(#(#types),*) -> #float = #target;
                    function(#(#arguments),*)
                }
            }
        });
        let given = self.givens().filter(|_| !self.inline).map(|id| {
            let (name, value) = (given(id), self.given_value(id));
            let lengths = self.resolved.given[id.index()].lengths.iter();
            let lengths = lengths.map(|n| Ident::new(&n.text, n.span));
            quote! { fn #name(#(#lengths: #core::primitive::usize),*) -> #core::primitive::f64 { #value } }
        });
        let axes = self.axis_types();
        quote! {
            #[allow(unused, non_snake_case, clippy::all, clippy::pedantic, clippy::nursery)] // lengths are called like dimensions
            const _: () = {
                impl #module::__Outside for #module::__Here { #(#types)* #axes #(#foreign)* #(#given)* }
            };
        }
    }

    /// `pub use self::__imp::{__Outside, __Here};`
    pub(super) fn outside_exports(&self) -> TokenStream {
        match self.reaches_outside() {
            true => quote! { pub use self::__imp::{__Outside, __Here}; },
            false => TokenStream::new(),
        }
    }

    /// Emits `Into::<f64>::into({ rate() })`.
    pub(super) fn given_value(&self, id: GivenId) -> TokenStream {
        let tokens = &self.resolved.given[id.index()].tokens;
        let at = tokens.clone().into_iter().next().map(|t| t.span());
        let core = self.private("core");
        let into = quote! { #core::convert::Into::<#core::primitive::f64>::into };
        let into = located(into, at.unwrap_or_else(Span::call_site));
        quote! { #into(#tokens) }
    }

    /// Emits, in a function of the module, `let g0 = <__Here as __Outside>::g0(d1);`
    pub(super) fn find_given(&self) -> TokenStream {
        let each = self.givens().filter(|_| !self.inline).map(|id| {
            let name = given(id);
            let lengths = self.f.given[id.index()].lengths.iter();
            let lengths = lengths.map(|&d| self.found_length(d));
            quote! { let #name = <__Here as __Outside>::#name(#(#lengths),*); }
        });
        quote! { #(#each)* }
    }

    /// `<T: rt::Float>` of a foreign function, nothing where the element type is fixed.
    fn foreign_generics(&self) -> TokenStream {
        let rt = self.private("rt");
        match self.f.float {
            None => quote! { <AnyFloat: #rt::Float> },
            Some(_) => TokenStream::new(),
        }
    }

    fn foreign_float(&self) -> TokenStream {
        let core = self.private("core");
        match self.f.float {
            None => quote! { AnyFloat },
            Some(ElementType::F32) => quote! { #core::primitive::f32 },
            Some(_) => quote! { #core::primitive::f64 },
        }
    }
}

/// `__p0`, which no path of the user's means.
fn parameter(at: usize) -> Ident {
    Ident::new(&format!("__p{at}"), Span::mixed_site())
}
