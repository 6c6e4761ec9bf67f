//! Lines that are too long: where each is broken.
//!
//! One step at a time, from what is outside to what is inside, until all lines fit or nothing more can be done.

use crate::align::padding;
use crate::body::Body;
use crate::lines::{Line, Lines};
use crate::source::INDENT;
use crate::structure::next;

/// How long lines are at most, comments behind code aside.
const WIDTH: usize = 120;

/// The lines of a body, broken where they are too long.
pub(crate) fn lines<'s>(body: &mut Body<'s>) -> Vec<Line<'s>> {
    let mut steps = 2 * body.tokens.len(); // more than there are breaks to add or to move
    loop {
        let padding = padding(body);
        let lines = Lines::set(body, &padding);
        let (columns, set) = (lines.column_of, lines.lines);
        let spans: Vec<(usize, usize)> = set
            .iter()
            .filter(|line| line.end_column() > WIDTH && line.end > line.first)
            .map(|line| (line.first, line.end))
            .collect();
        let mut changed = false;
        for (first, end) in spans {
            changed |= Long {
                first,
                end,
                columns: &columns,
            }
            .shorten(body);
        }
        steps = steps.saturating_sub(1);
        if !changed || steps == 0 {
            return set;
        }
    }
}

/// A line that is too long.
struct Long<'a> {
    first: usize,
    end: usize,
    columns: &'a [usize],
}

/// A place where a line may be broken: smaller is better.
type Rank = (usize, u8);

impl Long<'_> {
    /// Breaks the line at one more place, if there is one.
    fn shorten(&self, body: &mut Body) -> bool {
        let close = body.tokens[0].partner;
        if self.first == 0 && !body.breaks[close] && close > 1 {
            body.open_invocation();
            return true;
        }
        let shut = |open: &&usize| {
            let close = body.tokens[**open].partner;
            (self.first..self.end).contains(*open) && !body.breaks[close] && close > **open + 1
        };
        if let Some(open) = body.structure.bodies.iter().find(shut).copied() {
            body.open_body(open);
            return true;
        }
        self.break_header(body) || self.break_inside(body)
    }

    /// Breaks a header before its results, or if its parameters alone are too long, around these.
    fn break_header(&self, body: &mut Body) -> bool {
        if !body.structure.header[self.first] || body.structure.owners[self.first] != self.first {
            return false;
        }
        let mut at = self.first;
        let (mut parameters, mut arrow) = (None, None);
        while at < self.end && body.structure.header[at] {
            if body.tokens[at].opens() && parameters.is_none() && !body.tokens[at - 1].is("pub") {
                parameters = Some(at);
            }
            if body.tokens[at].is("->") {
                arrow = Some(at);
            }
            at = next(&body.tokens, at);
        }
        if let Some(arrow) = arrow.filter(|at| self.columns[*at] <= WIDTH + 1) {
            body.breaks[arrow] = true;
            let bodies = &body.structure.bodies;
            if let Some(open) = bodies.iter().copied().find(|open| *open > arrow) {
                body.lower_brace(open);
            }
            return true;
        }
        let Some(open) = parameters else {
            return false;
        };
        let close = body.tokens[open].partner;
        let broken = (open + 1..=close).any(|at| body.breaks[at]);
        if broken || close == open + 1 {
            return false;
        }
        body.breaks[open + 1] = true;
        body.breaks[close] = true;
        true
    }

    /// Breaks at the last place that fits of those that are the farthest out.
    fn break_inside(&self, body: &mut Body) -> bool {
        let fits = |at: &usize| self.end_before(body, *at) <= WIDTH;
        let ranked = (self.first + 1..self.end)
            .filter(fits)
            .filter_map(|at| Some((self.rank(body, at)?, at)));
        let best = ranked.min_by_key(|(rank, at)| (*rank, std::cmp::Reverse(*at)));
        let Some((_, at)) = best else {
            return false;
        };
        body.breaks[at] = true;
        match body.tokens[at].is("else") {
            true => self.break_chain(body, at),
            false => self.fill(body, at),
        }
        true
    }

    /// Lets what is left of the line flow into the next one, if the author broke there for the same reason.
    fn fill(&self, body: &mut Body, broken: usize) {
        let next = self.end;
        let sum = |at: usize| body.tokens[at].is("+") || body.tokens[at].is("-");
        let comma = |at: usize| body.tokens[at - 1].is(",");
        let same = |at: usize| {
            body.tokens[at].parent == body.tokens[broken].parent
                && body.structure.owners[at] == body.structure.owners[broken]
                && body.structure.starts[at].is_none()
                && (sum(at) && sum(broken) || comma(at) && comma(broken))
        };
        if next < body.tokens.len() && same(next) && body.tokens[next].before.comments.is_empty() {
            body.breaks[next] = false;
        }
    }

    /// Breaks before every `else` of a chain.
    fn break_chain(&self, body: &mut Body, one: usize) {
        let others = self.first + 1..self.end;
        for at in others.filter(|at| body.tokens[*at].is("else")) {
            if body.tokens[at].parent == body.tokens[one].parent {
                body.breaks[at] = true;
            }
        }
    }

    /// Where the token before this one ends.
    fn end_before(&self, body: &Body, at: usize) -> usize {
        self.columns[at - 1] + body.tokens[at - 1].text.chars().count()
    }

    /// How well the line can be broken before a token.
    fn rank(&self, body: &Body, at: usize) -> Option<Rank> {
        let (before, token) = (&body.tokens[at - 1], &body.tokens[at]);
        let wide = body.spacing.is_binary(at) && body.spacing.is_wide(at);
        let class = match token.text {
            _ if token.closes() => return None,
            "+" | "-" | "||" if wide => 0,
            "&&" if wide => 1,
            "else" if token.is("else") => 2,
            "*" | "/" | "%" if wide && !self.is_derivative(body, at) => 3,
            _ if before.is(",") => 0,
            _ if before.assigns() && self.would_fit(body, at) => 4,
            _ => return None,
        };
        Some((self.depth(body, at), class))
    }

    fn depth(&self, body: &Body, at: usize) -> usize {
        std::iter::successors(body.tokens[at].parent, |open| body.tokens[*open].parent).count()
    }

    /// Whether this is the `/` of `d(..) / d(..)`.
    fn is_derivative(&self, body: &Body, at: usize) -> bool {
        body.tokens[at].is("/") && body.tokens[at + 1].is("d") && body.tokens[at + 2].opens()
    }

    /// Whether all from this token on fits in a line of its own.
    fn would_fit(&self, body: &Body, at: usize) -> bool {
        let width = self.end_before(body, self.end) - self.columns[at];
        body.level(body.structure.owners[at]) + INDENT + width <= WIDTH
    }
}
