//! Products of which a part counts: at each value of one index a window of another one.
//!
//! What all rows have in common is one product; the rest is left to the two halves of the rows, and so on. A triangle is
//! a square of half its side, two of a quarter, and so on: almost all of the work is in large products. Nothing outside of
//! a window counts, which may hold anything.

use crate::float::Float;
use crate::gemm::{At, Desk, Matrix};
use crate::index::Axis;
use crate::product::multiply;

/// So few rows are taken together where places around their windows do no harm, else one by one.
const FEW: usize = 16;
/// The elements of a factor that is copied for that, with zeros around the windows.
const TILE: usize = 1024;

/// The columns, or rows, `from..to`.
pub(crate) type Range = (usize, usize);

/// The part `from <= i < to`, for all of these, of the `len` values `first..` of an index, counted from `first`. A part
/// with nothing in it is at 0.
#[inline(always)]
pub fn window<const F: usize, const L: usize>(
    len: usize,
    first: i64,
    from: [i64; F],
    to: [i64; L],
) -> (usize, usize) {
    let within = |i: i64| (i.saturating_sub(first).max(0) as usize).min(len);
    let from = from.into_iter().fold(0, |a, i| a.max(within(i)));
    let to = to.into_iter().fold(len, |a, i| a.min(within(i)));
    if from < to { (from, to) } else { (0, 0) }
}

/// What part of a contraction counts.
#[derive(Clone, Copy)]
pub(crate) struct Band<'a> {
    /// The columns at each row, which the axis has. What two rows have in common, those between them have too.
    pub window: &'a (dyn Fn(isize) -> Range + Sync),
    /// Places of the target outside of the windows may be written too.
    pub loose: bool,
    /// All elements are there, those outside of the windows too.
    pub whole: bool,
}

/// A product of the axes m, n and k, of which one runs over columns and one, perhaps, over rows.
pub(crate) struct Strips<'a, T> {
    pub axes: [Axis; 3],
    /// Which axis has the rows; without it there is one row.
    pub row: Option<usize>,
    /// Which axis has the columns.
    pub column: usize,
    pub band: Band<'a>,
    /// The columns, if they are the same for all rows.
    pub fixed: Option<Range>,
    pub alpha: T,
    pub at: At<T>,
    pub accumulate: bool,
}

/// The places of the axes.
const M: usize = 0;
const N: usize = 1;
const K: usize = 2;

impl<T: Float> Strips<'_, T> {
    /// The product of all windows.
    ///
    /// # Safety
    ///
    /// All elements of the windows are there, and, if the band is whole, all that the axes reach; those of C are
    /// borrowed exclusively.
    pub unsafe fn run(&self, desk: &mut Desk<T>) {
        let mut tile = [T::zero(); TILE];
        let rows = self.row.map_or(1, |r| self.axes[r].len);
        let window = |r: usize| self.fixed.unwrap_or_else(|| (self.band.window)(r as isize));
        let Band { whole, loose, .. } = self.band;
        divide(
            (0, rows),
            (0, 0),
            whole,
            &window,
            &mut |piece| match piece {
                Piece::Around(rows, columns, windows) if !loose => {
                    // SAFETY: of a whole band.
                    whole && unsafe { self.padded(rows, columns, windows, &mut tile, desk) }
                }
                Piece::Around(..) if !whole => false,
                Piece::Inside(rows, columns) | Piece::Around(rows, columns, _) => {
                    let (a, b) = (self.a_at(rows, columns), self.b_at(rows, columns));
                    // SAFETY: rows and columns of windows that are there, or, of a whole band, any.
                    unsafe { self.product(rows, columns, a, b, desk) };
                    true
                }
            },
        );
    }

    /// The first position along each axis, and the length.
    fn part(&self, axis: usize, rows: Range, columns: Range) -> Range {
        match axis {
            _ if axis == self.column => columns,
            _ if Some(axis) == self.row => rows,
            _ => (0, self.axes[axis].len),
        }
    }

    fn offset(&self, rows: Range, columns: Range, stride: impl Fn(&Axis) -> isize) -> isize {
        let along =
            |axis: usize| self.part(axis, rows, columns).0 as isize * stride(&self.axes[axis]);
        along(M) + along(N) + along(K)
    }

    /// The left factor at these rows and columns.
    fn a_at(&self, rows: Range, columns: Range) -> Matrix<*const T> {
        let [m, _, k] = &self.axes;
        Matrix {
            origin: self
                .at
                .a
                .wrapping_offset(self.offset(rows, columns, |x| x.a)),
            rows: m.a,
            columns: k.a,
        }
    }

    /// The right factor at these rows and columns.
    fn b_at(&self, rows: Range, columns: Range) -> Matrix<*const T> {
        let [_, n, k] = &self.axes;
        Matrix {
            origin: self
                .at
                .b
                .wrapping_offset(self.offset(rows, columns, |x| x.b)),
            rows: k.b,
            columns: n.b,
        }
    }

    /// The product at these rows and columns of factors that are there.
    ///
    /// # Safety
    ///
    /// All elements are there; those of C are borrowed exclusively.
    unsafe fn product(
        &self,
        rows: Range,
        columns: Range,
        a: Matrix<*const T>,
        b: Matrix<*const T>,
        desk: &mut Desk<T>,
    ) {
        let [m, n, k] = [M, N, K].map(|axis| {
            let (from, to) = self.part(axis, rows, columns);
            to - from
        });
        if m == 0 || n == 0 || k == 0 {
            return;
        }
        let [x, y, z] = self.axes;
        let axes = [
            Axis {
                len: m,
                a: a.rows,
                ..x
            },
            Axis {
                len: n,
                b: b.columns,
                ..y
            },
            Axis {
                len: k,
                a: a.columns,
                b: b.rows,
                ..z
            },
        ];
        let at = At {
            a: a.origin,
            b: b.origin,
            c: self
                .at
                .c
                .wrapping_offset(self.offset(rows, columns, |x| x.c)),
        };
        // SAFETY: the caller's.
        unsafe { multiply(self.alpha, at, self.accumulate, axes, desk) };
    }

    /// The product at rows and columns of which some are in no window: with a copy of the factor that has both, zero there;
    /// false, and nothing done, where there is none, or where zero times the other factor is not zero.
    ///
    /// # Safety
    ///
    /// As `product`.
    unsafe fn padded(
        &self,
        rows: Range,
        columns: Range,
        windows: &[Range],
        tile: &mut [T; TILE],
        desk: &mut Desk<T>,
    ) -> bool {
        let (height, width) = (rows.1 - rows.0, columns.1 - columns.0);
        let Some(row) = self.row else { return false };
        if (row != K && self.column != K) || height * width > TILE || !self.alpha.is_finite() {
            return false;
        }
        let other = row + self.column - K;
        let (from, others) = match other {
            M => (self.a_at(rows, columns), self.b_at(rows, columns)),
            _ => {
                let (a, b) = (self.a_at(rows, columns), self.b_at(rows, columns));
                (transposed(b), transposed(a))
            }
        };
        // `from` has the axis `other` down and K across, `others` K down and the third axis across.
        let depth = if row == K { height } else { width };
        let across = self.axes[M + N - other].len;
        // SAFETY: elements of the other factor.
        if !unsafe { is_finite(others, depth, across) } {
            return false;
        }
        let (down, right) = if row == K {
            (from.columns, from.rows)
        } else {
            (from.rows, from.columns)
        };
        let lines = tile.chunks_exact_mut(width);
        for (i, (line, &(first, end))) in lines.zip(windows).enumerate() {
            line.fill(T::zero());
            let (first, end) = (first.max(columns.0), end.min(columns.1));
            if first >= end {
                continue;
            }
            let line = &mut line[first - columns.0..end - columns.0];
            let first = (first - columns.0) as isize;
            let from = from
                .origin
                .wrapping_offset(i as isize * down + first * right);
            if right == 1 {
                // SAFETY: consecutive elements of the factor.
                line.copy_from_slice(unsafe { std::slice::from_raw_parts(from, line.len()) });
                continue;
            }
            for (j, place) in line.iter_mut().enumerate() {
                // SAFETY: an element of the factor.
                *place = unsafe { *from.offset(j as isize * right) };
            }
        }
        let (along_row, along_column) = (width as isize, 1);
        let copy = Matrix {
            origin: tile.as_ptr(),
            rows: if row == K { along_column } else { along_row },
            columns: if row == K { along_row } else { along_column },
        };
        // SAFETY: the copy has all elements, and the other factor too, says the caller.
        unsafe {
            match other {
                M => self.product(rows, columns, copy, others, desk),
                _ => self.product(rows, columns, transposed(others), transposed(copy), desk),
            }
        }
        true
    }
}

fn transposed<T>(m: Matrix<*const T>) -> Matrix<*const T> {
    Matrix {
        origin: m.origin,
        rows: m.columns,
        columns: m.rows,
    }
}

/// Whether no element is infinite or NaN.
///
/// # Safety
///
/// All elements are there.
unsafe fn is_finite<T: Float>(m: Matrix<*const T>, rows: usize, columns: usize) -> bool {
    let (m, rows, columns) = match m.columns == 1 {
        true => (m, rows, columns),
        false => (transposed(m), columns, rows),
    };
    (0..rows as isize).all(|i| {
        let line = m.origin.wrapping_offset(i * m.rows);
        if m.columns == 1 {
            // SAFETY: consecutive elements, says the caller. All are looked at, so that it is done in vectors.
            let line = unsafe { std::slice::from_raw_parts(line, columns) };
            return line.iter().fold(true, |all, x| all & x.is_finite());
        }
        // SAFETY: the caller's.
        let at = |j: usize| unsafe { *line.offset(j as isize * m.columns) };
        (0..columns).all(|j| at(j).is_finite())
    })
}

/// Rows and columns.
#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    /// Of windows.
    Inside(Range, Range),
    /// A few rows, their windows, and columns around these.
    Around(Range, Range, &'a [Range]),
}

/// Calls `piece` with rows and columns that cover the windows of these rows, each place once, but for the columns that are
/// `done`, which all of the windows have. A piece around windows that is not taken is divided; if not all is there that rows
/// and columns reach, rows are taken a few at a time.
fn divide(
    rows: Range,
    done: Range,
    whole: bool,
    window: &impl Fn(usize) -> Range,
    piece: &mut impl FnMut(Piece<'_>) -> bool,
) {
    let (first, end) = rows;
    if end - first <= FEW {
        return few(rows, done, window, piece);
    }
    let (p, q) = (window(first), window(end - 1));
    let all = (p.0.max(q.0), p.1.min(q.1));
    let mut done = done;
    if whole && !is_empty(all) {
        for part in beside(all, done).into_iter().filter(|&p| !is_empty(p)) {
            piece(Piece::Inside(rows, part));
        }
        done = all;
    }
    let middle = first + (end - first) / 2;
    divide((first, middle), done, whole, window, piece);
    divide((middle, end), done, whole, window, piece);
}

/// The same for a few rows.
fn few(
    rows: Range,
    done: Range,
    window: &impl Fn(usize) -> Range,
    piece: &mut impl FnMut(Piece<'_>) -> bool,
) {
    let mut windows = [(0, 0); FEW];
    let windows = &mut windows[..rows.1 - rows.0];
    for (w, r) in windows.iter_mut().zip(rows.0..) {
        *w = window(r);
    }
    let each = windows.iter().copied().filter(|&w| !is_empty(w));
    let Some(hull) = each.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return;
    };
    for side in beside(hull, done).into_iter().filter(|&s| !is_empty(s)) {
        if windows.len() > 1 && piece(Piece::Around(rows, side, windows)) {
            continue;
        }
        for (&(from, to), r) in windows.iter().zip(rows.0..) {
            let part = (from.max(side.0), to.min(side.1));
            if !is_empty(part) {
                piece(Piece::Inside((r, r + 1), part));
            }
        }
    }
}

fn is_empty(range: Range) -> bool {
    range.0 >= range.1
}

/// What is before and after the columns that are `done`.
fn beside(all: Range, done: Range) -> [Range; 2] {
    match is_empty(done) {
        true => [all, (0, 0)],
        false => [(all.0, done.0), (done.1, all.1)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each place of `rows` by `columns` is covered; `takes` says which pieces around windows are taken.
    fn covered(
        rows: usize,
        columns: usize,
        takes: impl Fn(usize) -> bool,
        window: impl Fn(isize) -> Range,
    ) -> Vec<Vec<u32>> {
        let (mut count, mut number) = (vec![vec![0; columns]; rows], 0);
        divide(
            (0, rows),
            (0, 0),
            true,
            &|r| window(r as isize),
            &mut |piece| {
                let (r, c) = match piece {
                    Piece::Inside(r, c) => (r, c),
                    Piece::Around(r, c, _) => {
                        number += 1;
                        if !takes(number) {
                            return false;
                        }
                        (r, c)
                    }
                };
                for row in &mut count[r.0..r.1] {
                    row[c.0..c.1].iter_mut().for_each(|n| *n += 1);
                }
                true
            },
        );
        count
    }

    #[test]
    fn every_place_of_a_window_is_covered_once() {
        type Case = (&'static str, fn(i64, usize) -> Range);
        let cases: [Case; 7] = [
            ("lower", |i, n| window(n, 0, [], [i + 1])),
            ("upper", |i, n| window(n, 0, [i + 1], [])),
            ("band", |i, n| window(n, 0, [i - 3], [i + 4])),
            ("across", |i, n| window(n, 0, [5 - i], [12 - i])),
            ("half", |i, n| window(n, 0, [], [i / 2 + 1])),
            ("two bounds", |i, n| window(n, 0, [i - 2, 4 - i], [])),
            ("nothing", |_, n| window(n, 0, [9], [3])),
        ];
        type Way = (bool, fn(usize) -> bool);
        let ways: [Way; 3] = [
            (true, |_| false),
            (false, |_| true),
            (false, |n| n % 3 == 1),
        ];
        for (name, case) in cases {
            for rows in [0, 1, 2, 5, 17, 70, 150] {
                for columns in [0, 1, 3, 16, 67] {
                    for (exact, takes) in ways {
                        let count = covered(rows, columns, takes, |i| case(i as i64, columns));
                        for (i, row) in count.iter().enumerate() {
                            let (from, to) = case(i as i64, columns);
                            for (j, &times) in row.iter().enumerate() {
                                let inside = from <= j && j < to;
                                let right =
                                    times == u32::from(inside) || !exact && !inside && times == 1;
                                assert!(right, "{name}, {rows} by {columns}: {i}, {j}: {times}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_window_lies_inside() {
        assert_eq!(window(5, 0, [-3], [9]), (0, 5));
        assert_eq!(window(5, 10, [11], [14]), (1, 4));
        assert_eq!(window(5, 0, [], []), (0, 5));
        assert_eq!(window(5, 0, [4], [4]), (0, 0));
        assert_eq!(window(0, 0, [0], [1]), (0, 0));
        assert_eq!(window(3, i64::MAX, [i64::MIN], [i64::MAX]), (0, 0));
    }

    #[test]
    fn what_is_not_finite_is_found() {
        let mut numbers = [1.0f32, -2.0, 3.0, 4.0, 5.0, 6.0];
        for (rows, columns) in [(3, 1), (1, 3)] {
            let m = |n: &[f32; 6]| Matrix {
                origin: n.as_ptr(),
                rows,
                columns,
            };
            let (down, right) = if columns == 1 { (2, 3) } else { (3, 2) };
            // SAFETY: six elements.
            assert!(unsafe { is_finite(m(&numbers), down, right) });
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                for at in 0..6 {
                    let good = std::mem::replace(&mut numbers[at], bad);
                    // SAFETY: six elements.
                    assert!(!unsafe { is_finite(m(&numbers), down, right) });
                    numbers[at] = good;
                }
            }
        }
    }
}
