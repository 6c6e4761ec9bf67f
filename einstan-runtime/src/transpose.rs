//! Squares of a matrix, transposed in registers: how columns that are consecutive in memory are packed into lines.

use crate::dispatch::Level;

/// A way of transposing squares of `side` by `side` elements: `to[p * across + j] = from[columns[j] + p]`.
#[derive(Clone, Copy)]
pub struct Square<T> {
    pub(crate) side: usize,
    /// `(from, columns, to, across)`; all elements are there, and the processor has the level's features.
    pub(crate) run: unsafe fn(*const T, *const isize, *mut T, usize),
}

/// For f32.
pub(crate) fn single(level: Level) -> Option<Square<f32>> {
    match level {
        Level::Baseline => None,
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx2 | Level::Avx512 => Some(Square {
            side: 8,
            run: x86::single,
        }),
    }
}

/// For f64.
pub(crate) fn double(level: Level) -> Option<Square<f64>> {
    match level {
        Level::Baseline => None,
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx2 | Level::Avx512 => Some(Square {
            side: 4,
            run: x86::double,
        }),
    }
}

#[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
mod x86 {
    use std::arch::x86_64::*;

    /// # Safety
    ///
    /// 8 columns of 8 elements; 8 rows from `to` on, `across` apart; the processor has AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn single(
        from: *const f32,
        columns: *const isize,
        to: *mut f32,
        across: usize,
    ) {
        // SAFETY: the caller's.
        let load = |j: usize| unsafe { _mm256_loadu_ps(from.offset(*columns.add(j))) };
        // Pairs of rows; then four rows; then the halves of all eight.
        let pairs = |j: usize| {
            let (x, y) = (load(j), load(j + 1));
            [_mm256_unpacklo_ps(x, y), _mm256_unpackhi_ps(x, y)]
        };
        let fours = |j: usize| {
            let ([a, b], [c, d]) = (pairs(j), pairs(j + 2));
            [
                _mm256_shuffle_ps(a, c, 0x44),
                _mm256_shuffle_ps(a, c, 0xee),
                _mm256_shuffle_ps(b, d, 0x44),
                _mm256_shuffle_ps(b, d, 0xee),
            ]
        };
        let (upper, lower) = (fours(0), fours(4));
        for p in 0..4 {
            let first = _mm256_permute2f128_ps(upper[p], lower[p], 0x20);
            let second = _mm256_permute2f128_ps(upper[p], lower[p], 0x31);
            // SAFETY: the caller's.
            unsafe {
                _mm256_storeu_ps(to.add(p * across), first);
                _mm256_storeu_ps(to.add((p + 4) * across), second);
            }
        }
    }

    /// # Safety
    ///
    /// As `single`, with 4 instead of 8.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn double(
        from: *const f64,
        columns: *const isize,
        to: *mut f64,
        across: usize,
    ) {
        // SAFETY: the caller's.
        let load = |j: usize| unsafe { _mm256_loadu_pd(from.offset(*columns.add(j))) };
        let pairs = |j: usize| {
            let (x, y) = (load(j), load(j + 1));
            [_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y)]
        };
        let (upper, lower) = (pairs(0), pairs(2));
        for p in 0..2 {
            let first = _mm256_permute2f128_pd(upper[p], lower[p], 0x20);
            let second = _mm256_permute2f128_pd(upper[p], lower[p], 0x31);
            // SAFETY: the caller's.
            unsafe {
                _mm256_storeu_pd(to.add(p * across), first);
                _mm256_storeu_pd(to.add((p + 2) * across), second);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    fn check<T: Copy + PartialEq + Debug>(square: Option<Square<T>>, number: fn(usize) -> T) {
        let Some(Square { side, run }) = square else {
            return;
        };
        for (stride, across) in [(side, side), (side + 3, side), (side + 1, 2 * side + 5)] {
            // As much memory as the squares need, and not one element more.
            let from: Vec<T> = (0..(side - 1) * stride + side).map(number).collect();
            let columns: Vec<isize> = (0..side).map(|j| (j * stride) as isize).collect();
            let mut to = vec![number(99_999); (side - 1) * across + side];
            // SAFETY: the elements are there, and `level` says what the processor has.
            unsafe { run(from.as_ptr(), columns.as_ptr(), to.as_mut_ptr(), across) };
            for (at, &value) in to.iter().enumerate() {
                let (p, j) = (at / across, at % across);
                let right = if j < side {
                    from[j * stride + p]
                } else {
                    number(99_999)
                };
                assert_eq!(value, right, "line {p}, column {j}");
            }
        }
    }

    #[test]
    fn squares_are_transposed() {
        let level = crate::dispatch::level();
        check(single(level), |i| i as f32);
        check(double(level), |i| i as f64);
    }
}
