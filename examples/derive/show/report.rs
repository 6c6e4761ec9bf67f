//! Errors as the compiler shows them: the sentence, the place, the line with carets.

use super::input::Input;
use einstan_compiler::diagnostics::Diagnostics;
use proc_macro2::Span;
use std::fmt::Write;

/// All errors of an input.
pub fn errors(input: &Input, diagnostics: &Diagnostics) -> String {
    let each = diagnostics.errors().iter().flat_map(|e| {
        let at = |message: &str, span| {
            let message = format!("einstan[{}]: {message}", e.rule.name());
            error(input, &message, span)
        };
        let other = e.other.as_ref().map(|o| at(&o.message, o.span));
        [at(&e.message, e.span)].into_iter().chain(other)
    });
    each.collect::<Vec<_>>().join("\n")
}

/// What is wrong where a text has no tokens: the lexer of Rust says only where.
pub fn no_token(input: &Input, span: Span) -> String {
    let line = input.text.lines().nth(span.start().line - 1);
    let found = line.and_then(|l| l.chars().nth(span.start().column));
    match found {
        Some(c @ ('(' | '[' | '{')) => {
            format!("this `{c}` is not closed, or is closed by another bracket")
        }
        Some(c @ (')' | ']' | '}')) => format!("this `{c}` closes nothing"),
        Some(c) => format!("`{c}` is no part of the notation here"),
        None => "the text ends too early".to_string(),
    }
}

/// One error.
pub fn error(input: &Input, message: &str, span: Span) -> String {
    let (start, end) = (span.start(), span.end());
    let before = if start.line == 1 { input.before } else { 0 };
    let column = start.column.saturating_sub(before);
    let line = input.line(start.line.max(1));
    let wide = match end.line == start.line {
        true => end.column.saturating_sub(start.column),
        false => line.chars().count().saturating_sub(column),
    };
    let margin = " ".repeat(start.line.to_string().len());
    // Lines of a message after the first one stand below its text.
    let message = message.replace('\n', "\n       ");
    let mut out = String::new();
    let _ = writeln!(out, "error: {message}");
    let _ = writeln!(
        out,
        "{margin}--> {}:{}:{}",
        input.name,
        start.line,
        column + 1
    );
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{} | {line}", start.line);
    let _ = writeln!(
        out,
        "{margin} | {}{}",
        " ".repeat(column),
        "^".repeat(wide.max(1))
    );
    out
}
