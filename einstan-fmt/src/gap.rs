//! What stands between two tokens: spaces, ends of lines, comments.

use crate::source::Source;

/// The text before a token, after the one before it.
#[derive(Debug, Default)]
pub(crate) struct Gap<'s> {
    pub comments: Vec<Comment<'s>>,
    /// Ends of lines after the last comment.
    pub newlines: usize,
    /// Spaces after the last comment or end of a line.
    pub spaces: usize,
}

/// A comment that is no documentation.
#[derive(Debug)]
pub(crate) struct Comment<'s> {
    pub text: &'s str,
    /// Whether it goes to the end of its line, `//`.
    pub to_end: bool,
    /// Ends of lines before it, and spaces after the last of them.
    pub newlines: usize,
    pub spaces: usize,
    pub column: usize,
}

impl<'s> Gap<'s> {
    /// Reads the bytes from `start` to `end`; nothing where anything else stands there.
    pub fn read(source: &Source<'s>, start: usize, end: usize) -> Option<Self> {
        let mut gap = Gap::default();
        let mut at = start;
        while at < end {
            let rest = &source.text[at..end];
            if let Some(text) = comment(rest) {
                gap.comments.push(Comment {
                    text: text.trim_end(),
                    to_end: text.starts_with("//"),
                    newlines: std::mem::take(&mut gap.newlines),
                    spaces: std::mem::take(&mut gap.spaces),
                    column: source.column(at),
                });
                at += text.len();
                continue;
            }
            let c = rest.chars().next().filter(|c| is_space(*c))?;
            if c == '\n' {
                gap.newlines += 1;
                gap.spaces = 0;
            } else if c != '\r' {
                gap.spaces += 1;
            }
            at += c.len_utf8();
        }
        Some(gap)
    }

    /// Whether nothing stands here.
    pub fn is_empty(&self) -> bool {
        self.comments.is_empty() && self.newlines == 0 && self.spaces == 0
    }

    /// Whether a line ends here.
    pub fn has_newline(&self) -> bool {
        self.newlines > 0 || self.comments.iter().any(|c| c.newlines > 0 || c.to_end)
    }
}

/// What Rust takes for a space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}')
}

/// The comment that `text` begins with.
fn comment(text: &str) -> Option<&str> {
    if text.starts_with("//") {
        return Some(text.split('\n').next().unwrap_or(text));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(&text[..at]);
        }
    }
    None
}
