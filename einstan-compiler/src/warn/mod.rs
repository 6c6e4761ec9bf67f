//! What a good program had better not say. It is asked for of a function that has passed `check`, and changes nothing of it;
//! each warning stands in its file.
//!
//! A warning is given where there is no doubt: what cannot be told is not warned of. It is of what a function says itself,
//! not of what it calls.

mod branch;
mod factor;
mod logsumexp;
mod range;
mod read;
mod unread;
mod unused;

use crate::resolve::Resolved;
use crate::rule::Warning;
use proc_macro2::Span;

/// A warning at its place. The message may have several lines.
#[derive(Clone, Debug)]
pub struct Warned {
    pub warning: Warning,
    pub span: Span,
    pub message: String,
}

/// What a function is warned of, but for what its options allow.
pub(crate) fn warnings(resolved: &mut Resolved) -> Vec<Warned> {
    let mut out = Vec::new();
    // Questions about lengths make expressions.
    let before = resolved.function.extent();
    branch::never_taken(resolved, &mut out);
    resolved.function.forget(before);
    let reads = read::reads(&resolved.function);
    unused::parameters(resolved, &reads, &mut out);
    unused::intermediates(resolved, &reads, &mut out);
    unread::elements(resolved, &reads, &mut out);
    range::implied(resolved, &mut out);
    logsumexp::by_hand(resolved, &mut out);
    factor::conditions(resolved, &mut out);
    let allowed = &resolved.options.allow;
    out.retain(|w| !allowed.contains(&w.warning));
    out
}

/// A name that says that it is not used.
fn is_marked(name: &str) -> bool {
    name.starts_with('_')
}
