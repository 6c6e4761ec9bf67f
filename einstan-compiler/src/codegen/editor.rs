//! What editors ask about: every word of the equations as a Rust name that means the same, at its place in the source.
//!
//! rust-analyzer looks for a word of the source in what its macro became. Bodies name nothing of the user's, so beside them
//! stands, for it alone, what this file emits: declarations of tensors and dimensions where they are declared, which say
//! in their types and docs what they are, and below them every statement as a list of its words. Where a statement does
//! not parse it has a list too, so that there is something to complete.

use super::signature::ident;
use crate::ast::{Expr, ExprKind, Name, Number, Place, Word};
use crate::ir::{Element, Role};
use crate::parse::words;
use crate::resolve::{Program, Resolved, ScalarSource, names_in};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::BTreeMap;

/// Emits
///
/// ```text
/// #[allow(..)]
/// const _: () = {
///     #[cfg(rust_analyzer)]
///     const _: () = {
///         use ::einstan::__private::rt::notation::{self, words::*};
///         fn swish(x: notation::Number) -> notation::Number { .. }
///         const _: () = { ..of a function.. };
///     };
/// };
/// ```
pub fn editors(program: &Program) -> TokenStream {
    // Errors stand alone where nothing else is right: an item would be none in an expression.
    if program.functions.is_empty() && program.scalars.is_empty() {
        return TokenStream::new();
    }
    let facade = &program.facade;
    let scalars = program.scalars.iter().map(scalar);
    let functions = program.functions.iter().map(|f| match program.inline {
        Some(_) => inline(f),
        None => function(f),
    });
    let inside = quote! {
        use #facade::__private::rt::notation::{self, words::*};
        #(#scalars)*
        #(#functions)*
    };
    // rustc knows no such configuration; and names are the user's.
    let allowed = quote! { #[allow(unexpected_cfgs, non_snake_case, non_upper_case_globals, non_camel_case_types)] };
    match program.inline {
        // Its parameters are variables where it stands.
        Some(_) => quote! { #allowed { #[cfg(rust_analyzer)] { #inside } } },
        None => {
            quote! { #allowed const _: () = { #[cfg(rust_analyzer)] const _: () = { #inside }; }; }
        }
    }
}

/// Emits `fn swish(x: notation::Number) -> notation::Number { (&x, sigmoid,); notation::Number }`.
fn scalar(source: &ScalarSource) -> TokenStream {
    let name = ident(&source.name);
    let parameters = source.parameters.iter().map(ident);
    let is_parameter = |name: &str| source.parameters.iter().any(|p| p.text == name);
    let statements = source.words.iter();
    let statements = statements.map(|s| statement(s, is_parameter, |_| false));
    quote! {
        #[doc = "A function of numbers, element by element."]
        fn #name(#(#parameters: notation::Number),*) -> notation::Number {
            #(#statements)*
            notation::Number
        }
    }
}

/// Emits, of a function of tensors,
///
/// ```text
/// const _: () = {
///     { (&Y, &i, &j, &X, &i, &j,); const i: notation::Index; const j: notation::Index; }
///     /// `X[n, m]`, a parameter of `dense`: f32 or f64
///     const X: notation::Tensor<(n, m)>;
///     /// A length in `dense`.
///     struct n {}
/// };
/// ```
///
/// What is declared comes last: where a word is to be completed, an editor looks at the first one that came of it, and where
/// something is declared there is nothing to complete.
fn function(resolved: &Resolved) -> TokenStream {
    let names = Names::of(resolved);
    let (lengths, tensors, statements) = (names.lengths(), names.tensors(&[]), names.statements());
    quote! {
        const _: () = { #statements #tensors #lengths };
    }
}

/// The same of the inline form, whose parameters are variables.
fn inline(resolved: &Resolved) -> TokenStream {
    let names = Names::of(resolved);
    let tensors = names.tensors(&resolved.parameters);
    let (lengths, statements) = (names.lengths(), names.statements());
    quote! { #statements #tensors #lengths }
}

/// The names of a function of tensors, each where it is first.
struct Names<'a> {
    resolved: &'a Resolved,
    /// With their dimensions, where these are declared.
    tensors: BTreeMap<&'a str, (&'a Name, Option<&'a [Expr]>)>,
    lengths: BTreeMap<&'a str, Span>,
}

impl<'a> Names<'a> {
    fn of(resolved: &'a Resolved) -> Self {
        let source = &resolved.source;
        let mut names = Names {
            resolved,
            tensors: BTreeMap::new(),
            lengths: BTreeMap::new(),
        };
        for (name, dimensions) in &source.declared {
            let tensor = (name, Some(&dimensions[..]));
            names.tensors.entry(&name.text).or_insert(tensor);
        }
        let written = source.words.iter().flatten();
        for name in resolved.parameters.iter().chain(written.map(|w| &w.name)) {
            if source.tensors.contains_key(&name.text) {
                names.tensors.entry(&name.text).or_insert((name, None));
            }
        }
        let declared = source
            .declared
            .iter()
            .flat_map(|(_, dimensions)| dimensions);
        let declared = declared.filter_map(plain).chain(&source.lengths);
        for name in declared {
            names.length(&name.text, name.span);
        }
        for dim in &resolved.function.dims {
            if syn::parse_str::<Ident>(&dim.name).is_ok() {
                names.length(&dim.name, Span::call_site());
            }
        }
        names
    }

    /// Notes a dimension that is no axis type.
    fn length(&mut self, name: &'a str, span: Span) {
        let is_axis = self.resolved.axes.iter().any(|a| a.text == name);
        if !is_axis && name != "_" {
            self.lengths.entry(name).or_insert(span);
        }
    }

    fn lengths(&self) -> TokenStream {
        let docs = format!("A length in `{}`.", self.resolved.name.text);
        let each = self.lengths.iter().map(|(name, &span)| {
            let name = name_at(name, span);
            quote! { #[doc = #docs] struct #name {} }
        });
        quote! { #(#each)* }
    }

    /// The tensors but for those that are variables.
    fn tensors(&self, variables: &[Name]) -> TokenStream {
        let ours = |name: &str| variables.iter().all(|v| v.text != name);
        let ours = self.tensors.iter().filter(|(name, _)| ours(name));
        let each = ours.map(|(_, &(name, declared))| {
            let (docs, ty) = (self.docs(name), self.type_of(name, declared));
            let name = ident(name);
            quote! { #[doc = #docs] const #name: #ty; }
        });
        quote! { #(#each)* }
    }

    fn docs(&self, name: &Name) -> String {
        let f = &self.resolved.function;
        let Some(t) = self.resolved.source.tensor(&name.text) else {
            return format!("A tensor of `{}`.", f.name);
        };
        let tensor = f.tensor(t);
        let axes: Vec<&str> = tensor.axes.iter().map(|&d| &*f.dim(d).name).collect();
        let shown = match axes.is_empty() {
            true => name.text.clone(),
            false => format!("{}[{}]", name.text, axes.join(", ")),
        };
        let what = match tensor.role {
            Role::Parameter { constant: true } => "a parameter that is held constant",
            Role::Parameter { .. } => "a parameter",
            Role::Result => "a result",
            _ => "an intermediate tensor",
        };
        let element = match (tensor.element, f.float) {
            (Element::Integer(t), _) => t.word(),
            (Element::Float, Some(t)) => t.word(),
            (Element::Float, None) => "f32 or f64",
        };
        format!("`{shown}`, {what} of `{}`: {element}", f.name)
    }

    /// `notation::Tensor<(n, m)>`
    fn type_of(&self, name: &Name, declared: Option<&[Expr]>) -> TokenStream {
        let found = self.resolved.source.tensor(&name.text);
        let axes: Vec<TokenStream> = match (declared, found) {
            (Some(dimensions), _) => dimensions.iter().map(|e| self.declared(e)).collect(),
            (None, Some(t)) => {
                let f = &self.resolved.function;
                let axes = f.tensor(t).axes.iter();
                axes.map(|&d| self.dimension(&f.dim(d).name, Span::call_site()))
                    .collect()
            }
            (None, None) => return quote! { notation::Unknown },
        };
        match axes.is_empty() {
            true => quote! { notation::Number },
            false => quote! { notation::Tensor<(#(#axes,)*)> },
        }
    }

    fn declared(&self, e: &Expr) -> TokenStream {
        match plain(e) {
            Some(name) => self.dimension(&name.text, name.span),
            None => match e.kind {
                ExprKind::Number(Number::Whole(n)) => self.dimension(&n.to_string(), e.span),
                _ => quote! { notation::Computed },
            },
        }
    }

    /// A dimension as a type.
    fn dimension(&self, name: &str, span: Span) -> TokenStream {
        let is_axis = self.resolved.axes.iter().any(|a| a.text == name);
        match name.parse::<u64>() {
            _ if is_axis || self.lengths.contains_key(name) => {
                name_at(name, span).into_token_stream()
            }
            Ok(n) => {
                let n = Literal::u64_unsuffixed(n);
                quote! { notation::Fixed<#n> }
            }
            Err(_) => quote! { notation::Computed },
        }
    }

    /// Every statement, and before them what computed dimensions of the signature name.
    fn statements(&self) -> TokenStream {
        let source = &self.resolved.source;
        let dimensions = source
            .declared
            .iter()
            .flat_map(|(_, dimensions)| dimensions);
        let computed = dimensions.filter(|e| plain(e).is_none()).flat_map(names_in);
        let computed: Vec<Word> = computed
            .map(|name| Word {
                name,
                place: Place::Dimension,
            })
            .collect();
        let all = [computed].into_iter().chain(source.words.iter().cloned());
        let each = all.map(|words| {
            statement(
                &words,
                |name| self.tensors.contains_key(name),
                |name| self.lengths.contains_key(name),
            )
        });
        quote! { #(#each)* }
    }
}

/// The words of a statement: `{ (&Y, &i, &X, &i, sum,); const i: notation::Index; }`.
fn statement(
    words: &[Word],
    is_tensor: impl Fn(&str) -> bool,
    is_length: impl Fn(&str) -> bool,
) -> TokenStream {
    let mut indices: BTreeMap<&str, &Name> = BTreeMap::new();
    for word in words {
        if let Place::Subscript = word.place
            && !is_tensor(&word.name.text)
        {
            indices.entry(&word.name.text).or_insert(&word.name);
        }
    }
    let each = words.iter().filter_map(|word| {
        let name = ident(&word.name);
        Some(match &word.place {
            Place::Dimension => quote! { notation::length::<#name> },
            Place::Rust if is_length(&word.name.text) => quote! { notation::length::<#name> },
            Place::Rust => return None,
            Place::Path(path) => path.clone(),
            Place::Function if words::takes_index(&word.name.text) => quote! { self::#name },
            Place::Function | Place::Reduction => name.into_token_stream(),
            Place::Tensor(_) | Place::Subscript | Place::Alone => quote! { &#name },
        })
    });
    let (each, indices): (Vec<_>, Vec<_>) =
        (each.collect(), indices.values().map(|n| ident(n)).collect());
    if each.is_empty() {
        return TokenStream::new();
    }
    quote! { { (#(#each,)*); #(const #indices: notation::Index;)* } }
}

/// The name that a dimension is.
fn plain(e: &Expr) -> Option<&Name> {
    match &e.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn name_at(text: &str, span: Span) -> Ident {
    ident(&Name {
        text: text.to_string(),
        span,
    })
}

#[cfg(test)]
mod tests {
    fn seen(source: &str) -> String {
        let tokens = format!("[::einstan] {source}").parse();
        let code = crate::expand(tokens.expect("tokens")).to_string();
        let (seen, _) = code.split_once("# [doc (hidden)]").expect("a module");
        seen.to_string()
    }

    #[test]
    fn every_word_is_there() {
        let seen = seen(
            "fn half(a) = a/2; pub fn f(x[n], t[m]: usize) -> Y[m, 2*n] { h[i] = half(x[t[i]]); Y[i, j: 2*n] = h[i]*{n as f64}; }",
        );
        for part in [
            "fn half (a : notation :: Number) -> notation :: Number { { (& a ,) ; } notation :: Number }",
            "(& h , & i , half , & x , & t , & i ,) ; const i : notation :: Index ;",
            "(& Y , & i , & j , notation :: length :: < n > , & h , & i , notation :: length :: < n > ,) ;",
            "\"`x[n]`, a parameter of `f`: f32 or f64\"] const x : notation :: Tensor < (n ,) > ;",
            "\"`h[m]`, an intermediate tensor of `f`: f32 or f64\"] const h : notation :: Tensor < (m ,) > ;",
            "const Y : notation :: Tensor < (m , notation :: Computed ,) > ;",
            "\"A length in `f`.\"] struct n { }",
        ] {
            assert!(seen.contains(part), "{part}\n{seen}");
        }
    }

    #[test]
    fn what_does_not_parse_is_there_too() {
        let seen = seen("fn f(x[n]) -> y[n] { h[i] = exp(x[i],) + ; y[i] = nn::g + W[] }");
        assert!(
            seen.contains("{ (& h , & i , exp , & x , & i ,) ; const i"),
            "{seen}"
        );
        assert!(
            seen.contains("{ (& y , & i , nn :: g , & W ,) ; const i"),
            "{seen}"
        );
    }
}
