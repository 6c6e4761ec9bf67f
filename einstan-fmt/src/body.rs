//! A body that was read: its tokens, what begins where, which spaces it has, where its lines end.

use crate::source::{INDENT, Source, width};
use crate::spacing::Spacing;
use crate::structure::{Start, Structure, next};
use crate::token::{Kind, Token, tokens};
use proc_macro2::{Delimiter, Group};

pub(crate) struct Body<'s> {
    pub tokens: Vec<Token<'s>>,
    pub structure: Structure,
    pub spacing: Spacing,
    /// Whether a line begins with a token.
    pub breaks: Vec<bool>,
    /// What the line of the macro is indented by, how far, and where the opening delimiter stands in it.
    pub indentation: String,
    pub base: usize,
    pub column: usize,
}

impl<'s> Body<'s> {
    /// Reads what the compiler's parser has taken, with the lines as the author has them. `line` stands before it.
    pub fn read(source: &Source<'s>, group: &Group, line: &str) -> Option<Self> {
        let tokens = tokens(source, group)?;
        let structure = Structure::read(&tokens);
        let spacing = Spacing::read(&tokens, &structure);
        let code = line.trim_start_matches([' ', '\t']);
        let indentation = &line[..line.len() - code.len()];
        let mut body = Body {
            breaks: vec![false; tokens.len()],
            tokens,
            structure,
            spacing,
            indentation: indentation.to_string(),
            base: width(indentation),
            column: width(line),
        };
        body.break_as_written();
        Some(body)
    }

    /// The lines of the author, where lines may end.
    fn break_as_written(&mut self) {
        for at in 1..self.tokens.len() {
            self.breaks[at] = self.tokens[at].before.has_newline() && self.may_break(at);
        }
        self.breaks[self.tokens[0].partner] = false;
        for open in self.structure.bodies.clone() {
            self.breaks[open] = false;
            self.breaks[self.tokens[open].partner] = false;
        }
        if self.has_newline(0) {
            self.open_invocation();
        }
        for open in self.structure.bodies.clone() {
            if self.has_newline(open) {
                self.open_body(open);
            }
            self.lower_brace(open);
        }
        for open in 1..self.tokens.len() {
            let close = self.tokens[open].partner;
            if self.is_branch(open) && (self.breaks[open + 1] || self.breaks[close]) {
                self.breaks[open + 1] = true;
                self.breaks[close] = true;
            }
        }
    }

    /// Whether a line ends anywhere in a group.
    pub fn has_newline(&self, open: usize) -> bool {
        let inside = &self.tokens[open + 1..=self.tokens[open].partner];
        let written = inside
            .iter()
            .any(|t| t.before.has_newline() || t.kind == Kind::Doc);
        written && (inside.len() > 1 || !inside[0].before.comments.is_empty())
    }

    /// Gives the items or statements of the invocation lines of their own.
    pub fn open_invocation(&mut self) {
        for (at, start) in self.structure.starts.iter().enumerate() {
            if matches!(start, Some(Start::Item | Start::Inline)) {
                self.breaks[at] = true;
            }
        }
        let close = self.tokens[0].partner;
        self.breaks[close] = true;
    }

    /// Gives the statements of a function lines of their own.
    pub fn open_body(&mut self, open: usize) {
        let close = self.tokens[open].partner;
        for at in open + 1..close {
            if self.structure.starts[at] == Some(Start::Statement) {
                self.breaks[at] = true;
            }
        }
        self.breaks[close] = true;
    }

    /// Gives the brace of a function a line of its own where its results have one.
    pub fn lower_brace(&mut self, open: usize) {
        let mut at = self.structure.owners[open];
        while at < open {
            if self.tokens[at].is("->") {
                self.breaks[open] = self.breaks[at];
            }
            at = next(&self.tokens, at);
        }
    }

    /// Whether these are the braces of a branch.
    pub fn is_branch(&self, open: usize) -> bool {
        open > 0
            && self.tokens[open].kind == Kind::Open(Delimiter::Brace)
            && !self.structure.bodies.contains(&open)
    }

    /// Whether a line may end before a token, as the author has it.
    fn may_break(&self, at: usize) -> bool {
        let (a, b) = (&self.tokens[at - 1], &self.tokens[at]);
        let operator = |at: usize| self.spacing.is_binary(at) && !self.tokens[at].is("^");
        match (a.kind, b.kind) {
            (Kind::Open(_), Kind::Close(_)) => false,
            (Kind::Open(_), _) | (_, Kind::Close(_)) => true,
            _ if b.is(",") || b.is(";") => false,
            _ if self.structure.starts[at].is_some() || a.is(",") || b.is("else") => true,
            _ => operator(at) || operator(at - 1),
        }
    }

    /// How far what belongs to `owner` is indented: an item, or a statement.
    pub fn level(&self, owner: usize) -> usize {
        self.base
            + INDENT
                * match self.structure.starts[owner] {
                    Some(Start::Item | Start::Inline) => 1,
                    Some(Start::Statement | Start::Further) => 2,
                    None => 0,
                }
    }

    /// Whether a `;` is missing after a token. In parentheses the last equation has none.
    pub fn is_unfinished(&self, at: usize) -> bool {
        self.tokens[0].text == "{" && self.structure.unfinished.contains(&at)
    }
}
