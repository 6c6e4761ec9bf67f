//! Which tokens of a line have a space between them.
//!
//! Most is settled by the two tokens. Three things are the author's, since they show how an equation is meant to be read: whether
//! `*`, `/` and `%` are tight, whether commas between positions are, and whether `+` and `-` in a position are.

use crate::structure::{Structure, next};
use crate::token::{Kind, Token};
use proc_macro2::Delimiter;

/// What is known of the tokens that are operators.
#[derive(Debug)]
pub(crate) struct Spacing {
    /// Whether an operator stands between two operands.
    binary: Vec<bool>,
    /// Whether there are spaces around it; of a comma, after it.
    wide: Vec<bool>,
}

impl Spacing {
    pub fn read(tokens: &[Token], structure: &Structure) -> Self {
        let binary = binary(tokens);
        let mut wide: Vec<bool> = (0..tokens.len())
            .map(|at| binary[at] && is_wide(tokens, structure, at))
            .collect();
        // What is inside first: the commas of a group depend on it.
        for open in (0..tokens.len()).rev().filter(|at| tokens[*at].opens()) {
            if is_position(tokens, structure, open) {
                position(tokens, open, &binary, &mut wide);
            }
            commas(tokens, structure, open, &mut wide);
        }
        Spacing { binary, wide }
    }

    pub fn is_binary(&self, at: usize) -> bool {
        self.binary[at]
    }

    /// Whether spaces are around this operator.
    pub fn is_wide(&self, at: usize) -> bool {
        self.wide[at]
    }

    /// Whether a space stands before this token, after the one before it.
    pub fn before(&self, tokens: &[Token], structure: &Structure, at: usize) -> bool {
        use Kind::{Close, Open, Operator, Word};
        let (a, b) = (&tokens[at - 1], &tokens[at]);
        let brace = |t: &Token| matches!(t.kind, Open(Delimiter::Brace) | Close(Delimiter::Brace));
        match (a.kind, b.kind) {
            (Open(_), Close(_)) => false,
            (Open(_), _) => brace(a),
            (_, Close(_)) => brace(b),
            (_, Operator) if b.is(",") || b.is(";") || b.is(":") => false,
            // A path may begin with `::`.
            (Operator, Operator) if b.is("::") => self.after(tokens, at - 1),
            (_, Operator) if b.is("::") => a.is("if") || structure.vjp == Some(at - 1),
            (Operator, _) => self.after(tokens, at - 1),
            (_, Operator) if self.binary[at] => self.wide[at],
            (Close(Delimiter::Brace) | Kind::Attribute | Kind::Doc, _) => true,
            (_, Open(Delimiter::Brace)) => true,
            (Word, Open(_)) => a.is("if") || structure.vjp == Some(at - 1),
            (_, Open(_)) => false,
            _ => true,
        }
    }

    /// Whether a space stands after an operator.
    fn after(&self, tokens: &[Token], at: usize) -> bool {
        match tokens[at].text {
            ":" | ";" => true,
            "::" => false,
            "," => self.wide[at],
            _ => self.binary[at] && self.wide[at],
        }
    }
}

/// Which operators have an operand before them.
fn binary(tokens: &[Token]) -> Vec<bool> {
    let separates = |t: &Token| [",", ";", ":", "::"].iter().any(|s| t.is(s));
    let ends = |t: &Token| match t.kind {
        Kind::Operator | Kind::Open(_) | Kind::Doc | Kind::Attribute => false,
        Kind::Word => !t.is("if"),
        _ => true,
    };
    (0..tokens.len())
        .map(|at| {
            let token = &tokens[at];
            token.kind == Kind::Operator && !separates(token) && at > 0 && ends(&tokens[at - 1])
        })
        .collect()
}

/// Whether a binary operator is wide where it stands in no position.
fn is_wide(tokens: &[Token], structure: &Structure, at: usize) -> bool {
    match tokens[at].text {
        "^" => false,
        "*" | "/" | "%" if structure.header[at] || is_rule(tokens, structure, at) => false,
        "*" | "/" | "%" => is_spaced(tokens, at),
        _ => true,
    }
}

/// Whether the author left spaces on both sides; the end of a line on one side asks for some on the other.
fn is_spaced(tokens: &[Token], at: usize) -> bool {
    let (before, after) = (&tokens[at].before, &tokens[at + 1].before);
    before.has_newline() || after.has_newline() || !before.is_empty() && !after.is_empty()
}

/// Whether this is the `/` of `d/dx = ..`.
fn is_rule(tokens: &[Token], structure: &Structure, at: usize) -> bool {
    tokens[at].parent == Some(0)
        && tokens[structure.owners[at]].is("extern")
        && tokens[at - 1].is("d")
        && tokens[at - 2].is(",")
}

/// Whether a group stands in the brackets of an equation.
fn is_position(tokens: &[Token], structure: &Structure, mut open: usize) -> bool {
    loop {
        match (tokens[open].kind, tokens[open].parent) {
            (Kind::Open(Delimiter::Bracket), _) => return open > 0 && !structure.header[open],
            (Kind::Open(Delimiter::Parenthesis), Some(parent)) => open = parent,
            _ => return false,
        }
    }
}

/// Sums in a position: all tight or all wide, and products no wider than they are.
fn position(tokens: &[Token], open: usize, binary: &[bool], wide: &mut [bool]) {
    let close = tokens[open].partner;
    let mut at = open + 1;
    while at < close {
        let mut element = Vec::new();
        while at < close && !tokens[at].is(",") {
            if binary[at] {
                element.push(at);
            }
            at = next(tokens, at);
        }
        at += 1;
        let (sums, products): (Vec<usize>, Vec<usize>) = element
            .into_iter()
            .filter(|o| ["+", "-", "*", "/", "%"].iter().any(|t| tokens[*o].is(t)))
            .partition(|o| tokens[*o].is("+") || tokens[*o].is("-"));
        let loose = |o: &usize| {
            let (before, after) = (&tokens[*o].before, &tokens[o + 1].before);
            !before.is_empty() || !after.is_empty()
        };
        if !sums.is_empty() && !sums.iter().any(loose) {
            sums.iter().chain(&products).for_each(|o| wide[*o] = false);
        }
    }
}

/// The commas of one group: between positions all are as the author has one of them, and wide where a position has a space in it.
fn commas(tokens: &[Token], structure: &Structure, open: usize, wide: &mut [bool]) {
    let close = tokens[open].partner;
    let mut found = Vec::new();
    let mut at = open + 1;
    while at < close {
        if tokens[at].is(",") {
            found.push(at);
        }
        at = next(tokens, at);
    }
    let written = |comma: &usize| {
        let gap = &tokens[comma + 1].before;
        !gap.has_newline() && !gap.is_empty()
    };
    let parted = |at: usize| wide[at] || tokens[at].is(":") || tokens[at].text == "{";
    let plain = tokens[open].kind == Kind::Open(Delimiter::Bracket) && !structure.header[open];
    let spaced = !plain || found.iter().any(written) || (open + 1..close).any(parted);
    found.iter().for_each(|comma| wide[*comma] = spaced);
}
