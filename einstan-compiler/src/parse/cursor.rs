//! A place in a list of tokens, and what went wrong there.

use super::token::{Kind, Token};
use super::words;
use crate::ast::Name;
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span, TokenStream};

/// How deep expressions may nest.
pub(crate) const DEEPEST: usize = 96;

/// Why something could not be parsed. Whoever recovers reports it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub rule: Rule,
    pub span: Span,
    pub message: String,
}

pub(crate) type Parsed<T> = Result<T, Failure>;

/// A failure of the rule "syntax".
pub(crate) fn syntax<T>(span: Span, message: impl Into<String>) -> Parsed<T> {
    failure(Rule::Syntax, span, message)
}

pub(crate) fn failure<T>(rule: Rule, span: Span, message: impl Into<String>) -> Parsed<T> {
    Err(Failure {
        rule,
        span,
        message: message.into(),
    })
}

/// The tokens from here to the end of a group, an equation or an item.
#[derive(Clone)]
pub(crate) struct Cursor<'t> {
    tokens: &'t [Token],
    position: usize,
    /// Where the tokens end, and how a message calls that end.
    end: Span,
    end_name: &'static str,
    depth: usize,
    /// The functions that this invocation defines.
    functions: &'t [String],
}

impl<'t> Cursor<'t> {
    pub fn new(
        tokens: &'t [Token],
        end: Span,
        end_name: &'static str,
        functions: &'t [String],
    ) -> Self {
        Cursor {
            tokens,
            position: 0,
            end,
            end_name,
            depth: 0,
            functions,
        }
    }

    /// A cursor over other tokens, which end where `end` says.
    fn over(&self, tokens: &'t [Token], end: Span, end_name: &'static str) -> Self {
        Cursor {
            tokens,
            position: 0,
            end,
            end_name,
            ..*self
        }
    }

    pub fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.position)
    }

    pub fn peek_after(&self, n: usize) -> Option<&'t Token> {
        self.tokens.get(self.position + n)
    }

    pub fn rest(&self) -> &'t [Token] {
        &self.tokens[self.position..]
    }

    pub fn next(&mut self) -> Option<&'t Token> {
        let token = self.peek()?;
        self.position += 1;
        Some(token)
    }

    pub fn at_end(&self) -> bool {
        self.position >= self.tokens.len()
    }

    pub fn at_op(&self, op: &str) -> bool {
        self.peek().is_some_and(|t| t.is_op(op))
    }

    pub fn at_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|t| t.is_word(word))
    }

    pub fn at_group(&self, delimiter: Delimiter) -> bool {
        self.peek().is_some_and(|t| t.is_group(delimiter))
    }

    /// The operator here, empty for anything else.
    pub fn op(&self) -> &'t str {
        match self.peek() {
            Some(Token {
                kind: Kind::Op(op), ..
            }) => op,
            _ => "",
        }
    }

    /// Takes the operator `op` if it is here.
    pub fn accept(&mut self, op: &str) -> Option<Span> {
        self.at_op(op).then(|| self.next().map(|t| t.span))?
    }

    pub fn accept_word(&mut self, word: &str) -> Option<Span> {
        self.at_word(word).then(|| self.next().map(|t| t.span))?
    }

    /// Enters the group of `delimiter` that stands here.
    pub fn accept_group(&mut self, delimiter: Delimiter) -> Option<(Cursor<'t>, &'t Token)> {
        let token = self.peek().filter(|t| t.is_group(delimiter))?;
        let Kind::Group { tokens, close, .. } = &token.kind else {
            return None;
        };
        self.position += 1;
        let name = match delimiter {
            Delimiter::Parenthesis => "`)`",
            Delimiter::Bracket => "`]`",
            _ => "`}`",
        };
        Some((self.over(tokens, *close, name), token))
    }

    /// Where this token stands, or the end.
    pub fn span(&self) -> Span {
        match self.peek() {
            Some(token) => token.span,
            None => self.end,
        }
    }

    /// The token before this place.
    pub fn before(&self) -> Option<&'t Token> {
        self.tokens.get(self.position.checked_sub(1)?)
    }

    /// The span of the token before this place.
    pub fn previous(&self) -> Span {
        match self.before() {
            Some(token) => token.span,
            None => self.span(),
        }
    }

    /// What stands here, for a message.
    pub fn found(&self) -> String {
        match self.peek() {
            Some(token) => token.describe(),
            None => self.end_name.to_string(),
        }
    }

    pub fn expected<T>(&self, what: &str) -> Parsed<T> {
        syntax(
            self.span(),
            format!("expected {what}, found {}", self.found()),
        )
    }

    /// The parts between the top-level `separator`s, a last empty one left out.
    pub fn split(&self, separator: &str, end_name: &'static str) -> Vec<Cursor<'t>> {
        let mut parts = Vec::new();
        let mut rest = self.rest();
        while !rest.is_empty() {
            let length = rest.iter().position(|t| t.is_op(separator));
            match length {
                Some(n) => {
                    parts.push(self.over(&rest[..n], rest[n].span, end_name));
                    rest = &rest[n + 1..];
                }
                None => {
                    parts.push(self.over(rest, self.end, self.end_name));
                    break;
                }
            }
        }
        parts
    }

    /// The next `n` tokens as a cursor of their own, past which this one moves.
    pub fn take(&mut self, n: usize, end_name: &'static str) -> Cursor<'t> {
        let part = &self.rest()[..n];
        let end = self.peek_after(n).map_or(self.end, |t| t.span);
        self.position += n;
        let name = if self.at_end() {
            self.end_name
        } else {
            end_name
        };
        self.over(part, end, name)
    }

    /// The tokens up to `other`, a later place in the same list.
    pub fn until(&self, other: &Cursor) -> &'t [Token] {
        &self.tokens[self.position..other.position]
    }

    /// The same as written.
    pub fn raw_until(&self, other: &Cursor) -> TokenStream {
        self.until(other).iter().map(|t| t.raw.clone()).collect()
    }

    /// Whether this invocation defines the function `name`.
    pub fn defines(&self, name: &str) -> bool {
        self.functions.iter().any(|f| f == name)
    }

    /// Parses something one level deeper.
    pub fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return too_deep(self.span());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// A name of the user's own: no word of the notation and no keyword. `what` says of what.
    pub fn name(&mut self, what: &str) -> Parsed<Name> {
        let name = self.word(what)?;
        if words::is_reserved(&name.text) {
            self.position -= 1;
            return reserved(&name, what);
        }
        Ok(name)
    }

    /// The name of a function, which may be called like what takes an index in brackets.
    pub fn function_name(&mut self) -> Parsed<Name> {
        let what = "the name of a function";
        let name = self.word(what)?;
        if words::is_reserved(&name.text) && !words::takes_index(&name.text) {
            self.position -= 1;
            return reserved(&name, what);
        }
        Ok(name)
    }

    /// An identifier that Rust does not reserve.
    fn word(&mut self, what: &str) -> Parsed<Name> {
        match self.peek() {
            Some(Token {
                kind: Kind::Word { text, raw },
                span,
                ..
            }) if text != "_" => {
                if words::is_keyword(text) && !raw {
                    return failure(
                        Rule::Reserved,
                        *span,
                        format!("expected {what}, found `{text}`, a word that Rust reserves"),
                    );
                }
                self.position += 1;
                Ok(Name {
                    text: text.clone(),
                    span: *span,
                })
            }
            _ => self.expected(what),
        }
    }

    /// The identifier here, whatever it is, without taking it.
    pub fn any_word(&self) -> Option<Name> {
        self.peek()?.name()
    }
}

pub(crate) fn too_deep<T>(span: Span) -> Parsed<T> {
    syntax(
        span,
        format!(
            "this nests more than {DEEPEST} levels deep: define a part of it in an equation of its own"
        ),
    )
}

/// The refusal of a word of the notation as the name of something else.
pub(crate) fn reserved<T>(name: &Name, what: &str) -> Parsed<T> {
    let word = &name.text;
    failure(
        Rule::Reserved,
        name.span,
        format!(
            "expected {what}, but `{word}` is {}: choose another name, like `{word}_`",
            words::describe(word)
        ),
    )
}

/// From `first` to `last` where the compiler can join spans, else `telling`.
pub(crate) fn join(first: Span, last: Span, telling: Span) -> Span {
    first.join(last).unwrap_or(telling)
}
