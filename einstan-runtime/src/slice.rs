//! Some rows of a tensor: how steps run block by block.

use crate::float::Element;
use crate::sink::Sink;
use crate::source::Source;

/// The offset of row `start` of an axis. Panics unless all rows lie inside.
fn inside<const R: usize>(
    lens: &mut [usize; R],
    strides: [isize; R],
    axis: usize,
    start: usize,
    rows: usize,
) -> isize {
    let fits = start.checked_add(rows).is_some_and(|end| end <= lens[axis]);
    assert!(fits, "einstan internal error: rows outside of their tensor");
    lens[axis] = rows;
    // Without rows there is no element that a position could be of.
    if rows == 0 {
        0
    } else {
        start as isize * strides[axis]
    }
}

impl<'a, E: Element, const R: usize> Source<'a, E, R> {
    /// The `rows` rows from `start` on of an axis. Panics unless they lie inside.
    pub fn slice(&self, axis: usize, start: usize, rows: usize) -> Source<'a, E, R> {
        let mut out = *self;
        let offset = inside(&mut out.lens, self.strides, axis, start, rows);
        if !out.is_empty() {
            // SAFETY: the first element of a row inside (checked) of a tensor without empty axes.
            out.origin = unsafe { self.origin.offset(offset) };
        }
        out
    }
}

impl<E: Element, const R: usize> Sink<'_, E, R> {
    /// The `rows` rows from `start` on of an axis. Panics unless they lie inside.
    pub fn slice(&mut self, axis: usize, start: usize, rows: usize) -> Sink<'_, E, R> {
        let mut out = self.reborrow();
        let offset = inside(&mut out.lens, out.strides, axis, start, rows);
        if !out.is_empty() {
            // SAFETY: as above.
            out.origin = unsafe { out.origin.offset(offset) };
        }
        out
    }
}

/// The most elements of a block that may be larger than every tensor of the user.
const SMALL: f64 = 16384.0;
/// The most rows of a block.
const MOST: f64 = 64.0;

/// How many rows of `row` elements a block has, so that it is no larger than the `largest` tensor, or than a small one.
pub fn block_rows(all: usize, row: f64, largest: f64) -> usize {
    let rows = (largest.max(SMALL) / row.max(1.0)).clamp(1.0, MOST);
    (rows as usize).min(all).max(1)
}

/// The elements that a block of these lengths, or of shorter ones, may have: memory of so many is never too small later.
pub fn block_room(all: usize, row: f64, largest: f64) -> usize {
    let whole = row.max(1.0) * (all as f64).min(MOST);
    // A row alone may be larger than the largest tensor only if that is a scalar's.
    whole.min(largest.max(SMALL).max(row)) as usize
}

/// How many rows a block has that may have all: some, where all are more than the `largest` argument and than a small block.
pub fn wide_rows(all: usize, row: f64, largest: f64) -> usize {
    let rows = match row * all as f64 > largest.max(SMALL) {
        true => all.min(MOST as usize),
        false => all,
    };
    rows.max(1)
}

/// The elements that such a block of these lengths, or of shorter ones, may have.
pub fn wide_room(all: usize, row: f64, largest: f64) -> usize {
    let all = all as f64;
    let some = row.max(1.0) * all.min(MOST);
    some.max((row * all).min(largest.max(SMALL))) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_out() {
        let data: Vec<f64> = (0..12).map(f64::from).collect();
        let s = Source::from_slice(&data, [3, 4]);
        let rows = s.slice(0, 1, 2);
        assert_eq!(
            (rows.lens(), rows.at([0, 0]), rows.at([1, 3])),
            ([2, 4], 4.0, 11.0)
        );
        let columns = s.slice(1, 3, 1);
        assert_eq!((columns.lens(), columns.at([2, 0])), ([3, 1], 11.0));
        assert!(s.slice(0, 3, 0).is_empty());
        let mut out = vec![0.0; 12];
        let mut w = Sink::from_slice(&mut out, [3, 4]);
        w.slice(0, 2, 1).fill(1.0);
        w.slice(1, 0, 1).fill(2.0);
        assert_eq!(
            out,
            [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0, 1.0, 1.0, 1.0]
        );
        let nothing = Source::<f64, 2>::from_slice(&[], [0, 4]);
        assert!(nothing.slice(1, 1, 3).is_empty());
    }

    #[test]
    #[should_panic(expected = "einstan internal error")]
    fn rows_outside_are_refused() {
        let _ = Source::from_slice(&[1.0, 2.0], [2]).slice(0, 1, 2);
    }

    #[test]
    #[should_panic(expected = "einstan internal error")]
    fn rows_that_wrap_around_are_refused() {
        let _ = Sink::from_slice(&mut [1.0, 2.0], [2]).slice(0, usize::MAX, 2);
    }

    #[test]
    fn wide_blocks_are_whole_or_small() {
        assert_eq!(wide_rows(1000, 1000.0, 2000.0), 64);
        assert_eq!(wide_rows(1000, 1000.0, 1e6), 1000);
        assert_eq!(wide_rows(100, 100.0, 0.0), 100);
        assert_eq!((wide_rows(7, 1e6, 0.0), wide_rows(0, 5.0, 5.0)), (7, 1));
        for (all, row, largest) in [(1000, 1000.0, 2000.0), (300, 300.0, 9e4), (20, 1e4, 1e3)] {
            let room = wide_room(all, row, largest);
            for shrunk in [1.0, 0.9, 0.5, 0.2, 0.1] {
                let all = (all as f64 * shrunk) as usize;
                let (row, largest) = ((row * shrunk).floor(), largest * shrunk);
                assert!(wide_rows(all, row, largest) as f64 * row <= room as f64);
                let row = row / shrunk;
                assert!(wide_rows(all, row.floor(), largest) as f64 * row.floor() <= room as f64);
            }
        }
    }

    #[test]
    fn blocks_are_small() {
        assert_eq!(block_rows(1000, 1000.0, 2000.0), 16);
        assert_eq!(block_rows(1000, 1e6, 2000.0), 1);
        assert_eq!(block_rows(1000, 10.0, 1e9), 64);
        assert_eq!(block_rows(7, 10.0, 1e9), 7);
        assert_eq!(block_rows(0, 0.0, 0.0), 1);
        for (all, row, largest) in [
            (1000, 9000.0, 9000.0),
            (3, 100.0, 300.0),
            (50, 20000.0, 2e4),
        ] {
            let room = block_room(all, row, largest);
            for shrunk in [1.0, 0.9, 0.5, 0.1] {
                let (row, largest) = ((row * shrunk).floor(), largest * shrunk);
                assert!(block_rows(all, row, largest) as f64 * row <= room as f64);
            }
        }
    }
}
