//! From the text of a file to the same text with its bodies formatted.

use crate::body::Body;
use crate::lines::Line;
use crate::source::{INDENT, Source};
use crate::{align, fit, invocation, verify};
use einstan_compiler::diagnostics::Diagnostics;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// What became of a file.
#[derive(Debug, Default)]
pub struct Formatted {
    pub text: String,
    /// The bodies that are other than they were.
    pub changes: Vec<Change>,
    /// What could not be formatted, and why; it is as it was.
    pub problems: Vec<Problem>,
}

/// A body that is other than it was, with its delimiters.
#[derive(Debug)]
pub struct Change {
    /// The line where it begins, from 1.
    pub line: usize,
    pub before: String,
    pub after: String,
}

/// Why something could not be formatted, and where: lines and columns from 1.
#[derive(Debug)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Problem {
    fn at(span: Span, message: String) -> Self {
        Problem {
            line: span.start().line,
            column: span.start().column + 1,
            message,
        }
    }
}

/// Formats every `einstan!` of a file.
pub fn format(text: &str) -> Formatted {
    let mut formatted = Formatted::default();
    if !text.contains("einstan") {
        formatted.text = text.to_string();
        return formatted;
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    match without_shebang(text).parse::<TokenStream>() {
        Ok(file) => bodies(text, file, &mut formatted),
        Err(error) => {
            let message = format!("this file is no Rust: {error}");
            formatted.problems.push(Problem::at(error.span(), message));
            formatted.text = text.to_string();
        }
    }
    formatted
}

/// The text with spaces for a first line that is for the shell.
fn without_shebang(text: &str) -> String {
    const MARK: &str = "\u{feff}";
    let (mark, rest) = match text.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => ("", text),
    };
    let end = rest.find('\n').unwrap_or(rest.len());
    let line = &rest[..end];
    match line.starts_with("#!") && !line[2..].trim_start().starts_with('[') {
        true => mark.to_string() + &" ".repeat(end) + &rest[end..],
        false => text.to_string(),
    }
}

fn bodies(text: &str, file: TokenStream, formatted: &mut Formatted) {
    let source = Source::new(text);
    let mut at = 0;
    for group in invocation::bodies(file) {
        let bytes = group.span().byte_range();
        let before = &text[bytes.clone()];
        formatted.text += &text[at..bytes.start];
        at = bytes.end;
        match body(&source, &group, &formatted.text) {
            Ok(Some(after)) if after != before => {
                formatted.text += &after;
                formatted.changes.push(Change {
                    line: source.line(bytes.start) + 1,
                    before: before.to_string(),
                    after,
                });
                continue;
            }
            Ok(_) => {}
            Err(problem) => formatted.problems.push(problem),
        }
        formatted.text += before;
    }
    formatted.text += &text[at..];
}

/// One body, formatted, that follows a text; nothing if it is not ours to format.
fn body(source: &Source, group: &Group, text: &str) -> Result<Option<String>, Problem> {
    if invocation::is_template(group) || invocation::is_rustfmts(group) {
        return Ok(None);
    }
    if let Some(TokenTree::Group(first)) = group.stream().into_iter().next()
        && first.delimiter() == Delimiter::Bracket
    {
        // The compiler reads a path in brackets here, which no user writes.
        let message = "einstan[syntax]: expected an item or an equation, found `[`";
        return Err(Problem::at(first.span_open(), message.into()));
    }
    let mut diagnostics = Diagnostics::new();
    einstan_compiler::parse::parse(group.stream(), &mut diagnostics);
    if let Some(error) = diagnostics.errors().first() {
        let message = format!("einstan[{}]: {}", error.rule.name(), error.message);
        return Err(Problem::at(error.span, message));
    }
    let ours = |what: &str| {
        let message = format!("internal error, a bug of einstan-fmt: {what}");
        Problem::at(group.span_open(), message)
    };
    let line = &text[text.rfind('\n').map_or(0, |at| at + 1)..];
    let mut body =
        Body::read(source, group, line).ok_or_else(|| ours("tokens that can't be told"))?;
    let lines = fit::lines(&mut body);
    let after = written(source, &body, &lines);
    match verify::difference(&body.tokens, &after) {
        Some(why) => Err(ours(&why)),
        None => Ok(Some(after)),
    }
}

/// The lines as a text, which begins behind the macro's `!`.
fn written(source: &Source, body: &Body, lines: &[Line]) -> String {
    let end = match ends_with_carriage_return(source.text) {
        true => "\r\n",
        false => "\n",
    };
    let tabs = source.text.contains("\n\t");
    let mut text = String::new();
    for (n, (line, distance)) in lines.iter().zip(align::distances(lines)).enumerate() {
        if n > 0 {
            text += end;
            if !line.verbatim && !line.is_empty() {
                text += &indentation(body, line.column, tabs);
            }
        }
        text += &line.code;
        if let Some(trailing) = &line.trailing {
            text += &" ".repeat(distance);
            text += trailing.text;
        }
    }
    text
}

/// What stands before a column in a line of its own; `tabs` says that the file is indented by them.
fn indentation(body: &Body, column: usize, tabs: bool) -> String {
    let (start, more) = match column.checked_sub(body.base) {
        Some(more) => (&*body.indentation, more),
        None => ("", column),
    };
    match tabs {
        true => start.to_string() + &"\t".repeat(more / INDENT) + &" ".repeat(more % INDENT),
        false => start.to_string() + &" ".repeat(more),
    }
}

/// Whether the first line of a file ends as on Windows.
fn ends_with_carriage_return(text: &str) -> bool {
    text.find('\n').is_some_and(|at| text[..at].ends_with('\r'))
}
