//! What is wrong with an invocation: every error, each at its token.
//!
//! A `Diagnostics` must be read: dropping one that was neither read nor absorbed is a bug of the compiler.

use crate::rule::Rule;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One error: its rule (the name of its section in the reference and of its folder under `tests/ui`), the place, the
/// sentence, and notes that follow it on lines of their own.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub rule: Rule,
    pub span: Span,
    pub message: String,
}

/// All errors of one invocation, in the order of the source as they were found.
#[derive(Debug, Default)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports an error of `rule` at `span`. The message may have several lines.
    pub fn error(&mut self, rule: Rule, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic {
            rule,
            span,
            message: message.into(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// Takes back what was reported after the first `count`: it was only a question.
    pub fn truncate(&mut self, count: usize) {
        self.errors.truncate(count);
    }

    pub fn errors(&self) -> &[Diagnostic] {
        &self.errors
    }

    /// Each error as a `compile_error!` at its token. All tokens stand there, or rustc would point at the whole
    /// invocation; so the path can't be the facade's.
    pub fn to_tokens(&self) -> TokenStream {
        self.errors
            .iter()
            .map(|e| {
                let text = format!("einstan[{}]: {}", e.rule.name(), e.message);
                quote_spanned! { e.span => ::core::compile_error! { #text } }
            })
            .collect()
    }
}
