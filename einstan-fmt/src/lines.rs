//! The lines of a body: what stands in each, and how far each is indented.
//!
//! A line that goes on with what began above is indented by what it stands in; but where the author put it below a token of the same
//! group, it stays below that.

use crate::body::Body;
use crate::gap::Comment;
use crate::source::INDENT;
use crate::token::Kind;

/// One line. The first one begins at the opening delimiter.
#[derive(Debug, Default)]
pub(crate) struct Line<'s> {
    pub column: usize,
    /// How far the line is indented that what opens here belongs to.
    indentation: usize,
    pub code: String,
    pub trailing: Option<Trailing<'s>>,
    /// The tokens in it, the last one past the end.
    pub first: usize,
    pub end: usize,
    /// Whether it continues a text that stands there as it is, and so has no indentation of ours.
    pub verbatim: bool,
}

/// A comment behind code, or below one that is.
#[derive(Debug)]
pub(crate) struct Trailing<'s> {
    pub text: &'s str,
    /// How far it stood from the code.
    pub distance: Option<usize>,
    /// Where it stood.
    pub column: usize,
}

impl Line<'_> {
    /// The column after the code.
    pub fn end_column(&self) -> usize {
        self.column + self.code.chars().count()
    }

    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.trailing.is_none()
    }
}

/// The lines, and where each token came to stand.
pub(crate) struct Lines<'b, 's> {
    body: &'b Body<'s>,
    pub lines: Vec<Line<'s>>,
    line_of: Vec<usize>,
    pub column_of: Vec<usize>,
    /// Spaces before the `=` of statements that stand below each other.
    padding: &'b [usize],
}

impl<'b, 's> Lines<'b, 's> {
    /// Sets the tokens of a body, with more spaces before some of them.
    pub fn set(body: &'b Body<'s>, padding: &'b [usize]) -> Self {
        let count = body.tokens.len();
        let mut lines = Lines {
            body,
            lines: vec![Line {
                column: body.column,
                indentation: body.base,
                ..Line::default()
            }],
            line_of: vec![0; count],
            column_of: vec![0; count],
            padding,
        };
        lines.token(0);
        for at in 1..count {
            lines.gap(at);
            lines.token(at);
        }
        lines
    }

    fn last(&mut self) -> &mut Line<'s> {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn token(&mut self, at: usize) {
        let body = self.body;
        self.line_of[at] = self.lines.len() - 1;
        let text = body.tokens[at].text;
        let line = self.last();
        let column = line.end_column();
        if line.end == 0 {
            line.first = at;
        }
        line.end = at + 1;
        self.column_of[at] = column;
        self.verbatim(text);
        if body.is_unfinished(at) {
            self.last().code.push(';');
        }
    }

    /// A text that may have several lines, as they are.
    fn verbatim(&mut self, text: &str) {
        let mut parts = text.split('\n').map(|part| part.trim_end_matches('\r'));
        self.last().code += parts.next().unwrap_or_default();
        for part in parts {
            let above = self.last();
            let (first, end, indentation) = (above.first, above.end, above.indentation);
            self.lines.push(Line {
                code: part.to_string(),
                first,
                end,
                indentation,
                verbatim: true,
                ..Line::default()
            });
        }
    }

    /// What stands before a token: comments, spaces, the end of a line.
    fn gap(&mut self, at: usize) {
        let body = self.body;
        let gap = &body.tokens[at].before;
        let mut fresh = false; // whether a comment that the token may follow has begun this line
        for (n, comment) in gap.comments.iter().enumerate() {
            let ends = comment.to_end
                || match gap.comments.get(n + 1) {
                    Some(after) => after.newlines > 0,
                    None => gap.newlines > 0 || (body.breaks[at] && comment.newlines == 0),
                };
            let below = comment.newlines == 1 && comment.to_end && self.is_below(comment, n > 0);
            if (comment.newlines == 0 && ends && !fresh) || below {
                self.trailing(comment, below);
            } else if comment.newlines == 0 {
                if comment.spaces > 0 {
                    self.last().code.push(' ');
                }
                self.verbatim(comment.text);
            } else {
                self.begin(
                    self.comment_column(at),
                    comment.newlines > 1 && self.may_part(at),
                );
                self.comment(comment);
                fresh = !ends;
            }
        }
        let forced = gap
            .comments
            .last()
            .is_some_and(|c| c.to_end || c.newlines > 0 && !fresh);
        if (body.breaks[at] && !fresh) || forced {
            let parts = gap.newlines > 1 && self.may_part(at) && !body.tokens[at].closes();
            self.begin(self.column(at, gap.newlines > 0), parts);
        } else if gap.comments.is_empty() {
            let spaces = usize::from(body.spacing.before(&body.tokens, &body.structure, at));
            let spaces = spaces + self.padding[at];
            self.last().code += &" ".repeat(spaces);
        } else if gap.spaces > 0 {
            self.last().code.push(' ');
        }
    }

    fn begin(&mut self, column: usize, parted: bool) {
        if parted && !self.lines.last().is_some_and(Line::is_empty) {
            self.lines.push(Line::default());
        }
        self.lines.push(Line {
            column,
            indentation: column,
            ..Line::default()
        });
    }

    fn trailing(&mut self, comment: &Comment<'s>, below: bool) {
        if below {
            self.lines.push(Line::default());
        }
        self.last().trailing = Some(Trailing {
            text: comment.text,
            distance: (!below).then_some(comment.spaces.max(1)),
            column: comment.column,
        });
    }

    /// A comment that begins a line; the lines of one that has several move with it.
    fn comment(&mut self, comment: &Comment<'s>) {
        let column = self.last().column;
        let mut parts = comment.text.split('\n').map(str::trim_end);
        self.last().code += parts.next().unwrap_or_default();
        for part in parts {
            let text = part.trim_start_matches([' ', '\t']);
            let stood = crate::source::width(&part[..part.len() - text.len()]);
            self.lines.push(Line {
                column: (stood + column).saturating_sub(comment.column),
                indentation: column,
                code: text.to_string(),
                ..Line::default()
            });
        }
    }

    /// Whether a comment goes on with the one behind the code above it.
    fn is_below(&self, comment: &Comment, more: bool) -> bool {
        let above = self.lines.last().and_then(|line| line.trailing.as_ref());
        more && above.is_some_and(|above| above.column == comment.column)
    }

    /// Whether an empty line may stand before what begins a line here.
    fn may_part(&self, at: usize) -> bool {
        let tokens = &self.body.tokens;
        let begins = match self.body.structure.starts[at] {
            Some(_) => !matches!(tokens[at - 1].kind, Kind::Doc | Kind::Attribute),
            None => {
                let open = tokens[at].partner;
                tokens[at].closes() && (open == 0 || self.body.structure.bodies.contains(&open))
            }
        };
        // Nothing was set since the opening delimiter.
        let last = self.lines.last();
        let opened = tokens[at - 1].opens()
            && last.is_some_and(|line| line.end == at && line.trailing.is_none());
        begins && !opened
    }

    /// Where a comment stands that has a line of its own before a token.
    fn comment_column(&self, at: usize) -> usize {
        let token = &self.body.tokens[at];
        match token.closes() {
            true => self.column(at, false) + INDENT,
            false => self.column(at, true),
        }
    }

    /// Where a line begins whose first token is this one. `written` says that the author began a line with it.
    fn column(&self, at: usize, written: bool) -> usize {
        let body = self.body;
        let tokens = &body.tokens;
        if body.structure.starts[at].is_some() {
            return body.level(at);
        }
        let owner = body.structure.owners[at];
        if tokens[at].closes() {
            return match tokens[at].partner {
                0 => body.base,
                open if body.structure.bodies.contains(&open) => {
                    body.level(body.structure.owners[open])
                }
                open => self.lines[self.line_of[open]].indentation,
            };
        }
        if body.structure.bodies.contains(&at) {
            return body.level(owner);
        }
        if let Some(column) = self.below(at, owner).filter(|_| written) {
            return column;
        }
        match tokens[at].parent {
            Some(open) if open >= owner && !body.structure.bodies.contains(&open) => {
                match self.body.breaks[open + 1] {
                    true => self.lines[self.line_of[open]].indentation + INDENT,
                    false => self.column_of[open + 1],
                }
            }
            _ => body.level(owner) + INDENT,
        }
    }

    /// The column of the token that the author put this one below: of the same group, in a line above.
    fn below(&self, at: usize, owner: usize) -> Option<usize> {
        let tokens = &self.body.tokens;
        let stands = |above: &usize| {
            let token = &tokens[*above];
            token.parent == tokens[at].parent
                && token.line < tokens[at].line
                && token.column == tokens[at].column
                && ![",", ";", ":"].iter().any(|s| token.is(s))
                && !token.assigns()
                && !token.closes()
        };
        (owner + 1..at)
            .rev()
            .find(stands)
            .map(|above| self.column_of[above])
    }
}
