//! Warnings. Stable Rust lets a macro report errors alone; but rustc warns of what is deprecated, with a text of ours.

use crate::diagnostics::shown;
use crate::resolve::Resolved;
use proc_macro2::TokenStream;
use quote::quote_spanned;

/// A use of something deprecated at the place of each warning of a function. What the function allows is allowed there.
pub(super) fn warnings(resolved: &Resolved) -> TokenStream {
    let levels = ["allow", "warn", "deny", "forbid"];
    let is_level = |a: &&syn::Attribute| levels.iter().any(|level| a.path().is_ident(level));
    let attributes: Vec<_> = resolved.attributes.iter().filter(is_level).collect();
    let each = resolved.warnings.iter().map(|w| {
        let text = shown(w.warning.name(), &w.message);
        quote_spanned! { w.span =>
            #(#attributes)*
            const _: () = {
                #[deprecated(note = #text)]
                const WARNING: () = ();
                WARNING
            };
        }
    });
    each.collect()
}
