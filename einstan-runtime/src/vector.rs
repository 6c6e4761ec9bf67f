//! Matrix times vector, and the dot product, where packing would cost more than it saves: each element of the matrix is
//! used once.

use crate::dispatch::vectorize;
use crate::float::Float;
use crate::fused::Fused;
use crate::gemm::Matrix;

/// Sums side by side in a dot product.
const LANES: usize = 32;
/// Elements of the result that are computed together where columns are consecutive.
const CHUNK: usize = 256;

/// A vector by its first element and its stride.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<P> {
    pub(crate) origin: P,
    pub(crate) stride: isize,
}

/// `y = alpha A x`, or that added to y, for an A of `m` rows and `k` columns; false, and nothing done, if neither the rows
/// nor the columns of A are consecutive in memory.
///
/// # Safety
///
/// All elements of A, x and y are there; those of y are distinct and borrowed exclusively. `memory` is no part of them.
pub(crate) unsafe fn times_vector<T: Float>(
    (m, k): (usize, usize),
    alpha: T,
    a: Matrix<*const T>,
    x: Line<*const T>,
    accumulate: bool,
    y: Line<*mut T>,
    memory: &mut Vec<T>,
) -> bool {
    if a.columns == 1 || k == 1 {
        let gathered = x.stride != 1 && k > 1;
        if gathered {
            if memory.len() < k {
                memory.resize(k, T::zero());
            }
            for (p, place) in memory[..k].iter_mut().enumerate() {
                // SAFETY: an element of x.
                *place = unsafe { *x.origin.offset(p as isize * x.stride) };
            }
        }
        // SAFETY: the elements of x, or their copy.
        let x = unsafe {
            let start = if gathered { memory.as_ptr() } else { x.origin };
            std::slice::from_raw_parts(start, k)
        };
        // SAFETY: the caller's.
        unsafe { by_rows(m, alpha, a, x, accumulate, y) };
        return true;
    }
    if a.rows == 1 || m == 1 {
        // SAFETY: the caller's.
        unsafe { by_columns((m, k), alpha, a, x, accumulate, y) };
        return true;
    }
    false
}

/// Rows that are consecutive: dot products.
///
/// # Safety
///
/// As `times_vector`.
unsafe fn by_rows<T: Float>(
    m: usize,
    alpha: T,
    a: Matrix<*const T>,
    x: &[T],
    accumulate: bool,
    y: Line<*mut T>,
) {
    // SAFETY: a row of A.
    let row = |i: usize| unsafe {
        std::slice::from_raw_parts(a.origin.offset(i as isize * a.rows), x.len())
    };
    let put = |i: usize, sum: T| {
        // SAFETY: an element of y.
        let place = unsafe { &mut *y.origin.offset(i as isize * y.stride) };
        *place = if accumulate {
            *place + alpha * sum
        } else {
            alpha * sum
        };
    };
    vectorize(
        #[inline(always)]
        |fused| {
            for i in 0..m {
                put(i, dot(row(i), x, fused));
            }
        },
    );
}

/// The dot product of two rows of one length, summed in lanes and these in their order.
#[inline(always)]
fn dot<T: Float>(a: &[T], b: &[T], fused: Fused) -> T {
    let mut lanes = [T::zero(); LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane = fused.mul_add(a, b, *lane);
        }
    }
    let mut sum = T::zero();
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        sum = fused.mul_add(a, b, sum);
    }
    for lane in lanes {
        sum += lane;
    }
    sum
}

/// Columns that are consecutive: multiples of them added up, four columns at a time.
///
/// # Safety
///
/// As `times_vector`.
unsafe fn by_columns<T: Float>(
    (m, k): (usize, usize),
    alpha: T,
    a: Matrix<*const T>,
    x: Line<*const T>,
    accumulate: bool,
    y: Line<*mut T>,
) {
    vectorize(
        #[inline(always)]
        |fused| {
            let mut from = 0;
            while from < m {
                let n = CHUNK.min(m - from);
                let mut sums = [T::zero(); CHUNK];
                let sums = &mut sums[..n];
                // SAFETY: part of a column of A, and an element of x.
                let column = |p: usize| unsafe {
                    let start = a
                        .origin
                        .offset(from as isize * a.rows + p as isize * a.columns);
                    let x = *x.origin.offset(p as isize * x.stride);
                    (std::slice::from_raw_parts(start, n), x)
                };
                let mut p = 0;
                while p + 4 <= k {
                    let [(a, x), (b, y), (c, z), (d, w)] =
                        [column(p), column(p + 1), column(p + 2), column(p + 3)];
                    for i in 0..n {
                        let (sum, next) = (sums[i], fused.mul_add(c[i], z, d[i] * w));
                        let sum = fused.mul_add(a[i], x, sum);
                        sums[i] = fused.mul_add(b[i], y, sum) + next;
                    }
                    p += 4;
                }
                for p in p..k {
                    let (a, x) = column(p);
                    for i in 0..n {
                        sums[i] = fused.mul_add(a[i], x, sums[i]);
                    }
                }
                for (i, &sum) in sums.iter().enumerate() {
                    // SAFETY: an element of y.
                    let place = unsafe { &mut *y.origin.offset((from + i) as isize * y.stride) };
                    *place = if accumulate {
                        *place + alpha * sum
                    } else {
                        alpha * sum
                    };
                }
                from += n;
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Exact;

    fn check<T: Float>(
        m: usize,
        k: usize,
        strides: [isize; 2],
        steps: [isize; 2],
        memory: &mut Vec<T>,
    ) {
        let a = Exact::<T>::new([m, k], strides, 1);
        let x = Exact::<T>::new([k, 1], [steps[0], 1], 2);
        for (alpha, accumulate) in [(1.0, false), (-0.5, true)] {
            let mut y = Exact::<T>::new([m, 1], [steps[1], 1], 3);
            let mut right = y.values();
            for i in 0..m {
                let sum: f64 = (0..k).map(|p| a.at(i, p) * x.at(p, 0)).sum();
                let place = &mut right[y.place(i, 0)];
                *place = alpha * sum + if accumulate { *place } else { 0.0 };
            }
            let matrix = Matrix {
                origin: a.origin(),
                rows: strides[0],
                columns: strides[1],
            };
            let line = Line {
                origin: x.origin(),
                stride: steps[0],
            };
            let to = Line {
                origin: y.origin_mut(),
                stride: steps[1],
            };
            let alpha = T::from_f64(alpha);
            // SAFETY: the elements are there; those of y are distinct, as its stride is not 0.
            let done = unsafe { times_vector((m, k), alpha, matrix, line, accumulate, to, memory) };
            assert_eq!(done, strides.contains(&1) || m == 1 || k == 1);
            if done {
                for (y, right) in y.values().into_iter().zip(right) {
                    assert!((y - right).abs() < 1e-3, "{m} x {k}: {y} {right}");
                }
            }
        }
    }

    /// Lengths around four columns, the lanes and the chunks; steps backwards, with gaps, and of x none at all.
    #[test]
    fn matrices_times_vectors() {
        let (mut single, mut double) = (vec![], vec![]);
        for m in [1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3] {
            for k in [1, 2, 3, 4, 5, LANES - 1, LANES, LANES + 1, 70] {
                let (rows, columns) = (m as isize, k as isize);
                for strides in [
                    [columns, 1],
                    [-columns - 2, 1],
                    [1, rows],
                    [1, -rows - 1],
                    [2, 2 * rows],
                ] {
                    for steps in [[1, 1], [2, -1], [-1, 3], [0, 1]] {
                        check::<f32>(m, k, strides, steps, &mut single);
                        check::<f64>(m, k, strides, steps, &mut double);
                    }
                }
            }
        }
    }
}
