//! The text of a file, by lines.

/// How far a tab goes, and what one level is indented by.
pub(crate) const INDENT: usize = 4;

/// A text and where its lines begin.
pub(crate) struct Source<'s> {
    pub text: &'s str,
    starts: Vec<usize>,
}

impl<'s> Source<'s> {
    pub fn new(text: &'s str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Source {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The line of a byte, from 0.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte) - 1
    }

    /// How many columns stand before a byte in its line.
    pub fn column(&self, byte: usize) -> usize {
        width(&self.text[self.starts[self.line(byte)]..byte])
    }
}

/// How many columns a text takes that begins a line.
pub(crate) fn width(text: &str) -> usize {
    text.chars().fold(0, |column, c| match c {
        '\t' => (column / INDENT + 1) * INDENT,
        _ => column + 1,
    })
}
