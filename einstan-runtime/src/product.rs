//! How a contraction becomes products of matrices: which axes are rows, columns and terms, and which thread computes what.

use crate::band::{Band, Strips};
use crate::dispatch::vectorize;
use crate::float::Float;
use crate::gemm::{At, Desk, Gemm, Matrix, better_transposed};
use crate::index::{Axis, Group, MOST, Mark, extent};
use crate::parallel;
use crate::parts::Parts;
use crate::vector::{Line, times_vector};
use std::cmp::Reverse;

/// The contraction over axes that are longer than 1, or of a band.
///
/// # Safety
///
/// All elements that the axes reach are there, or those of the band; and those of C are borrowed exclusively.
pub(crate) unsafe fn run<T: Float>(
    alpha: T,
    at: At<T>,
    accumulate: bool,
    axes: &mut [Axis],
    band: Option<Band<'_>>,
    desks: &mut Vec<Desk<T>>,
) {
    let count = fuse(axes);
    let axes = &mut axes[..count];
    if band.is_none()
        && extent(axes) <= TINY
        && let Some(axes) = matrix(axes)
    {
        // SAFETY: the caller's.
        return unsafe { tiny(alpha, at, accumulate, axes) };
    }
    axes.sort_unstable_by_key(|x| {
        let way = match x.group {
            Group::Contracted => x.a.unsigned_abs() + x.b.unsigned_abs(),
            _ => x.c.unsigned_abs(),
        };
        (x.group, Reverse(way))
    });
    let threads = match distinct(axes) {
        true => parallel::threads(2 * extent(axes)),
        false => 1,
    };
    if desks.len() < threads {
        desks.resize_with(threads, Desk::default);
    }
    let product = Product {
        alpha,
        at,
        accumulate,
        desks: &mut desks[..threads],
    };
    let [batch, m, n, k] = groups(axes);
    // SAFETY: the caller's.
    unsafe {
        if band.is_some() || extent(m) == 1 || extent(n) == 1 {
            product.one_by_one(batch, [m, n, k], band);
        } else if better_transposed(m, n, k) {
            axes.iter_mut()
                .for_each(|x| std::mem::swap(&mut x.a, &mut x.b));
            let [batch, m, n, k] = groups(axes);
            let at = At {
                a: at.b,
                b: at.a,
                ..at
            };
            Product { at, ..product }.matrices(batch, n, m, k);
        } else {
            product.matrices(batch, m, n, k);
        }
    }
}

/// Whether no two values of the axes are one place of C, by their strides alone.
fn distinct(axes: &[Axis]) -> bool {
    let mut steps = [(0, 0); MOST];
    let mut count = 0;
    for x in axes.iter().filter(|x| x.group != Group::Contracted) {
        steps[count] = (x.c.unsigned_abs(), x.len);
        count += 1;
    }
    let steps = &mut steps[..count];
    steps.sort_unstable();
    let mut reach = 0;
    steps.iter().all(|&(step, len)| {
        let beyond = step > reach;
        reach += step * (len - 1);
        beyond
    })
}

/// So few terms are added up one by one, before a plan for more would be made.
const TINY: usize = 128;

/// Rows, columns and terms, if each is one axis or none.
fn matrix(axes: &[Axis]) -> Option<[Axis; 3]> {
    let mut out = [None; 3];
    for &x in axes {
        let place = match x.group {
            Group::Batch => return None,
            Group::Left => 0,
            Group::Right => 1,
            Group::Contracted => 2,
        };
        if out[place].replace(x).is_some() {
            return None;
        }
    }
    let one = Axis {
        len: 1,
        ..Axis::default()
    };
    Some(out.map(|x| x.unwrap_or(one)))
}

/// The product term by term.
///
/// # Safety
///
/// As `run`.
unsafe fn tiny<T: Float>(alpha: T, at: At<T>, accumulate: bool, [m, n, k]: [Axis; 3]) {
    vectorize(
        #[inline(always)]
        |fused| {
            for i in 0..m.len as isize {
                let row = at.moved(i, &m);
                for j in 0..n.len as isize {
                    let (mut here, mut sum) = (row.moved(j, &n), T::zero());
                    for _ in 0..k.len {
                        // SAFETY: elements of both factors.
                        let (a, b) = unsafe { (*here.a, *here.b) };
                        sum = fused.mul_add(a, b, sum);
                        here.a = here.a.wrapping_offset(k.a);
                        here.b = here.b.wrapping_offset(k.b);
                    }
                    // SAFETY: an element of C, borrowed exclusively.
                    let place = unsafe { &mut *here.c };
                    let value = alpha * sum;
                    *place = if accumulate { *place + value } else { value };
                }
            }
        },
    );
}

/// The axes of each group, in order.
fn groups(axes: &[Axis]) -> [&[Axis]; 4] {
    let split = |axes: &'_ [Axis], group| axes.iter().take_while(|x| x.group == group).count();
    let (batch, rest) = axes.split_at(split(axes, Group::Batch));
    let (m, rest) = rest.split_at(split(rest, Group::Left));
    let (n, k) = rest.split_at(split(rest, Group::Right));
    [batch, m, n, k]
}

/// Axes of one group that lie behind each other in all three tensors become one.
fn fuse(axes: &mut [Axis]) -> usize {
    let mut count = axes.len();
    while let Some((outer, inner)) = behind(&axes[..count]) {
        axes[inner].len *= axes[outer].len;
        axes[outer] = axes[count - 1];
        count -= 1;
    }
    count
}

/// Two axes of one group of which the first steps over all of the second.
fn behind(axes: &[Axis]) -> Option<(usize, usize)> {
    let over = |x: &Axis, y: &Axis| {
        let n = y.len as isize;
        let plain = x.mark == Mark::None && y.mark == Mark::None;
        plain && x.group == y.group && x.a == y.a * n && x.b == y.b * n && x.c == y.c * n
    };
    (0..axes.len()).find_map(|p| {
        (0..axes.len())
            .find(|&q| p != q && over(&axes[p], &axes[q]))
            .map(|q| (p, q))
    })
}

/// Products of one shape, one for each value of the batch.
struct Product<'a, T> {
    alpha: T,
    at: At<T>,
    accumulate: bool,
    /// Of the threads that may take part.
    desks: &'a mut [Desk<T>],
}

impl<T: Float> Product<'_, T> {
    /// Matrices of more than one row and column.
    ///
    /// # Safety
    ///
    /// As `run`.
    unsafe fn matrices(self, batch: &[Axis], m: &[Axis], n: &[Axis], k: &[Axis]) {
        let Product {
            alpha,
            at,
            accumulate,
            desks,
        } = self;
        let gemm = Gemm::new(alpha, m, n, k);
        let (rows, columns, count) = (extent(m), extent(n), extent(batch));
        desks.iter_mut().for_each(Desk::clear);
        let parts = Parts::new(count, rows, columns, desks.len());
        parallel::share(desks, parts.count(), &|desk, number| {
            let (which, rows, columns) = parts.part(number);
            for i in which {
                // SAFETY: the caller's; no two parts have an element of C in common.
                unsafe {
                    gemm.run(
                        here(at, batch, i),
                        accumulate,
                        rows.clone(),
                        columns.clone(),
                        desk,
                    );
                }
            }
        });
    }

    /// Products of a matrix and a vector, or within a band: of the axes of a kind the longest one, or the marked one, is that
    /// of the product, and the others are looped over.
    ///
    /// # Safety
    ///
    /// As `run`.
    unsafe fn one_by_one(self, batch: &[Axis], axes: [&[Axis]; 3], band: Option<Band<'_>>) {
        let Product {
            alpha,
            at,
            accumulate,
            desks,
        } = self;
        let mut longest = [Axis {
            len: 1,
            ..Axis::default()
        }; 3];
        let mut outer = [Axis::default(); MOST];
        let mut depth = 0;
        // A batch of rows is looped over too: each row has a window of its own.
        let rows = batch.iter().position(|x| x.mark != Mark::None);
        let (batch, rows) = match rows {
            Some(_) => (&batch[..0], batch),
            None => (batch, &batch[..0]),
        };
        for &axis in rows {
            outer[depth] = axis;
            depth += 1;
        }
        for (longest, axes) in longest.iter_mut().zip(axes) {
            for &axis in axes {
                let shorter = if (axis.mark, axis.len) > (longest.mark, longest.len) {
                    std::mem::replace(longest, axis)
                } else {
                    axis
                };
                if shorter.len > 1 || shorter.mark != Mark::None {
                    outer[depth] = shorter;
                    depth += 1;
                }
            }
        }
        let sweep = Sweep {
            alpha,
            accumulate,
            axes: longest,
            outer: &outer[..depth],
            band,
        };
        let parts = Parts::new(extent(batch), 1, 1, desks.len());
        parallel::share(desks, parts.count(), &|desk, number| {
            for i in parts.part(number).0 {
                // SAFETY: the caller's; no two products have an element of C in common.
                unsafe { sweep.run(here(at, batch, i), desk) };
            }
        });
    }
}

/// Where the matrices of one product of a batch begin.
fn here<T>(at: At<T>, batch: &[Axis], number: usize) -> At<T> {
    let (mut at, mut rest) = (at, number);
    for x in batch.iter().rev() {
        let i = (rest % x.len) as isize;
        rest /= x.len;
        at = at.moved(i, x);
    }
    at
}

impl<T> At<T> {
    /// So many steps along an axis.
    #[inline(always)]
    fn moved(self, i: isize, x: &Axis) -> Self {
        At {
            a: self.a.wrapping_offset(i * x.a),
            b: self.b.wrapping_offset(i * x.b),
            c: self.c.wrapping_offset(i * x.c),
        }
    }
}

/// A product of the axes m, n and k for all values of others.
struct Sweep<'a, T> {
    alpha: T,
    accumulate: bool,
    axes: [Axis; 3],
    outer: &'a [Axis],
    band: Option<Band<'a>>,
}

impl<T: Float> Sweep<'_, T> {
    /// Terms of the sum run innermost.
    ///
    /// # Safety
    ///
    /// As `run`.
    unsafe fn run(&self, at: At<T>, desk: &mut Desk<T>) {
        let mut values = [0usize; MOST];
        let values = &mut values[..self.outer.len()];
        loop {
            let (mut here, mut add) = (at, self.accumulate);
            for (x, &i) in self.outer.iter().zip(&*values) {
                here = here.moved(i as isize, x);
                add |= x.group == Group::Contracted && i > 0;
            }
            // SAFETY: the caller's.
            unsafe {
                match self.band {
                    Some(band) => self.strips(band, here, add, values).run(desk),
                    None => multiply(self.alpha, here, add, self.axes, desk),
                }
            }
            let Some(d) = (0..values.len()).rfind(|&d| values[d] + 1 < self.outer[d].len) else {
                return;
            };
            values[d] += 1;
            values[d + 1..].fill(0);
        }
    }

    fn strips<'s>(
        &'s self,
        band: Band<'s>,
        at: At<T>,
        add: bool,
        values: &[usize],
    ) -> Strips<'s, T> {
        let place = |mark: Mark| self.axes.iter().position(|x| x.mark == mark);
        // Rows that are no axis of the product are taken one by one.
        let fixed = self.outer.iter().position(|x| x.mark == Mark::Row);
        Strips {
            axes: self.axes,
            row: place(Mark::Row),
            column: place(Mark::Column).expect("einstan internal error: a batch of columns"),
            band,
            fixed: fixed.map(|d| (band.window)(values[d] as isize)),
            alpha: self.alpha,
            at,
            accumulate: add,
        }
    }
}

/// The product of one axis each: a matrix and a vector, or matrices.
///
/// # Safety
///
/// As `run`.
pub(crate) unsafe fn multiply<T: Float>(
    alpha: T,
    at: At<T>,
    accumulate: bool,
    [m, n, k]: [Axis; 3],
    desk: &mut Desk<T>,
) {
    let turned = || {
        let turned = |x: Axis| Axis {
            a: x.b,
            b: x.a,
            ..x
        };
        let at = At {
            a: at.b,
            b: at.a,
            ..at
        };
        (at, [n, m, k].map(turned))
    };
    if n.len == 1 || m.len == 1 {
        // With one row of C, the rows of the transposed problem are the columns of B.
        let (at, [m, _, k]) = if n.len == 1 {
            (at, [m, n, k])
        } else {
            turned()
        };
        let a = Matrix {
            origin: at.a,
            rows: m.a,
            columns: k.a,
        };
        let x = Line {
            origin: at.b,
            stride: k.b,
        };
        let y = Line {
            origin: at.c,
            stride: m.c,
        };
        let (lens, memory) = ((m.len, k.len), desk.memory());
        // SAFETY: the caller's; kept memory is no part of a tensor.
        if unsafe { times_vector(lens, alpha, a, x, accumulate, y, memory) } {
            return;
        }
    }
    let (at, [m, n, k]) = match better_transposed(&[m], &[n], &[k]) {
        true => turned(),
        false => (at, [m, n, k]),
    };
    desk.clear();
    let (m, n, k) = ([m], [n], [k]);
    let gemm = Gemm::new(alpha, &m, &n, &k);
    // SAFETY: the caller's.
    unsafe { gemm.run(at, accumulate, 0..m[0].len, 0..n[0].len, desk) };
}
