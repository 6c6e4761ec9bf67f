//! The rows of a product with the columns of one panel, tile by tile.

use crate::float::Float;
use crate::gemm::DEPTH;
use crate::kernel::{Kernel, Left, Target};
use crate::pack::{consecutive, copy};

/// Rows of A: as they lie in memory, by the offsets of rows and terms, or packed for tiles.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'a, T> {
    Lying(*const T, &'a [isize], &'a [isize]),
    Packed(&'a [T]),
}

/// The product of some rows with the columns of a panel.
pub(crate) struct Tiles<'a, T> {
    pub(crate) alpha: T,
    pub(crate) add: bool,
    pub(crate) depth: usize,
    pub(crate) a: Rows<'a, T>,
    /// The first line of the panel, and from a line to the next one.
    pub(crate) b: *const T,
    pub(crate) apart: isize,
    pub(crate) c: *mut T,
    /// Offsets of the rows and columns in C.
    pub(crate) down: &'a [isize],
    pub(crate) columns: &'a [isize],
}

/// `0, 1, 2, ..`, and so many times as much.
const fn multiples<const N: usize>(by: usize) -> [isize; N] {
    let mut all = [0; N];
    let mut i = 0;
    while i < N {
        all[i] = (i * by) as isize;
        i += 1;
    }
    all
}

/// The terms of packed rows, by the number of rows of a tile, less one.
static STEPS: [[isize; DEPTH]; 8] = [
    multiples(1),
    multiples(2),
    multiples(3),
    multiples(4),
    multiples(5),
    multiples(6),
    multiples(7),
    multiples(8),
];

impl<T: Float> Tiles<'_, T> {
    /// All rows, tile by tile.
    ///
    /// # Safety
    ///
    /// All elements are there; those of C are distinct and borrowed exclusively.
    pub(crate) unsafe fn run(&self, kernel: Kernel<T>, tile: &mut [T]) {
        let most = kernel.by_rows.len();
        // Rows that are not packed for tiles of one height go into tiles of much the same one.
        let tall = match self.a {
            Rows::Packed(_) => most,
            Rows::Lying(..) => self.down.len().div_ceil(self.down.len().div_ceil(most)),
        };
        let lines: [isize; 8] = std::array::from_fn(|i| (i * kernel.width) as isize);
        // Rows of C that are consecutive in memory are written where they are.
        let behind = consecutive(self.columns);
        let direct = behind && (kernel.parts || self.columns.len() == kernel.width);
        for (number, down) in self.down.chunks(tall).enumerate() {
            let first = number * tall;
            let a = match self.a {
                Rows::Lying(origin, starts, steps) => Left {
                    origin,
                    rows: starts[first..].as_ptr(),
                    steps: steps.as_ptr(),
                },
                Rows::Packed(a) => Left {
                    origin: a[first * self.depth..].as_ptr(),
                    rows: STEPS[0].as_ptr(),
                    steps: STEPS[down.len() - 1].as_ptr(),
                },
            };
            let to = if direct {
                Target {
                    // SAFETY: the first column.
                    origin: unsafe { self.c.offset(self.columns[0]) },
                    rows: down.as_ptr(),
                    columns: self.columns.len(),
                    alpha: self.alpha,
                    add: self.add,
                }
            } else {
                Target {
                    origin: tile.as_mut_ptr(),
                    rows: lines.as_ptr(),
                    columns: self.columns.len(),
                    alpha: self.alpha,
                    add: false,
                }
            };
            // SAFETY: the rows of A, the lines of the panel, and as many rows of C, or a tile of at most `TILE` elements.
            unsafe { kernel.by_rows[down.len() - 1](self.depth, a, self.b, self.apart, to) };
            if !direct {
                // SAFETY: the caller's.
                unsafe { self.store(down, kernel.width, tile, behind) };
            }
        }
    }

    /// Writes a tile to C, whose columns may lie one behind the other.
    ///
    /// # Safety
    ///
    /// As `run`.
    unsafe fn store(&self, down: &[isize], across: usize, tile: &[T], behind: bool) {
        for (values, &row) in tile.chunks_exact(across).zip(down) {
            let values = &values[..self.columns.len()];
            if !behind {
                for (&column, &value) in self.columns.iter().zip(values) {
                    // SAFETY: an element of C.
                    let place = unsafe { &mut *self.c.offset(row + column) };
                    *place = if self.add { *place + value } else { value };
                }
                continue;
            }
            // SAFETY: elements of C one behind the other, borrowed exclusively.
            let line = unsafe {
                let first = self.c.offset(row + self.columns[0]);
                std::slice::from_raw_parts_mut(first, values.len())
            };
            if self.add {
                line.iter_mut()
                    .zip(values)
                    .for_each(|(place, &x)| *place += x);
            } else {
                // SAFETY: as many values.
                unsafe { copy(values.as_ptr(), line) };
            }
        }
    }
}
