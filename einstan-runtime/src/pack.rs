//! Columns of a matrix copied into lines of a panel, as the kernels read them.

use crate::dispatch::{Level, vectorize};
use crate::float::Float;
use crate::splice::{Piece, Splice};
use crate::transpose::Square;

/// Columns of B from `origin` on: an element lies at the offset of its line and that of its column.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a, T> {
    pub origin: *const T,
    pub lines: &'a [isize],
    pub columns: &'a [isize],
}

/// Whether the offsets are those of elements one behind the other.
#[inline(always)]
pub(crate) fn consecutive(offsets: &[isize]) -> bool {
    offsets.is_empty() || (offsets[0]..).zip(offsets).all(|(right, &at)| at == right)
}

/// Columns that lie one behind the other: the first one, and how many.
type Run = (usize, usize);

/// At most so many runs, of this many columns each on average, are copied as such.
const RUNS: usize = 8;
const WORTH: usize = 4;

impl<T: Float> Columns<'_, T> {
    /// Copies them into lines of `across` elements; those that B lacks are anything.
    ///
    /// # Safety
    ///
    /// All elements are there; the processor has the level.
    pub(crate) unsafe fn pack(&self, across: usize, level: Level, packed: &mut [T]) {
        vectorize(
            #[inline(always)]
            |_| {
                // SAFETY: the caller's.
                unsafe { self.copied(across, level, packed) }
            },
        );
    }

    /// The same for the level in force.
    ///
    /// # Safety
    ///
    /// As `pack`.
    #[inline(always)]
    unsafe fn copied(&self, across: usize, level: Level, packed: &mut [T]) {
        let width = self.columns.len();
        let packed = &mut packed[..self.lines.len() * across];
        if width == across && consecutive(self.columns) {
            // SAFETY: whole lines of B.
            unsafe {
                match across {
                    48 => return self.copy_lines::<48>(packed),
                    32 => return self.copy_lines::<32>(packed),
                    16 => return self.copy_lines::<16>(packed),
                    8 => return self.copy_lines::<8>(packed),
                    4 => return self.copy_lines::<4>(packed),
                    _ => {}
                }
            }
        }
        let mut runs = [(0, 0); RUNS];
        match self.runs(&mut runs) {
            // SAFETY: the caller's.
            Some(runs) if runs.len() * WORTH <= width => unsafe {
                if !self.splice(runs, across, T::splice(level), packed) {
                    self.copy_runs(runs, across, packed)
                }
            },
            // SAFETY: the caller's.
            _ => unsafe { self.transpose(across, T::square(level), packed) },
        }
    }

    /// The runs of columns, unless there are too many.
    fn runs<'r>(&self, runs: &'r mut [Run; RUNS]) -> Option<&'r [Run]> {
        let mut count = 0;
        let mut from = 0;
        for j in 1..=self.columns.len() {
            if j < self.columns.len() && self.columns[j] == self.columns[j - 1] + 1 {
                continue;
            }
            *runs.get_mut(count)? = (from, j - from);
            (count, from) = (count + 1, j);
        }
        Some(&runs[..count])
    }

    /// Copies lines of `W` elements; as this is known, without a call for each.
    ///
    /// # Safety
    ///
    /// In each line lie `W` elements one behind the other.
    #[inline(always)]
    unsafe fn copy_lines<const W: usize>(&self, packed: &mut [T]) {
        // SAFETY: the first column.
        let first = unsafe { self.origin.offset(self.columns[0]) };
        for (line, &at) in packed.as_chunks_mut::<W>().0.iter_mut().zip(self.lines) {
            // SAFETY: the caller's.
            *line = unsafe { first.offset(at).cast::<[T; W]>().read_unaligned() };
        }
    }

    /// Puts runs of columns together, vector by vector; says whether this could be done, and if not, does nothing.
    ///
    /// # Safety
    ///
    /// As `pack`.
    unsafe fn splice(
        &self,
        runs: &[Run],
        across: usize,
        splice: Option<Splice<T>>,
        packed: &mut [T],
    ) -> bool {
        let Some(Splice { lanes, by_pieces }) = splice else {
            return false;
        };
        let within = |first: usize| {
            let last = first + lanes;
            let overlap = move |&&(from, n): &&Run| from < last && from + n > first;
            runs.iter().filter(overlap)
        };
        let vectors = (0..self.columns.len()).step_by(lanes);
        if !across.is_multiple_of(lanes)
            || vectors.clone().any(|v| within(v).count() > by_pieces.len())
        {
            return false;
        }
        for first in vectors {
            let mut count = 0;
            let mut pieces = [Piece {
                mask: 0,
                origin: self.origin,
            }; RUNS];
            for (&(from, n), piece) in within(first).zip(&mut pieces) {
                let lane = |column: usize| column.clamp(first, first + lanes) - first;
                let before = first as isize - from as isize;
                *piece = Piece {
                    mask: ((1u32 << lane(from + n)) - (1u32 << lane(from))) as u16,
                    origin: self.origin.wrapping_offset(self.columns[from] + before),
                };
                count += 1;
            }
            // SAFETY: the lanes of the pieces are elements of B, each line of the panel has room for all its vectors, and
            // the processor has the level.
            unsafe {
                by_pieces[count - 1](&pieces, self.lines, packed[first..].as_mut_ptr(), across);
            }
        }
        true
    }

    /// Copies runs of columns, one after the other: as its length is known, each line takes few instructions.
    ///
    /// # Safety
    ///
    /// All elements are there.
    #[inline(always)]
    unsafe fn copy_runs(&self, runs: &[Run], across: usize, packed: &mut [T]) {
        for &run in runs {
            debug_assert!(run.1 <= 64, "no panel is wider");
            // SAFETY: the caller's; so many columns behind the first one.
            unsafe {
                match run.1 {
                    32..=64 => self.copy_run::<32>(run, across, packed),
                    16..32 => self.copy_run::<16>(run, across, packed),
                    8..16 => self.copy_run::<8>(run, across, packed),
                    4..8 => self.copy_run::<4>(run, across, packed),
                    2..4 => self.copy_run::<2>(run, across, packed),
                    _ => self.copy_run::<1>(run, across, packed),
                }
            }
        }
    }

    /// Copies one run of columns, in two pieces of `W` that may overlap.
    ///
    /// # Safety
    ///
    /// All elements are there; there are at least `W` columns and at most twice as many.
    #[inline(always)]
    unsafe fn copy_run<const W: usize>(&self, (from, n): Run, across: usize, packed: &mut [T]) {
        // SAFETY: the first column.
        let first = unsafe { self.origin.offset(self.columns[from]) };
        for (line, &at) in packed.chunks_exact_mut(across).zip(self.lines) {
            // SAFETY: the caller's.
            unsafe { pieces::<T, W>(first.offset(at), &mut line[from..from + n]) };
        }
    }

    /// Copies columns: in squares that are transposed, where lines lie one behind the other.
    ///
    /// # Safety
    ///
    /// As `pack`.
    #[inline(always)]
    unsafe fn transpose(&self, across: usize, square: Option<Square<T>>, packed: &mut [T]) {
        let Columns {
            origin,
            lines,
            columns,
        } = *self;
        let side = square.map_or(1, |s| s.side);
        let all = columns.len() / side * side;
        // Some lines at a time, so that what a column brings into the cache is used.
        for (lines, packed) in lines.chunks(16).zip(packed.chunks_mut(16 * across)) {
            let mut done = 0;
            if let Some(Square { side, run }) = square {
                while lines.len() - done >= side && consecutive(&lines[done..done + side]) {
                    for j in (0..all).step_by(side) {
                        // SAFETY: a square inside B, and one inside the panel; the processor has the features of the level.
                        unsafe {
                            let from = origin.offset(lines[done]);
                            let to = packed.as_mut_ptr().add(done * across + j);
                            run(from, columns[j..].as_ptr(), to, across);
                        }
                    }
                    done += side;
                }
            }
            for (j, &column) in columns.iter().enumerate() {
                let from = if j < all { done } else { 0 };
                for (p, &line) in lines.iter().enumerate().skip(from) {
                    // SAFETY: an element of B.
                    packed[p * across + j] = unsafe { *origin.offset(line + column) };
                }
            }
        }
    }
}

/// Copies a few elements, in one or two pieces that may overlap.
///
/// # Safety
///
/// As many elements as `to` has lie behind `from`, elsewhere.
#[inline(always)]
pub(crate) unsafe fn copy<T: Float>(from: *const T, to: &mut [T]) {
    let n = to.len();
    // SAFETY: both pieces lie inside.
    unsafe {
        match n {
            32..=64 => pieces::<T, 32>(from, to),
            16..32 => pieces::<T, 16>(from, to),
            8..16 => pieces::<T, 8>(from, to),
            4..8 => pieces::<T, 4>(from, to),
            _ => {
                for (j, place) in to.iter_mut().enumerate() {
                    *place = *from.add(j);
                }
            }
        }
    }
}

/// The first and the last `W` elements.
///
/// # Safety
///
/// As `copy`; there are at least `W` elements and at most twice as many.
#[inline(always)]
unsafe fn pieces<T: Float, const W: usize>(from: *const T, to: &mut [T]) {
    let last = to.len() - W;
    let to = to.as_mut_ptr();
    // SAFETY: the caller's.
    unsafe {
        to.copy_from_nonoverlapping(from, W);
        to.add(last).copy_from_nonoverlapping(from.add(last), W);
    }
}
