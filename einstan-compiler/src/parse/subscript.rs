//! What stands between the commas of a tensor's brackets.

use super::cursor::{Cursor, Parsed, failure, join, syntax};
use super::token::{Kind, Token};
use crate::ast::{Subscript, SubscriptKind, Wrapper};
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span};

impl Cursor<'_> {
    /// One position: `i`, `2*y + r`, `pad(i - 1)`.
    pub fn subscript(&mut self) -> Parsed<Subscript> {
        let span = self.span();
        if self.at_end() {
            return self.expected("an index");
        }
        if self.at_op("..") {
            return failure(
                Rule::Reserved,
                span,
                "`..` in brackets is reserved: write each index of the tensor",
            );
        }
        if self.at_op(":") {
            return no_slices(span);
        }
        let group = self
            .peek_after(1)
            .is_some_and(|t| t.is_group(Delimiter::Parenthesis));
        let wrapper = self.any_word().and_then(|w| wrapper(&w.text));
        if let Some(wrapper) = wrapper.filter(|_| group) {
            return self.deeper(|c| c.wrapped(wrapper));
        }
        let e = self.expr()?;
        Ok(Subscript {
            span: e.span,
            kind: SubscriptKind::Plain(e),
        })
    }

    /// `pad(e)`, `pad(e, value)`, `clamp(e)`, `wrap(e)`
    fn wrapped(&mut self, wrapper: Wrapper) -> Parsed<Subscript> {
        let Some(word) = self.any_word() else {
            return self.expected("`pad`");
        };
        self.next();
        let Some((inner, group)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(`");
        };
        let mut parts = inner.split(",", "`,`").into_iter();
        let Some(mut part) = parts.next() else {
            return inner.expected("a position");
        };
        let position = part.whole_expr()?;
        let outside = match parts.next() {
            Some(part) if wrapper != Wrapper::Pad => {
                return syntax(
                    part.span(),
                    format!(
                        "`{}` takes one position: only `pad` has a value for what lies outside",
                        word.text
                    ),
                );
            }
            Some(mut part) => Some(part.whole_expr()?),
            None => None,
        };
        if let Some(more) = parts.next() {
            return syntax(
                more.span(),
                "`pad` takes a position and a value: `pad(i - 1, 0)`",
            );
        }
        self.end_of_wrapper(&word.text)?;
        Ok(Subscript {
            span: join(word.span, group.span, word.span),
            kind: SubscriptKind::Wrapped {
                wrapper,
                word,
                position,
                outside,
            },
        })
    }

    fn end_of_wrapper(&self, word: &str) -> Parsed<()> {
        match self.op() {
            op @ ("+" | "-" | "*" | "/" | "%" | "^") => syntax(
                self.span(),
                format!("`{word}` stands around the whole subscript: write `{word}(.. {op} ..)`"),
            ),
            _ => Ok(()),
        }
    }

    /// Refuses what is left after a subscript.
    pub fn end_of_subscript(&self) -> Parsed<()> {
        let is_number = |t: &Token| matches!(t.kind, Kind::Literal(_));
        if self.at_op(":") && self.before().is_some_and(is_number) {
            return no_slices(self.span());
        }
        if self.at_op(":") {
            return syntax(
                self.span(),
                "a dimension is given where an index is introduced: on the left, `Z[i: n] = ..`, or in a reduction, `sum[k: m](..)`",
            );
        }
        self.end_of_expr()
    }
}

/// `X[:, j]`, `X[1:3, j]`
fn no_slices<T>(span: Span) -> Parsed<T> {
    syntax(
        span,
        "there are no slices: write an index, which takes all positions, like `X[i, j]`, or begins later, like `X[i + 1, j]`",
    )
}

fn wrapper(word: &str) -> Option<Wrapper> {
    match word {
        "pad" => Some(Wrapper::Pad),
        "clamp" => Some(Wrapper::Clamp),
        "wrap" => Some(Wrapper::Wrap),
        _ => None,
    }
}
