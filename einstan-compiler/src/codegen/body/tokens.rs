//! Tokens put together by moving them. `quote!` copies what stands in it, token by token, at each level of a nest.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

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
    pub cut: TokenStream,
    /// `[x]`
    pub at: TokenStream,
}

impl Phrases {
    pub fn new() -> Self {
        Phrases {
            each: quote! { #[inline(always)] |x: usize| },
            length: quote! { let n = if to - v < BLOCK { to - v } else { BLOCK }; },
            range: quote! { let (from, to) = },
            cut: quote! { [..n] },
            at: quote! { [x] },
        }
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

/// `(inside)`
pub(super) fn parenthesized(inside: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Parenthesis, inside)).into()
}
