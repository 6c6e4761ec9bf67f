//! The words of a statement, whether it parses or not: what stands around each of them says what it means.

use super::token::{Kind, Token};
use super::words;
use crate::ast::{Place, Word};
use proc_macro2::Delimiter;

/// The words of `tokens`, in the order of the source.
pub(crate) fn words(tokens: &[Token]) -> Vec<Word> {
    let mut out = Vec::new();
    walk(tokens, &Place::Alone, &mut out);
    out
}

/// Adds the words of `tokens`, where a word by itself has the place `alone`.
fn walk(tokens: &[Token], alone: &Place, out: &mut Vec<Word>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        let path = path(rest);
        match &token.kind {
            _ if path > 0 => {
                let written = rest[..path].iter().map(|t| t.raw.clone()).collect();
                add(&rest[path - 1], Place::Path(written), out);
                at += path - 1;
            }
            Kind::Word { text, raw } if !raw && is_no_name(text) => {}
            Kind::Word { text, .. } => add(token, place(text, rest.get(1), alone), out),
            Kind::Group {
                delimiter: Delimiter::Bracket,
                tokens,
                ..
            } => brackets(tokens, out),
            Kind::Group {
                delimiter: Delimiter::Brace,
                tokens: inner,
                ..
            } if !is_operand(tokens[..at].last()) => rust(inner, out),
            Kind::Group { tokens: inner, .. } => {
                let is_length = at > 0 && tokens[at - 1].is_word("len");
                walk(
                    inner,
                    if is_length { &Place::Dimension } else { alone },
                    out,
                );
            }
            Kind::Literal(_) | Kind::Op(_) => {}
        }
        at += 1;
    }
}

fn is_no_name(word: &str) -> bool {
    words::is_rust_keyword(word) || word == "_"
}

fn add(token: &Token, place: Place, out: &mut Vec<Word>) {
    out.extend(token.name().map(|name| Word { name, place }));
}

/// What a word is before `next`.
fn place(word: &str, next: Option<&Token>, alone: &Place) -> Place {
    match next.map(|t| &t.kind) {
        Some(Kind::Group {
            delimiter: Delimiter::Parenthesis,
            ..
        }) => Place::Function,
        Some(Kind::Group {
            delimiter: Delimiter::Bracket,
            tokens,
            ..
        }) => match words::takes_index(word) {
            true => Place::Reduction,
            false => Place::Tensor(
                tokens
                    .split(|t| t.is_op(","))
                    .filter(|p| !p.is_empty())
                    .count(),
            ),
        },
        _ => alone.clone(),
    }
}

/// The words of subscripts, or of the indices of a reduction: `i: n, j`.
fn brackets(tokens: &[Token], out: &mut Vec<Word>) {
    for part in tokens.split(|t| t.is_op(",")) {
        let colon = part.iter().position(|t| t.is_op(":"));
        let (index, dimension) = part.split_at(colon.unwrap_or(part.len()));
        walk(index, &Place::Subscript, out);
        walk(dimension, &Place::Dimension, out);
    }
}

fn rust(tokens: &[Token], out: &mut Vec<Word>) {
    for token in tokens {
        match &token.kind {
            Kind::Group { tokens, .. } => rust(tokens, out),
            Kind::Word { text, raw } if !raw && is_no_name(text) => {}
            _ => add(token, Place::Rust, out),
        }
    }
}

/// How many tokens of a path with `::` stand here, without those at its end; else 0.
fn path(tokens: &[Token]) -> usize {
    let is_word = |at: usize| {
        tokens.get(at).is_some_and(|t| match &t.kind {
            Kind::Word { text, raw } => *raw || words::begins_path(text) || !is_no_name(text),
            _ => false,
        })
    };
    let is_separator = |at: usize| tokens.get(at).is_some_and(|t| t.is_op("::"));
    let start = usize::from(is_separator(0));
    if !is_word(start) || start == 0 && !is_separator(1) {
        return 0;
    }
    let mut length = start + 1;
    while is_separator(length) && is_word(length + 1) {
        length += 2;
    }
    length
}

/// Whether an operand ends before braces, which are then those of a branch; else Rust stands in them.
fn is_operand(before: Option<&Token>) -> bool {
    before.is_some_and(|t| !t.is_word("if") && !matches!(t.kind, Kind::Op(_)))
}
