//! From an input to what is printed.

pub mod input;
pub mod page;
pub mod report;

use einstan_compiler::{Derived, derive, expand};
use input::Input;
use proc_macro2::TokenStream;
use std::fmt::Write;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub steps: bool,
    pub latex: bool,
    pub notation: bool,
    pub rust: bool,
}

/// The functions of an input, or its errors as text.
pub fn functions(input: &Input) -> Result<Vec<Derived>, String> {
    derive(tokens(input)?).map_err(|diagnostics| report::errors(input, &diagnostics))
}

/// The text for the terminal.
pub fn text(input: &Input, wanted: Wanted) -> Result<String, String> {
    let all = functions(input)?;
    if all.is_empty() {
        return Err(format!(
            "error: {}: no function: what is derived are functions with results, `fn f(x[n]) -> s {{ .. }}`\n",
            input.name
        ));
    }
    let texts: Vec<String> = all.iter().map(|f| function(f, wanted)).collect();
    let mut out = texts.join("\n");
    if wanted.rust {
        let _ = write!(out, "\nrust\n{}", rust(input)?);
    }
    Ok(out)
}

fn function(f: &Derived, wanted: Wanted) -> String {
    let mut out = f.derivation.text();
    if wanted.steps {
        let _ = writeln!(out, "\nstep by step");
        for way in &f.ways {
            let _ = write!(out, "  {}\n{}", way.title, way.text("    "));
        }
    }
    if wanted.latex {
        let _ = write!(out, "\nlatex\n{}", f.derivation.latex());
        for way in f.ways.iter().filter(|_| wanted.steps) {
            let _ = write!(out, "\n% {}\n{}", way.title, way.latex());
        }
    }
    if wanted.notation {
        let _ = write!(out, "\nnotation\n{}", f.derivation.notation);
    }
    let _ = writeln!(out, "\nplan");
    for line in f.plan.lines() {
        let _ = writeln!(out, "    {line}");
    }
    out
}

/// What the macro makes of an input, formatted.
pub fn rust(input: &Input) -> Result<String, String> {
    let generated = expand(tokens(input)?);
    let mut file: syn::File =
        syn::parse2(generated).map_err(|e| report::error(input, &e.to_string(), e.span()))?;
    compiled(&mut file.items);
    Ok(prettyplease::unparse(&file))
}

/// Leaves out what stands there for editors alone.
fn compiled(items: &mut Vec<syn::Item>) {
    items.retain(|item| match item {
        // All that it holds is for editors.
        syn::Item::Const(c) => !c.attrs.iter().any(|a| says(a, "unexpected_cfgs")),
        syn::Item::Mod(m) => !m.attrs.iter().any(|a| says(a, "rust_analyzer")),
        _ => true,
    });
    for item in items {
        if let syn::Item::Mod(m) = item {
            m.attrs.retain(|a| !says(a, "not"));
            m.content.iter_mut().for_each(|(_, inner)| compiled(inner));
        }
    }
}

/// Whether an attribute is `#[cfg(word)]`, `#[allow(word)]` or the like.
fn says(attribute: &syn::Attribute, word: &str) -> bool {
    let first = attribute.meta.require_list().ok();
    let first = first.and_then(|list| list.tokens.clone().into_iter().next());
    first.is_some_and(|token| token.to_string() == word)
}

fn tokens(input: &Input) -> Result<TokenStream, String> {
    let tokens = input.text.parse();
    tokens.map_err(|e: proc_macro2::LexError| {
        report::error(input, &report::no_token(input, e.span()), e.span())
    })
}
