//! What is wrong with an invocation: every error, each at its token.
//!
//! A `Diagnostics` must be read: dropping one that was neither read nor absorbed is a bug of the compiler.

use crate::rule::Rule;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// The page with a section for each rule.
const PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/errors.md");

/// One error: its rule (the name of its section in the reference and of its folder under `tests/ui`), the place, the
/// sentence, and notes that follow it on lines of their own.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub rule: Rule,
    pub span: Span,
    pub message: String,
    /// What stands elsewhere and contradicts it, the first of two definitions say, and what that is.
    pub other: Option<Other>,
}

/// The other place of an error that is about two.
#[derive(Clone, Debug)]
pub struct Other {
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
            other: None,
        });
    }

    /// Reports an error that is about two places: what is wrong is at `span`, and what it contradicts at `other`.
    pub fn error_beside(
        &mut self,
        rule: Rule,
        span: Span,
        message: impl Into<String>,
        other: (Span, String),
    ) {
        let (place, what) = other;
        self.error(rule, span, message);
        if let Some(error) = self.errors.last_mut() {
            error.other = Some(Other {
                span: place,
                message: what,
            });
        }
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

    /// Each error as a `compile_error!` at its token, and one more at its other place: stable Rust lets a macro point at one
    /// place for each. All tokens stand there, or rustc would point at the whole invocation; so the path can't be the
    /// facade's.
    pub fn to_tokens(&self) -> TokenStream {
        let at =
            |span: Span, text: String| quote_spanned! { span => ::core::compile_error! { #text } };
        self.errors
            .iter()
            .flat_map(|e| {
                let rule = e.rule.name();
                let error = at(e.span, shown(rule, &e.message));
                let other = e.other.as_ref();
                let other = other.map(|o| at(o.span, format!("einstan[{rule}]: {}", o.message)));
                [error].into_iter().chain(other)
            })
            .collect()
    }
}

/// What is shown of a message: its rule, the message, and the section of the rule.
pub(crate) fn shown(rule: &str, message: &str) -> String {
    format!("einstan[{rule}]: {message}\nsee {PAGE}#{rule}")
}
