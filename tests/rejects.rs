//! Programs that the compiler must refuse, and what the errors must name: `tests/conformance/data/rejects.json`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use regex::Regex;

/// What the facade hands to the compiler.
fn expand(source: &str) -> Result<String, String> {
    let facade = Group::new(Delimiter::Bracket, "::einstan".parse().expect("a path"));
    let mut tokens = TokenStream::from(TokenTree::Group(facade));
    let source: TokenStream = source.parse().map_err(|e| format!("error: {e}"))?;
    tokens.extend(source);
    Ok(einstan_compiler::expand(tokens).to_string())
}

/// The texts of all `compile_error!("..")` in generated code, joined into one line.
fn errors(code: &str) -> String {
    let tokens: Vec<TokenTree> = flatten(code.parse().expect("generated code is tokens"));
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let (TokenTree::Ident(name), Some(TokenTree::Literal(text))) =
            (token, tokens.get(at + 2))
            && name == "compile_error"
        {
            let text = syn_text(&text.to_string());
            out.push(format!("error: {}", text.replace('\n', " ")));
        }
    }
    out.join(" ")
}

/// The tokens with the insides of all groups in line.
fn flatten(tokens: TokenStream) -> Vec<TokenTree> {
    let mut out = Vec::new();
    for t in tokens {
        match t {
            TokenTree::Group(g) => out.extend(flatten(g.stream())),
            t => out.push(t),
        }
    }
    out
}

/// What a string literal says; its only escapes are those that `quote` writes.
fn syn_text(literal: &str) -> String {
    serde_json::from_str(literal).expect("a plain string literal")
}

#[test]
fn every_program_is_refused_with_an_error_that_names_the_mistake() {
    let text = include_str!("conformance/data/rejects.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(text).expect("a list of cases");
    let mut wrong = Vec::new();
    for case in &cases {
        let field = |f: &str| case[f].as_str().expect("a text");
        let found = match expand(field("source")) {
            Ok(code) => errors(&code),
            // What rustc's lexer refuses never gets here.
            Err(error) => error,
        };
        let pattern = Regex::new(field("reject")).expect("a pattern");
        if !pattern.is_match(&found) {
            wrong.push(format!("{}: `{pattern}` is not in: {found}", field("name")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
