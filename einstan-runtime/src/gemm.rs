//! Matrix products `C = alpha A B (+ C)`, of which each index may be made of several axes.
//!
//! The places of rows, columns and terms of the sum are looked up in tables of offsets, so a convolution, whose columns are
//! places of a picture and whose sum runs over channels and a window, is a product like others, without a copy of its
//! windows. Columns of B are packed into panels, as far as the cache holds `DEPTH` lines of one; A is read where it lies, an
//! element at a time, which costs no more than reading a copy of it. Panels begin with a cache line: a vector across two lines
//! takes two reads, a tenth of the time of a product of 512. A tile of some rows and the columns of a panel stays in
//! registers while its sum runs. Tiles are chosen for the registers of each level of the dispatcher.
//!
//! An element is the sum of its terms one after the other, `DEPTH` or fewer at a time, wherever its tile begins: so it has
//! the same bits however the product is divided.
//!
//! Why no library: measured in f32 on one thread, with the three layouts that a dense layer and its gradient need, this is
//! as fast as `matrixmultiply` or faster at all sizes; and of the libraries that need neither a C compiler nor minutes to
//! build, those that were looked at take their packing memory anew in every call, where a training step must allocate
//! nothing, and none takes a matrix whose places are no multiples of a stride.

use crate::dispatch::{Level, level};
use crate::float::Float;
use crate::index::{Axis, extent, offsets};
use crate::kernel::TILE;
use crate::memory::taken;
use crate::pack::{Columns, consecutive};
use crate::tiles::{Rows, Tiles};
use std::ops::Range;

/// Terms of a sum in a panel at a time.
pub(crate) const DEPTH: usize = 512;
/// The most columns of B that are packed before rows are gone through, and those of the widest panel.
const COLUMNS: usize = 22 * PANEL;
const PANEL: usize = 48;
/// Rows of A that are gone through for all packed columns.
const ROWS: usize = 256;
/// With so many columns, and a block so high, rows of A may be packed too.
const MANY: usize = 192;
const HIGH: usize = 32;
/// So many elements of C stay in cache.
const NEAR: usize = 1 << 16;
/// The bytes of a cache line.
const LINE: usize = 64;
/// With so few rows, or so few bytes of B, its lines are read where they are.
const FEW: usize = 16;
const SMALL: usize = 48 << 10;

/// A matrix by its first element and its strides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<P> {
    pub origin: P,
    pub rows: isize,
    pub columns: isize,
}

/// The memory of a thread that computes products.
#[derive(Clone, Debug)]
pub struct Desk<T> {
    /// Packed columns of B.
    panels: Vec<T>,
    /// Packed rows of A.
    blocks: Vec<T>,
    /// A tile on its way to C.
    tile: Vec<T>,
    rows: Table,
    columns: Table,
    terms: Table,
}

impl<T> Default for Desk<T> {
    fn default() -> Self {
        Desk {
            panels: Vec::new(),
            blocks: Vec::new(),
            tile: Vec::new(),
            rows: Table::default(),
            columns: Table::default(),
            terms: Table::default(),
        }
    }
}

impl<T> Desk<T> {
    /// For products of another shape.
    pub(crate) fn clear(&mut self) {
        [&mut self.rows, &mut self.columns, &mut self.terms]
            .into_iter()
            .for_each(|table| table.of = 0..0);
    }

    /// Memory for other ways to multiply.
    pub(crate) fn memory(&mut self) -> &mut Vec<T> {
        &mut self.panels
    }
}

/// The way from each to the next one, if it is always the same.
fn evenly(offsets: &[isize]) -> Option<isize> {
    let apart = match offsets {
        [first, second, ..] => second - first,
        _ => 0,
    };
    let even = |w: &[isize]| w[1] - w[0] == apart;
    offsets.windows(2).all(even).then_some(apart)
}

/// So many elements, from the beginning of a cache line on: a vector that lies in two lines takes two reads.
fn room<T: Float>(memory: &mut Vec<T>, n: usize) -> &mut [T] {
    let more = n + LINE / size_of::<T>();
    if memory.len() < more {
        taken::<T>(more);
        memory.resize(more, T::zero());
    }
    let first = memory.as_ptr().align_offset(LINE);
    &mut memory[first..][..n]
}

/// Offsets of some values of an index in two tensors.
#[derive(Clone, Debug, Default)]
struct Table {
    /// The values that it is made for.
    of: Range<usize>,
    x: Vec<isize>,
    y: Vec<isize>,
}

impl Table {
    fn room(&mut self, n: usize) {
        if self.x.len() < n {
            self.x.resize(n, 0);
            self.y.resize(n, 0);
        }
    }

    /// The table for some values.
    fn make(
        &mut self,
        axes: &[Axis],
        of: Range<usize>,
        strides: impl Fn(&Axis) -> [isize; 2],
    ) -> [&[isize]; 2] {
        let n = of.len();
        if self.of != of {
            self.room(n);
            offsets(
                axes,
                of.start,
                strides,
                [&mut self.x[..n], &mut self.y[..n]],
            );
            self.of = of;
        }
        [&self.x[..n], &self.y[..n]]
    }
}

/// Products of one shape: the axes of rows, columns and terms, the last one of each running fastest.
pub(crate) struct Gemm<'a, T> {
    m: &'a [Axis],
    n: &'a [Axis],
    k: &'a [Axis],
    terms: usize,
    /// Columns that are packed at a time.
    columns: usize,
    alpha: T,
    level: Level,
}

/// Where the matrices of a product begin.
#[derive(Clone, Copy)]
pub(crate) struct At<T> {
    pub a: *const T,
    pub b: *const T,
    pub c: *mut T,
}

// SAFETY: who computes a product has borrowed its matrices, C exclusively, and threads write distinct parts of it.
unsafe impl<T: Sync> Sync for At<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for At<T> {}

/// Whether the product is better computed as the one of the transposed matrices: rows of C that are consecutive in memory
/// are written as such, lines of B that are so are copied as such, and what is copied should be short.
pub(crate) fn better_transposed(m: &[Axis], n: &[Axis], k: &[Axis]) -> bool {
    let terms = extent(k);
    // In quarters of a cycle, about.
    let cost = |rows: &[Axis], columns: &[Axis], b: fn(&Axis) -> isize| {
        let (m, n) = (extent(rows), extent(columns));
        let whole = |x: Option<&Axis>, stride: fn(&Axis) -> isize| {
            x.is_some_and(|x| stride(x) == 1 && x.len >= 4)
        };
        let write = match whole(columns.last(), |x| x.c) {
            true => 1,
            false if m * n <= NEAR => 12,
            false => 96,
        };
        let copy = match (whole(columns.last(), b), whole(k.last(), b)) {
            (true, _) if m <= FEW => 0,
            (true, _) => 1,
            (_, true) => 2,
            _ => 6,
        };
        // The columns that a panel has too many are computed all the same.
        let compute = 4 * m * n.div_ceil(16) * terms;
        compute + n * terms * copy + m * n * terms.div_ceil(DEPTH) * write
    };
    cost(n, m, |x| x.a) < cost(m, n, |x| x.b)
}

impl<'a, T: Float> Gemm<'a, T> {
    /// The axes are those of rows, columns and terms.
    pub(crate) fn new(alpha: T, m: &'a [Axis], n: &'a [Axis], k: &'a [Axis]) -> Self {
        let (rows, columns, terms) = (extent(m), extent(n), extent(k));
        // What is packed is hardly larger than the largest matrix.
        let largest = (rows * columns).max(rows * terms).max(columns * terms);
        let fit = (largest / terms.clamp(1, DEPTH)).next_multiple_of(PANEL);
        Gemm {
            m,
            n,
            k,
            terms,
            columns: fit.clamp(PANEL, COLUMNS),
            alpha,
            level: level(),
        }
    }

    /// Computes some rows and columns of C, or adds to them. The desk was last used for products of this shape, or cleared.
    ///
    /// # Safety
    ///
    /// All elements of the three matrices are there; those of C are distinct and borrowed exclusively.
    pub(crate) unsafe fn run(
        &self,
        at: At<T>,
        accumulate: bool,
        rows: Range<usize>,
        columns: Range<usize>,
        desk: &mut Desk<T>,
    ) {
        // In parts of much the same size: the last one is not a short one, for which all of C is read and written again.
        let parts = self.terms.div_ceil(DEPTH);
        let mut from = 0;
        for part in 0..parts {
            let to = from + (self.terms - from).div_ceil(parts - part);
            for first in columns.clone().step_by(self.columns) {
                let group = first..(first + self.columns).min(columns.end);
                let add = accumulate || from > 0;
                // SAFETY: the caller's.
                unsafe { self.group(at, add, rows.clone(), group, from..to, desk) };
            }
            from = to;
        }
    }

    /// The product of rows with so many columns as are packed at a time, over some terms.
    ///
    /// # Safety
    ///
    /// As `run`.
    unsafe fn group(
        &self,
        at: At<T>,
        add: bool,
        rows: Range<usize>,
        columns: Range<usize>,
        terms: Range<usize>,
        desk: &mut Desk<T>,
    ) {
        let depth = terms.len();
        let [steps, lines] = desk.terms.make(self.k, terms, |x| [x.a, x.b]);
        let [places, across] = desk.columns.make(self.n, columns.clone(), |x| [x.b, x.c]);
        let few = rows.len() <= FEW || columns.len() * depth * size_of::<T>() <= SMALL;
        let again = rows.len() > ROWS;
        let even = match self.k {
            [] | [_] => Some(self.k.first().map_or(0, |x| x.b)),
            _ => evenly(lines),
        };
        for first in rows.clone().step_by(ROWS) {
            let block = first..(first + ROWS).min(rows.end);
            let height = block.len();
            let [starts, down] = desk.rows.make(self.m, block, |x| [x.a, x.c]);
            let packed = height >= HIGH && columns.len() >= MANY && self.scattered(starts, steps);
            let tall = T::kernel(self.level, MANY).by_rows.len();
            if packed {
                let memory = room(&mut desk.blocks, height * depth);
                // SAFETY: elements of A.
                unsafe { self.pack_rows(at.a, starts, steps, tall, memory) };
            }
            let (mut column, mut panel) = (0, 0);
            while column < columns.len() {
                let kernel = T::kernel(self.level, columns.len() - column);
                let here = column..(column + kernel.width).min(columns.len());
                let size = depth * kernel.width;
                let b = Columns {
                    origin: at.b,
                    lines,
                    columns: &places[here.clone()],
                };
                let whole = kernel.parts || here.len() == kernel.width;
                let (b, apart) = match even {
                    Some(apart) if few && whole && consecutive(b.columns) => {
                        (at.b.wrapping_offset(lines[0] + b.columns[0]), apart)
                    }
                    _ => {
                        // As much as all panels take that other rows need: they stay where they are.
                        let all = match again {
                            true => depth * columns.len().next_multiple_of(PANEL),
                            false => size,
                        };
                        let memory = &mut room(&mut desk.panels, all)[panel..][..size];
                        if first == rows.start {
                            // SAFETY: elements of B; the processor has the level.
                            unsafe { b.pack(kernel.width, self.level, memory) };
                        }
                        (memory.as_ptr(), kernel.width as isize)
                    }
                };
                // Narrow tiles may have fewer rows than those that are packed.
                let a = match packed && kernel.by_rows.len() == tall {
                    true => Rows::Packed(room(&mut desk.blocks, height * depth)),
                    false => Rows::Lying(at.a, starts, steps),
                };
                let tiles = Tiles {
                    alpha: self.alpha,
                    add,
                    depth,
                    a,
                    b,
                    apart,
                    c: at.c,
                    down,
                    columns: &across[here.clone()],
                };
                // SAFETY: rows, columns and terms of matrices that are there; the panel has lines for all terms.
                unsafe { tiles.run(kernel, room(&mut desk.tile, TILE)) };
                column = here.end;
                if again {
                    panel += size;
                }
            }
        }
    }

    /// Whether rows of A are better copied where they are read often: where terms lie apart, or rows so that they get in each
    /// other's way in the cache.
    fn scattered(&self, starts: &[isize], steps: &[isize]) -> bool {
        let line = (LINE / size_of::<T>()) as isize;
        let apart = |at: &[isize]| at.len() > 1 && (at[1] - at[0]).abs() >= line;
        apart(steps) || (starts.len() > 1 && (starts[1] - starts[0]) % (4 * line) == 0)
    }

    /// Copies rows of A, as many as a `tall` tile has at a time, term by term.
    ///
    /// # Safety
    ///
    /// All elements are there.
    unsafe fn pack_rows(
        &self,
        a: *const T,
        starts: &[isize],
        steps: &[isize],
        tall: usize,
        to: &mut [T],
    ) {
        let tiles = to.chunks_mut(tall * steps.len());
        for (rows, to) in starts.chunks(tall).zip(tiles) {
            let rows = Columns {
                origin: a,
                lines: steps,
                columns: rows,
            };
            // SAFETY: the caller's; the processor has the level.
            unsafe { rows.pack(rows.columns.len(), self.level, to) };
        }
    }
}
