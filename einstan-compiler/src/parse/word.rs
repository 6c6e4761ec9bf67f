//! The words of a statement, whether it parses or not: what stands around each of them says what it means.

use super::token::{Kind, Token};
use super::words;
use crate::ast::{Name, Place, Word};
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
            _ if path > 1 => {
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
    words::is_keyword(word) || ["if", "else", "_"].contains(&word)
}

fn add(token: &Token, place: Place, out: &mut Vec<Word>) {
    if let Kind::Word { text, .. } = &token.kind {
        let (text, span) = (text.clone(), token.span);
        out.push(Word {
            name: Name { text, span },
            place,
        });
    }
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
            true => Place::Function,
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
            _ => add(token, Place::Rust, out),
        }
    }
}

/// How many tokens of a path with several segments stand here, else 0.
fn path(tokens: &[Token]) -> usize {
    let mut length = usize::from(tokens.first().is_some_and(|t| t.is_op("::")));
    let mut segments = length;
    while let Some(Kind::Word { .. }) = tokens.get(length).map(|t| &t.kind) {
        (length, segments) = (length + 1, segments + 1);
        if !tokens.get(length).is_some_and(|t| t.is_op("::")) {
            return if segments > 1 { length } else { 0 };
        }
        length += 1;
    }
    0
}

/// Whether an operand ends before braces, which are then those of a branch; else Rust stands in them.
fn is_operand(before: Option<&Token>) -> bool {
    before.is_some_and(|t| !t.is_word("if") && !matches!(t.kind, Kind::Op(_)))
}
