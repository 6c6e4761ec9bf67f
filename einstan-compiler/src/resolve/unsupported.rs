//! Constructs of the language that this version does not compile yet.

use crate::diagnostics::Diagnostics;
use crate::rule::Rule;
use proc_macro2::Span;

/// Reports a construct by its name.
pub(crate) fn report(diagnostics: &mut Diagnostics, span: Span, construct: &str) {
    let text = format!("{construct} is not supported in this version of einstan");
    diagnostics.error(Rule::Unsupported, span, text);
}
