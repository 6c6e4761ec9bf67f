//! Tokens put together by moving them. `quote!` copies what stands in it, token by token, at each level of a nest.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What stands in every loop over a row. It is made once for a body, whose loops share the groups in it: a group takes more
/// memory than what is in it.
pub(super) struct Phrases {
    /// The beginning of a closure over positions: `#[inline(always)] |x: usize|`
    pub each: TokenStream,
    /// `let n = if to - v < BLOCK { to - v } else { BLOCK };`
    pub length: TokenStream,
    /// `let (from, to) =`
    pub range: TokenStream,
    /// `[..n]`
    pub cut: Group,
    /// `[x]`
    pub at: Group,
    /// `0usize`, which takes long to write: a literal in `quote!` is parsed.
    pub none: Literal,
    /// `0isize`
    pub first: Literal,
    /// `[1, 0]` and others
    numbers: RefCell<BTreeMap<Vec<isize>, Group>>,
}

impl Phrases {
    pub fn new() -> Self {
        Phrases {
            each: quote! { #[inline(always)] |x: usize| },
            length: quote! { let n = if to - v < BLOCK { to - v } else { BLOCK }; },
            range: quote! { let (from, to) = },
            cut: bracketed(quote! { ..n }),
            at: bracketed(quote! { x }),
            none: Literal::usize_suffixed(0),
            first: Literal::isize_suffixed(0),
            numbers: RefCell::default(),
        }
    }

    /// `[1, 0]`
    pub fn numbers(&self, all: Vec<isize>) -> Group {
        let mut known = self.numbers.borrow_mut();
        let group = |all: &Vec<isize>| {
            let all = all.iter().map(|&n| Literal::isize_unsuffixed(n));
            bracketed(quote! { #(#all),* })
        };
        known.entry(all).or_insert_with_key(group).clone()
    }
}

/// One after the other.
pub(super) fn joined<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    parts.into_iter().collect()
}

/// `{ inside }`, which is copied as one token.
pub(super) fn braced(inside: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Brace, inside)).into()
}

/// `[inside]`
pub(super) fn bracketed(inside: TokenStream) -> Group {
    Group::new(Delimiter::Bracket, inside)
}

/// `x960`
pub(super) fn numbered(letter: char, number: u32) -> Ident {
    let (mut text, mut rest) = (String::with_capacity(11), number);
    let mut place = 10u32.pow(number.checked_ilog10().unwrap_or(0));
    text.push(letter);
    while place > 0 {
        text.extend(char::from_digit(rest / place, 10));
        (rest, place) = (rest % place, place / 10);
    }
    Ident::new(&text, Span::call_site())
}

/// `a + b`
pub(super) fn infix(mut a: TokenStream, operator: char, b: TokenStream) -> TokenStream {
    let operator = TokenTree::Punct(Punct::new(operator, Spacing::Alone));
    a.extend([TokenStream::from(operator), b]);
    a
}

/// `(inside)`
pub(super) fn parenthesized(inside: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Parenthesis, inside)).into()
}
