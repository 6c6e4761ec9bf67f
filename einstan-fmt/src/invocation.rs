//! Where a file has `einstan!`, and which bodies are ours to format.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser;

/// The bodies of all `einstan!` in a file, those between the tokens of other macros too, in their order. What rustfmt is told to
/// skip is left out.
pub(crate) fn bodies(file: TokenStream) -> Vec<Group> {
    let mut found = Vec::new();
    let mut pending = vec![file];
    while let Some(stream) = pending.pop() {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let skipped = skipped(&trees);
        for at in (0..trees.len()).filter(|at| !skipped[*at]) {
            if let TokenTree::Group(group) = &trees[at] {
                match is_einstan(&trees[..at]) {
                    true => found.push(group.clone()),
                    false => pending.push(group.stream()),
                }
            }
        }
    }
    found.sort_by_key(|group| group.span().byte_range().start);
    found
}

fn is_einstan(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(name), TokenTree::Punct(mark)]
        if mark.as_char() == '!' && name == "einstan")
}

fn is_mark(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(p) if p.as_char() == mark)
}

/// Which of these are what `#[rustfmt::skip]` stands before: all up to a `;` or the next braces; for `#![rustfmt::skip]` all.
fn skipped(trees: &[TokenTree]) -> Vec<bool> {
    let mut skipped = vec![false; trees.len()];
    let mut skipping = false;
    for at in 0..trees.len() {
        skipped[at] = skipping;
        match (&trees[..at], &trees[at]) {
            ([.., a, b], tree) if is_mark(a, '#') && is_mark(b, '!') && is_skip(tree) => {
                return vec![true; trees.len()];
            }
            ([.., a], tree) if is_mark(a, '#') && is_skip(tree) => skipping = true,
            (_, tree) if is_mark(tree, ';') || is_braces(tree) => skipping = false,
            _ => {}
        }
    }
    skipped
}

fn is_braces(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Whether this, after `#`, tells rustfmt to skip something.
fn is_skip(tree: &TokenTree) -> bool {
    const WAYS: &[&str] = &[
        "rustfmt::skip",
        "cfg_attr(rustfmt,rustfmt::skip)",
        "cfg_attr(rustfmt,rustfmt_skip)",
    ];
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket
        && WAYS.contains(&&*group.stream().to_string().replace(' ', "")))
}

/// Whether another macro has yet to put something into this body, as `$x` or `#x`: then it is no program yet.
pub(crate) fn is_template(body: &Group) -> bool {
    let is_attribute = |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Bracket);
    let mut pending = vec![body.stream()];
    while let Some(stream) = pending.pop() {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            if is_mark(tree, '$') || is_mark(tree, '#') && !is_attribute(trees.get(at + 1)) {
                return true;
            }
            if let TokenTree::Group(group) = tree {
                pending.push(group.stream());
            }
        }
    }
    false
}

/// Whether rustfmt formats this body: it does so in parentheses and brackets with what is Rust by chance.
pub(crate) fn is_rustfmts(body: &Group) -> bool {
    type Expressions = syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>;
    body.delimiter() != Delimiter::Brace
        && Expressions::parse_terminated.parse2(body.stream()).is_ok()
}
