//! Matrix products `C = alpha A B (+ C)` over arbitrary row and column strides.
//!
//! B is packed into panels of `N` columns, as far as the cache holds `DEPTH` rows of one; A is read where it lies, an
//! element at a time, which costs no more than reading a copy of it. A tile of `M` rows and `N` columns of C stays in
//! registers while its sum runs. Tiles are chosen for the registers of each level of the dispatcher.
//!
//! Why no library: measured at 128 x 784 x 128 in f32 on one thread, with the three layouts that a dense layer and its
//! gradient need, this is as fast as `matrixmultiply` or faster; and of the libraries that need neither a C compiler nor
//! minutes to build, those that were looked at take their packing memory anew in every call, where a training step must
//! allocate nothing.

use crate::contract::Scratch;
use crate::dispatch::{Level, level, vectorize};
use crate::float::Float;
use crate::kernel::{Kernel, TILE, Target};
use crate::transpose::Square;
use crate::vector::{Line, times_vector};

/// Rows of B in a panel at a time.
const DEPTH: usize = 256;

/// A matrix by its first element and its strides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<P> {
    pub origin: P,
    pub rows: isize,
    pub columns: isize,
}

impl<P> Matrix<P> {
    fn transposed(self) -> Self {
        Matrix {
            origin: self.origin,
            rows: self.columns,
            columns: self.rows,
        }
    }
}

/// The lengths of a product: A is `m` by `k`, B is `k` by `n`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

/// `C = alpha A B`, or that added to C.
///
/// # Safety
///
/// All elements of the three matrices are there; those of C are distinct and borrowed exclusively.
pub(crate) unsafe fn gemm<T: Float>(
    size: Size,
    alpha: T,
    a: Matrix<*const T>,
    b: Matrix<*const T>,
    accumulate: bool,
    c: Matrix<*mut T>,
    scratch: &mut Scratch,
) {
    if size.n == 1 || size.m == 1 {
        // With one row of C, the rows of the transposed problem are the columns of B.
        let (lens, matrix, x, y) = if size.n == 1 {
            let x = Line {
                origin: b.origin,
                stride: b.rows,
            };
            ((size.m, size.k), a, x, c.rows)
        } else {
            let x = Line {
                origin: a.origin,
                stride: a.columns,
            };
            ((size.n, size.k), b.transposed(), x, c.columns)
        };
        let y = Line {
            origin: c.origin,
            stride: y,
        };
        // SAFETY: the caller's; kept memory is no part of a tensor.
        if unsafe { times_vector(lens, alpha, matrix, x, accumulate, y, T::panel(scratch)) } {
            return;
        }
    }
    // Rows of C that are consecutive in memory are written as such; and a long side is better across.
    let across = c.columns == 1 || (c.rows != 1 && size.n >= size.m);
    let (size, a, b, c) = if across {
        (size, a, b, c)
    } else {
        (
            Size {
                m: size.n,
                k: size.k,
                n: size.m,
            },
            b.transposed(),
            a.transposed(),
            c.transposed(),
        )
    };
    let level = level();
    let panel = T::panel(scratch);
    if panel.len() < DEPTH * 32 {
        panel.resize(DEPTH * 32, T::zero());
    }
    // In parts of much the same size: the last one is not a short one, for which all of C is read and written again.
    let parts = size.k.div_ceil(DEPTH);
    let mut from = 0;
    for part in 0..parts {
        let depth = (size.k - from).div_ceil(parts - part);
        let mut column = 0;
        while column < size.n {
            let kernel = T::kernel(level, size.n - column);
            let width = kernel.width.min(size.n - column);
            // SAFETY: positions inside the matrices, says the caller.
            unsafe {
                let part = Part {
                    m: size.m,
                    depth,
                    width,
                    alpha,
                    a: Matrix {
                        origin: a.origin.offset(from as isize * a.columns),
                        ..a
                    },
                    b: Matrix {
                        origin: b
                            .origin
                            .offset(from as isize * b.rows + column as isize * b.columns),
                        ..b
                    },
                    add: accumulate || from > 0,
                    c: Matrix {
                        origin: c.origin.offset(column as isize * c.columns),
                        ..c
                    },
                };
                part.pack(level, kernel.width, panel);
                part.tiles(kernel, panel);
            }
            column += width;
        }
        from += depth;
    }
}

/// The product of some columns over some of the depth.
struct Part<T> {
    m: usize,
    depth: usize,
    width: usize,
    alpha: T,
    a: Matrix<*const T>,
    b: Matrix<*const T>,
    add: bool,
    c: Matrix<*mut T>,
}

impl<T: Float> Part<T> {
    /// Copies the columns of B in lines of `across` elements, those that B lacks zero.
    ///
    /// # Safety
    ///
    /// As `gemm`.
    unsafe fn pack(&self, level: Level, across: usize, panel: &mut [T]) {
        let (b, width) = (self.b, self.width);
        let packed = &mut panel[..self.depth * across];
        if b.columns == 1 {
            if width == across {
                // SAFETY: whole lines of B.
                return unsafe {
                    match across {
                        32 => copy_lines::<T, 32>(b, packed),
                        16 => copy_lines::<T, 16>(b, packed),
                        8 => copy_lines::<T, 8>(b, packed),
                        4 => copy_lines::<T, 4>(b, packed),
                        _ => unreachable!("no kernel is {across} elements wide"),
                    }
                };
            }
            for (p, line) in packed.chunks_exact_mut(across).enumerate() {
                // SAFETY: `width` consecutive elements of row p.
                let row = unsafe {
                    std::slice::from_raw_parts(b.origin.offset(p as isize * b.rows), width)
                };
                line[..width].copy_from_slice(row);
                line[width..].fill(T::zero());
            }
            return;
        }
        if width < across {
            packed.fill(T::zero());
        }
        let mut done = (0, 0);
        if let (1, Some(Square { side, run })) = (b.rows, T::square(level)) {
            done = (self.depth / side * side, width / side * side);
            for p in (0..done.0).step_by(side) {
                for j in (0..done.1).step_by(side) {
                    // SAFETY: a square inside B and one inside the panel, as both end before `done`; the processor has the
                    // features of the level.
                    unsafe {
                        let from = b.origin.offset(p as isize + j as isize * b.columns);
                        run(
                            from,
                            b.columns,
                            packed.as_mut_ptr().add(p * across + j),
                            across,
                        );
                    }
                }
            }
        }
        // What is left, sixteen lines at a time, so that what a column brings into the cache is used.
        for (block, lines) in packed.chunks_mut(16 * across).enumerate() {
            let whole = (block + 1) * 16 <= done.0;
            for j in if whole { done.1 } else { 0 }..width {
                for (p, place) in lines[j..].iter_mut().step_by(across).enumerate() {
                    let p = (block * 16 + p) as isize;
                    // SAFETY: inside B.
                    *place = unsafe { *b.origin.offset(p * b.rows + j as isize * b.columns) };
                }
            }
        }
    }

    /// All rows of the columns, tile by tile.
    ///
    /// # Safety
    ///
    /// As `gemm`; the panel holds the packed columns.
    unsafe fn tiles(&self, kernel: Kernel<T>, panel: &[T]) {
        let mut out = [T::zero(); TILE];
        // Whole rows of C are written where they are.
        let direct = self.c.columns == 1 && self.width == kernel.width;
        vectorize(
            #[inline(always)]
            |_| {
                let mut row = 0;
                while row < self.m {
                    let rows = kernel.by_rows.len().min(self.m - row);
                    let (a, c, run) = (self.a, self.c, kernel.by_rows[rows - 1]);
                    let to = if direct {
                        Target {
                            // SAFETY: an element of C.
                            origin: unsafe { c.origin.offset(row as isize * c.rows) },
                            stride: c.rows,
                            alpha: self.alpha,
                            add: self.add,
                        }
                    } else {
                        Target {
                            origin: out.as_mut_ptr(),
                            stride: kernel.width as isize,
                            alpha: T::one(),
                            add: false,
                        }
                    };
                    // SAFETY: `rows` rows of A from `row` on, the panel's lines, and as many rows of C, or a tile of at
                    // most `TILE` elements.
                    unsafe {
                        let at = a.origin.offset(row as isize * a.rows);
                        run(self.depth, at, a.rows, a.columns, panel.as_ptr(), to);
                        if !direct {
                            self.store(row, rows, kernel.width, &out);
                        }
                    }
                    row += rows;
                }
            },
        );
    }

    /// Scales a tile and writes it to C.
    ///
    /// # Safety
    ///
    /// As `gemm`.
    #[inline(always)]
    unsafe fn store(&self, row: usize, rows: usize, across: usize, out: &[T; TILE]) {
        let c = self.c;
        for (i, sums) in out.chunks_exact(across).take(rows).enumerate() {
            let sums = &sums[..self.width];
            // SAFETY: row `row + i` of C.
            let line = unsafe { c.origin.offset((row + i) as isize * c.rows) };
            if c.columns == 1 {
                // SAFETY: consecutive elements of C, borrowed exclusively.
                let line = unsafe { std::slice::from_raw_parts_mut(line, self.width) };
                for (place, &s) in line.iter_mut().zip(sums) {
                    let value = self.alpha * s;
                    *place = if self.add { *place + value } else { value };
                }
            } else {
                for (j, &s) in sums.iter().enumerate() {
                    // SAFETY: an element of C.
                    let place = unsafe { &mut *line.offset(j as isize * c.columns) };
                    let value = self.alpha * s;
                    *place = if self.add { *place + value } else { value };
                }
            }
        }
    }
}

/// Copies lines of `W` elements; as this is known, without a call for each.
///
/// # Safety
///
/// As many rows of `b` are there as there are lines, each with `W` consecutive elements.
unsafe fn copy_lines<T: Float, const W: usize>(b: Matrix<*const T>, packed: &mut [T]) {
    for (p, line) in packed.as_chunks_mut::<W>().0.iter_mut().enumerate() {
        // SAFETY: the caller's.
        *line = unsafe { *b.origin.offset(p as isize * b.rows).cast::<[T; W]>() };
    }
}
