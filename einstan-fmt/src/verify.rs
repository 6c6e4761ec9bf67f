//! That a body means what it meant: the same tokens and the same comments in the same order.

use crate::source::Source;
use crate::token::{Token, tokens};
use proc_macro2::{Group, TokenStream, TokenTree};

/// Why a formatted body, with its delimiters, is not the one that was written.
pub(crate) fn difference(written: &[Token], formatted: &str) -> Option<String> {
    let source = Source::new(formatted);
    let Some(group) = only_group(formatted) else {
        return Some("it has other delimiters".into());
    };
    let Some(new) = tokens(&source, &group) else {
        return Some("its tokens can't be told".into());
    };
    let mut diagnostics = einstan_compiler::diagnostics::Diagnostics::new();
    einstan_compiler::parse::parse(group.stream(), &mut diagnostics);
    if let Some(error) = diagnostics.errors().first() {
        return Some(format!("it does not parse any more: {}", error.message));
    }
    differing(&significant(written), &significant(&new))
        .or_else(|| differing(&comments(written), &comments(&new)))
}

fn only_group(text: &str) -> Option<Group> {
    let stream: TokenStream = text.parse().ok()?;
    let mut trees = stream.into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) => Some(group),
        _ => None,
    }
}

/// The tokens without the `;` that end nothing.
fn significant<'s>(tokens: &[Token<'s>]) -> Vec<&'s str> {
    let optional = |at: usize| tokens[at].is(";") && tokens.get(at + 1).is_some_and(Token::closes);
    (0..tokens.len())
        .filter(|at| !optional(*at))
        .map(|at| tokens[at].text)
        .collect()
}

/// The lines of comments without the spaces around them.
fn comments<'s>(tokens: &[Token<'s>]) -> Vec<&'s str> {
    let all = tokens.iter().flat_map(|token| &token.before.comments);
    all.flat_map(|comment| comment.text.lines().map(str::trim))
        .collect()
}

fn differing(a: &[&str], b: &[&str]) -> Option<String> {
    let n = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let part = |list: &[&str]| list.get(n).map_or("the end".into(), |t| format!("`{t}`"));
    (a.len() != b.len() || n < a.len()).then(|| format!("{} became {}", part(a), part(b)))
}
