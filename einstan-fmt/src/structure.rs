//! Where items and equations begin: what stands on lines of its own.

use crate::token::{Kind, Token};

/// What begins at a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// An item, or what follows its documentation and attributes.
    Item,
    /// A statement of an invocation without items.
    Inline,
    /// A statement between the braces of a function.
    Statement,
    /// A statement of a short form after its first.
    Further,
}

/// A statement: its tokens, with the `;`.
#[derive(Debug)]
pub(crate) struct Statement {
    pub first: usize,
    /// Its `=` or `+=`.
    pub assignment: Option<usize>,
    pub last: usize,
}

/// A body, read once: of each token where it belongs.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub starts: Vec<Option<Start>>,
    /// The first token of what an item's header or an equation consists of, for each of its tokens.
    pub owners: Vec<usize>,
    /// Whether a token declares: all of a function before its body.
    pub header: Vec<bool>,
    /// The braces of functions that open.
    pub bodies: Vec<usize>,
    /// The statements of each of `bodies`.
    pub statements: Vec<Vec<Statement>>,
    /// The `vjp` before an equation.
    pub vjp: Option<usize>,
    /// Tokens after which a `;` is missing that people write.
    pub unfinished: Vec<usize>,
}

/// The token after this one and, if it opens a group, after all in it.
pub(crate) fn next(tokens: &[Token], place: usize) -> usize {
    match tokens[place].opens() {
        true => tokens[place].partner + 1,
        false => place + 1,
    }
}

impl Structure {
    /// Reads tokens that the compiler's parser has taken.
    pub fn read(tokens: &[Token]) -> Self {
        let mut structure = Structure {
            starts: vec![None; tokens.len()],
            owners: vec![0; tokens.len()],
            header: vec![false; tokens.len()],
            ..Structure::default()
        };
        let end = tokens.len() - 1;
        match end > 1 && begins_item(&tokens[1]) {
            true => {
                let mut at = 1;
                while at < end {
                    at = structure.item(tokens, at, end);
                }
            }
            false => structure.inline(tokens, end),
        }
        structure
    }

    fn inline(&mut self, tokens: &[Token], end: usize) {
        self.vjp =
            (end > 2 && tokens[1].is("vjp") && (tokens[2].kind == Kind::Word || tokens[2].opens()))
                .then_some(1);
        for statement in statements(tokens, 1, end) {
            self.starts[statement.first] = Some(Start::Inline);
            self.own(statement.first, statement.first, statement.last);
        }
    }

    /// The item that begins at `first`; returns where it ends.
    fn item(&mut self, tokens: &[Token], first: usize, end: usize) -> usize {
        self.starts[first] = Some(Start::Item);
        let mut head = first;
        while head < end && matches!(tokens[head].kind, Kind::Doc | Kind::Attribute) {
            self.owners[head] = head;
            head += 1;
            self.starts[head] = Some(Start::Item).filter(|_| head < end);
        }
        let mut at = head;
        if at < end && tokens[at].is("pub") {
            at += 1;
            if tokens[at].opens() {
                at = next(tokens, at);
            }
        }
        if at + 2 < end && tokens[at].is("fn") {
            let after = at + 2;
            if tokens[after].is(":") {
                return self.short(tokens, head, after, end);
            }
            let follows = next(tokens, after);
            if tokens[after].opens() && !tokens[follows].is("=") {
                return self.function(tokens, head, follows, end);
            }
        }
        self.definition(tokens, head, at, end)
    }

    /// `fn f: Y[i,j] = ..`
    fn short(&mut self, tokens: &[Token], head: usize, colon: usize, end: usize) -> usize {
        let last = item_end(tokens, colon, end, |_| false);
        self.own(head, head, last - 1);
        for statement in statements(tokens, colon + 1, last).iter().skip(1) {
            self.starts[statement.first] = Some(Start::Further);
            self.own(statement.first, statement.first, statement.last);
        }
        self.finish(tokens, last);
        last
    }

    /// `fn f(..) -> .. { .. }`, whose parameters end before `after`.
    fn function(&mut self, tokens: &[Token], head: usize, after: usize, end: usize) -> usize {
        let mut open = after;
        while open < end && tokens[open].text != "{" {
            open = next(tokens, open);
        }
        let close = tokens[open].partner;
        self.header[head..open].fill(true);
        self.own(head, head, close);
        let inside = statements(tokens, open + 1, close);
        for statement in &inside {
            self.starts[statement.first] = Some(Start::Statement);
            self.own(statement.first, statement.first, statement.last);
        }
        self.bodies.push(open);
        self.statements.push(inside);
        if close > open + 1 {
            self.finish(tokens, close);
        }
        // A `;` after the braces says nothing, and stays.
        let stray = tokens[close + 1..end].iter().take_while(|t| t.is(";"));
        close + 1 + stray.count()
    }

    /// An axis, a scalar function, a function from Rust, whose word stands at `word`.
    fn definition(&mut self, tokens: &[Token], head: usize, word: usize, end: usize) -> usize {
        let last = item_end(tokens, word, end, |t| t.is(";"));
        self.own(head, head, last - 1);
        self.finish(tokens, last);
        last
    }

    fn own(&mut self, owner: usize, first: usize, last: usize) {
        self.owners[first..=last].fill(owner);
    }

    /// Notes that what ends before `end` has no `;`.
    fn finish(&mut self, tokens: &[Token], end: usize) {
        if !tokens[end - 1].is(";") {
            self.unfinished.push(end - 1);
        }
    }
}

/// Whether an item begins with this token, as the compiler has it.
fn begins_item(token: &Token) -> bool {
    matches!(token.kind, Kind::Doc | Kind::Attribute)
        || ["fn", "pub", "axis", "extern"].iter().any(|w| token.is(w))
}

/// Where the item ends that `at` belongs to: after all that `ends` it, or before another one.
fn item_end(tokens: &[Token], mut at: usize, end: usize, ends: fn(&Token) -> bool) -> usize {
    // The `fn` of `extern fn` and what stands before a name are no other items.
    while at < end && (tokens[at].is("fn") || tokens[at].is("axis") || tokens[at].is("extern")) {
        at += 1;
    }
    while at < end {
        if begins_item(&tokens[at]) {
            return at;
        }
        let after = next(tokens, at);
        if ends(&tokens[at]) {
            let more = tokens[after..end].iter().take_while(|t| ends(t)).count();
            return after + more;
        }
        at = after;
    }
    end
}

/// The statements from `at` to `end`, which is none of theirs.
fn statements(tokens: &[Token], mut at: usize, end: usize) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut open = false;
    while at < end {
        let after = next(tokens, at);
        let ends = tokens[at].is(";");
        match found.last_mut() {
            // What ends nothing goes with the statement before it.
            Some(statement) if open || ends => {
                if tokens[at].assigns() && statement.assignment.is_none() {
                    statement.assignment = Some(at);
                }
                statement.last = after - 1;
            }
            _ => found.push(Statement {
                first: at,
                assignment: None,
                last: after - 1,
            }),
        }
        open = !ends;
        at = after;
    }
    found
}
