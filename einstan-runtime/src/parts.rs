//! How the work of a contraction is divided between threads: no part writes what another one does.

use std::ops::Range;

/// A strip of columns for a thread has a multiple of so many, a strip of rows too.
const STRIP: usize = 32;
/// Parts of work for each thread: more of them are more even.
const PARTS: usize = 4;
/// A strip of so many columns is wide.
const WIDE: usize = 256;

/// The work in parts: some products, or of each one some rows or columns.
pub(crate) struct Parts {
    /// Products, strips of rows and strips of columns, and rows and columns.
    whole: [usize; 3],
    rows: usize,
    columns: usize,
    /// In how many parts each of these is.
    count: [usize; 3],
}

impl Parts {
    pub(crate) fn new(batch: usize, rows: usize, columns: usize, threads: usize) -> Self {
        let whole = [batch, rows.div_ceil(STRIP), columns.div_ceil(STRIP)];
        // Each strip of rows packs all columns; each one of columns reads all rows, which are packed for many of them.
        let wanted = threads * PARTS;
        let (few, many) = (wanted.div_ceil(batch.max(1)), columns >= wanted * WIDE);
        let count = if threads == 1 {
            [1, 1, 1]
        } else if batch >= wanted {
            [wanted, 1, 1]
        } else if columns >= threads * STRIP {
            [batch, 1, if many { few } else { few.min(2 * threads) }]
        } else {
            [batch, few.min(threads), 1]
        };
        Parts {
            whole,
            rows,
            columns,
            count: std::array::from_fn(|k| count[k].min(whole[k]).max(1)),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count.iter().product()
    }

    /// The products, rows and columns of a part: all parts have as many strips, or one more.
    pub(crate) fn part(&self, number: usize) -> (Range<usize>, Range<usize>, Range<usize>) {
        let [_, rows, columns] = self.count;
        let range = |k: usize, i: usize| {
            let (whole, count) = (self.whole[k], self.count[k]);
            whole * i / count..whole * (i + 1) / count
        };
        let strips = |k: usize, i: usize, all: usize| {
            let Range { start, end } = range(k, i);
            start * STRIP..(end * STRIP).min(all)
        };
        let (column, rest) = (number % columns, number / columns);
        (
            range(0, rest / rows),
            strips(1, rest % rows, self.rows),
            strips(2, column, self.columns),
        )
    }
}
