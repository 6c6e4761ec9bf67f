//! A text as numbers, each a place in its alphabet.

use flate2::read::GzDecoder;
use ndarray::{Array1, Array2, Axis, s};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

pub struct Text {
    pub alphabet: Vec<char>,
    pub tokens: Array1<usize>,
}

impl Text {
    /// From a file that gzip made of a text.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let wrong = |what: std::io::Error| format!("{}: {what}", path.display());
        let mut text = String::new();
        GzDecoder::new(File::open(path).map_err(wrong)?)
            .read_to_string(&mut text)
            .map_err(wrong)?;
        let alphabet: Vec<char> = text.chars().collect::<BTreeSet<_>>().into_iter().collect();
        let place = |c| alphabet.binary_search(&c).unwrap_or(0); // each is there
        let tokens = text.chars().map(place).collect();
        Ok(Text { alphabet, tokens })
    }

    /// The part to learn from, and the last tenth.
    pub fn parts(&self) -> (Array1<usize>, Array1<usize>) {
        let (first, last) = self
            .tokens
            .view()
            .split_at(Axis(0), self.tokens.len() * 9 / 10);
        (first.to_owned(), last.to_owned())
    }

    /// Numbers as characters again.
    pub fn string(&self, tokens: &[usize]) -> String {
        tokens.iter().map(|&i| self.alphabet[i]).collect()
    }
}

/// Rows of a text, and the same rows one character later: what follows.
pub struct Rows {
    pub tok: Array2<usize>,
    pub next: Array2<usize>,
}

impl Rows {
    pub fn new(count: usize, time: usize) -> Self {
        Rows {
            tok: Array2::zeros((count, time)),
            next: Array2::zeros((count, time)),
        }
    }

    /// Rows that begin at these places; there must be a character behind each row.
    pub fn read(&mut self, text: &Array1<usize>, places: impl IntoIterator<Item = usize>) {
        let time = self.tok.ncols();
        for (row, from) in places.into_iter().enumerate() {
            self.tok
                .row_mut(row)
                .assign(&text.slice(s![from..from + time]));
            self.next
                .row_mut(row)
                .assign(&text.slice(s![from + 1..from + 1 + time]));
        }
    }
}
