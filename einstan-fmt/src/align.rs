//! What stands below each other and stays so: the `=` of equations in a row, comments behind code.

use crate::body::Body;
use crate::lines::Line;
use crate::structure::{Start, Statement};

/// The spaces before each token beside the usual one: those before the `=` of statements in a row, where the author put more than
/// one before any of them and all of them below each other.
pub(crate) fn padding(body: &Body) -> Vec<usize> {
    let mut padding = vec![0; body.tokens.len()];
    for (open, statements) in body.structure.bodies.iter().zip(&body.structure.statements) {
        if body.breaks[body.tokens[*open].partner] {
            let mut rest = &statements[..];
            while !rest.is_empty() {
                let count = row(body, rest).max(1);
                pad(body, &rest[..count], &mut padding);
                rest = &rest[count..];
            }
        }
    }
    padding
}

/// How many statements from the first one have their `=` in one column.
fn row(body: &Body, statements: &[Statement]) -> usize {
    // A left-hand side with comments or on several lines is in no row.
    let plain = |s: &Statement, at: usize| {
        let mut gaps = body.tokens[s.first + 1..=at].iter().map(|t| &t.before);
        gaps.all(|gap| gap.comments.is_empty() && !gap.has_newline())
    };
    let column = |s: &Statement| {
        let at = s.assignment.filter(|at| plain(s, *at))?;
        Some(body.tokens[at].column)
    };
    let follows = |n: usize| {
        let first = statements[n].first;
        let gap = &body.tokens[first].before;
        let parted = gap.newlines != 1 || gap.comments.iter().any(|c| c.newlines > 0);
        n == 0 || !parted && body.structure.starts[first] == Some(Start::Statement)
    };
    let column_of_first = column(&statements[0]);
    let same = |n: &usize| column(&statements[*n]) == column_of_first && follows(*n);
    match column_of_first {
        Some(_) => (0..statements.len()).take_while(same).count(),
        None => 1,
    }
}

fn pad(body: &Body, row: &[Statement], padding: &mut [usize]) {
    let places = || row.iter().filter_map(|s| Some((s.first, s.assignment?)));
    let loose = |at: usize| body.tokens[at].before.spaces > 1;
    if row.len() < 2 || !places().any(|(_, at)| loose(at)) {
        return;
    }
    let width = |(first, at): (usize, usize)| {
        (first..at)
            .map(|t| {
                let space = t > first && body.spacing.before(&body.tokens, &body.structure, t);
                body.tokens[t].text.chars().count() + usize::from(space)
            })
            .sum::<usize>()
    };
    let widest = places().map(width).max().unwrap_or_default();
    for (first, at) in places() {
        padding[at] = widest - width((first, at));
    }
}

/// For each line how many spaces stand before its comment: comments of lines in a row that stood in one column stay in one, and the
/// longest line keeps its distance.
pub(crate) fn distances(lines: &[Line]) -> Vec<usize> {
    let mut distances = vec![0; lines.len()];
    let column = |n: usize| lines[n].trailing.as_ref().map(|t| t.column);
    let mut n = 0;
    while n < lines.len() {
        let first = n;
        n += 1;
        if column(first).is_none() {
            continue;
        }
        while n < lines.len() && column(n) == column(first) {
            n += 1;
        }
        let row = &lines[first..n];
        let distance = row
            .iter()
            .filter_map(|line| line.trailing.as_ref()?.distance)
            .min();
        let code = row.iter().map(Line::end_column).max().unwrap_or_default();
        for (line, to) in row.iter().zip(&mut distances[first..n]) {
            *to = code + distance.unwrap_or(1) - line.end_column();
        }
    }
    distances
}
