//! The procedural macro of `einstan`: hands its tokens to the compiler. Use it through the crate `einstan`.

use proc_macro::TokenStream;

/// `einstan!`, with the path of the facade in brackets before the equations.
#[doc(hidden)]
#[proc_macro]
pub fn __einstan(tokens: TokenStream) -> TokenStream {
    einstan_compiler::expand(tokens.into()).into()
}
