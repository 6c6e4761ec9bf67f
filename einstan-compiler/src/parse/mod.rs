//! From tokens to the surface syntax.
//!
//! Parsing recovers per equation and per item: what is wrong is reported once, and everything else is in the tree.
//! Nothing here knows what a name stands for.

mod condition;
mod cursor;
mod equation;
mod expr;
mod item;
mod number;
mod operand;
mod signature;
mod subscript;
mod token;
mod word;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use crate::ast::{Form, Invocation};
use crate::diagnostics::Diagnostics;
use cursor::Cursor;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;

pub use token::PAIRS;

/// Parses what stands inside one `einstan!`. The facade passes its own path first, as `[$crate]`.
pub fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Invocation {
    let (facade, tokens) = facade(tokens);
    let tokens = token::tokens(tokens);
    let functions = item::defined(&tokens);
    let span = tokens.first().map_or_else(Span::call_site, |t| t.span);
    let end = tokens.last().map_or(span, |t| t.span);
    let mut cursor = Cursor::new(&tokens, end, "the end", &functions);
    // Equations have no `fn`: with one, what does not begin like an item is a damaged one.
    let is_items = |first| {
        item::begins_item(first)
            || item::begins_rust_item(first)
            || tokens.iter().any(|t| t.is_word("fn"))
    };
    let form = match cursor.peek() {
        None => Form::Items(Vec::new()),
        Some(first) if is_items(first) => Form::Items(item::items(&mut cursor, diagnostics)),
        Some(first) => {
            let follows = cursor.peek_after(1);
            let vjp = first.is_word("vjp")
                && follows.is_some_and(|t| {
                    t.is_group(Delimiter::Parenthesis) || matches!(t.kind, token::Kind::Word { .. })
                });
            if vjp {
                cursor.next();
            }
            Form::Inline {
                vjp: vjp.then_some(span),
                body: equation::body(&cursor, diagnostics),
            }
        }
    };
    Invocation { facade, form }
}

/// The path of the facade, and the tokens after it.
fn facade(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let mut trees = tokens.clone().into_iter();
    match trees.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            (group.stream(), trees.collect())
        }
        _ => (quote!(::einstan), tokens),
    }
}
