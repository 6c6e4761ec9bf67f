//! Tokens put together by moving them. `quote!` copies what stands in it, token by token, at each level of a nest.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One after the other.
pub(super) fn joined<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    parts.into_iter().collect()
}

/// `{ inside }`, which is copied as one token.
pub(super) fn braced(inside: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Brace, inside)).into()
}
