//! The tokens of a body in one list, as the compiler takes them, with what stands before each.

use crate::gap::Gap;
use crate::source::Source;
use einstan_compiler::parse::PAIRS;
use proc_macro2::{Delimiter, Group, Spacing, Span, TokenTree};
use std::ops::Range;

#[derive(Debug)]
pub(crate) struct Token<'s> {
    pub text: &'s str,
    pub kind: Kind,
    /// Where it opens what stands around it; a delimiter stands beside its own group, not in it.
    pub parent: Option<usize>,
    /// The other delimiter of a group; for any other token itself.
    pub partner: usize,
    pub line: usize,
    pub column: usize,
    pub before: Gap<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Literal,
    /// Of one character or two.
    Operator,
    Open(Delimiter),
    Close(Delimiter),
    /// `/// ..`, `/** .. */`, as it stands.
    Doc,
    /// `#[..]`, as it stands.
    Attribute,
    /// `{expr}`, as it stands.
    Rust,
}

impl Token<'_> {
    pub fn is(&self, text: &str) -> bool {
        self.text == text && matches!(self.kind, Kind::Word | Kind::Operator)
    }

    pub fn opens(&self) -> bool {
        matches!(self.kind, Kind::Open(_))
    }

    pub fn closes(&self) -> bool {
        matches!(self.kind, Kind::Close(_))
    }

    /// Whether it is `=` or `+=`.
    pub fn assigns(&self) -> bool {
        self.is("=") || self.is("+=")
    }
}

/// The tokens of a group, the first and the last of which are its delimiters. Nothing if their places say what they can't be.
pub(crate) fn tokens<'s>(source: &Source<'s>, group: &Group) -> Option<Vec<Token<'s>>> {
    let mut list = List {
        source,
        end: group.span().byte_range().start,
        tokens: Vec::new(),
    };
    list.group(group, None)?;
    Some(list.tokens)
}

struct List<'a, 's> {
    source: &'a Source<'s>,
    /// Where the last token ends.
    end: usize,
    tokens: Vec<Token<'s>>,
}

impl List<'_, '_> {
    fn push(&mut self, kind: Kind, bytes: Range<usize>, parent: Option<usize>) -> Option<usize> {
        let place = self.tokens.len();
        self.tokens.push(Token {
            text: self.source.text.get(bytes.clone())?,
            kind,
            parent,
            partner: place,
            line: self.source.line(bytes.start),
            column: self.source.column(bytes.start),
            before: Gap::read(self.source, self.end, bytes.start)?,
        });
        self.end = bytes.end;
        Some(place)
    }

    fn group(&mut self, group: &Group, parent: Option<usize>) -> Option<()> {
        let delimiter = group.delimiter();
        let open = self.push(
            Kind::Open(delimiter),
            group.span_open().byte_range(),
            parent,
        )?;
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut before = None;
        let mut rest = &trees[..];
        while !rest.is_empty() {
            let (taken, place) = self.next(rest, open, before)?;
            before = Some(place);
            rest = &rest[taken..];
        }
        let close = self.push(
            Kind::Close(delimiter),
            group.span_close().byte_range(),
            parent,
        )?;
        self.tokens[open].partner = close;
        self.tokens[close].partner = open;
        Some(())
    }

    /// Takes the first token of `trees`: of how many trees it is made, and its place.
    fn next(
        &mut self,
        trees: &[TokenTree],
        open: usize,
        before: Option<usize>,
    ) -> Option<(usize, usize)> {
        let bytes = trees[0].span().byte_range();
        let parent = Some(open);
        match (&trees[0], trees.get(1)) {
            (TokenTree::Punct(first), Some(second)) if first.as_char() == '#' => {
                self.attribute(first.span(), second, trees, open)
            }
            (TokenTree::Punct(first), Some(TokenTree::Punct(second)))
                if first.spacing() == Spacing::Joint
                    && PAIRS.contains(&&*format!("{}{}", first.as_char(), second.as_char())) =>
            {
                let bytes = bytes.start..second.span().byte_range().end;
                Some((2, self.push(Kind::Operator, bytes, parent)?))
            }
            (TokenTree::Punct(_), _) => Some((1, self.push(Kind::Operator, bytes, parent)?)),
            (TokenTree::Ident(_), _) => Some((1, self.push(Kind::Word, bytes, parent)?)),
            (TokenTree::Literal(_), _) => Some((1, self.push(Kind::Literal, bytes, parent)?)),
            (TokenTree::Group(group), _) => {
                if group.delimiter() == Delimiter::Brace && self.operand_follows(before) {
                    return Some((1, self.push(Kind::Rust, bytes, parent)?));
                }
                let place = self.tokens.len();
                self.group(group, parent)?;
                Some((1, place))
            }
        }
    }

    /// `#[..]`, or a comment of documentation: the tokens of one all stand where the comment does.
    fn attribute(
        &mut self,
        first: Span,
        second: &TokenTree,
        trees: &[TokenTree],
        open: usize,
    ) -> Option<(usize, usize)> {
        let bytes = first.byte_range();
        let inner = matches!(second, TokenTree::Punct(_));
        let taken = if inner { 3 } else { 2 };
        let end = trees.get(taken - 1)?.span().byte_range().end;
        let kind = match self.source.text.get(bytes.clone())? {
            "#" => Kind::Attribute,
            _ => Kind::Doc,
        };
        Some((taken, self.push(kind, bytes.start..end, Some(open))?))
    }

    /// Whether an operand may follow, so that a brace opens Rust and no branch or body.
    fn operand_follows(&self, before: Option<usize>) -> bool {
        before.is_none_or(|place| {
            let token = &self.tokens[place];
            token.kind == Kind::Operator || token.is("if")
        })
    }
}
