//! The innermost loops of matrix products: a tile of `M` rows and some columns, whose sums stay in registers.

use crate::dispatch::Level;
use crate::float::Float;

/// `to[rows[i] + j] (= or +=) alpha * sum over p of a[rows[i] + steps[p]] * b[p * across + j]`, for a tile of some rows and
/// `Kernel::width` columns, or the first `to.columns` of them if the kernel takes parts.
pub(crate) type Micro<T> =
    unsafe fn(depth: usize, a: Left<T>, b: *const T, across: isize, to: Target<T>);

/// Where a tile of A is: an element lies at the offset of its row and that of its place in the sum.
#[derive(Clone, Copy)]
pub(crate) struct Left<T> {
    pub(crate) origin: *const T,
    pub(crate) rows: *const isize,
    pub(crate) steps: *const isize,
}

/// Where a tile goes: rows of consecutive elements.
#[derive(Clone, Copy)]
pub(crate) struct Target<T> {
    pub(crate) origin: *mut T,
    pub(crate) rows: *const isize,
    /// How many of each row.
    pub(crate) columns: usize,
    pub(crate) alpha: T,
    pub(crate) add: bool,
}

/// Kernels for tiles of one width.
#[derive(Clone, Copy)]
pub struct Kernel<T: 'static> {
    /// Columns of a tile.
    pub(crate) width: usize,
    /// Whether it reads and writes fewer columns where they are, if only its last vector is a part of one.
    pub(crate) parts: bool,
    /// By the number of rows, less one.
    pub(crate) by_rows: &'static [Micro<T>],
}

/// The most elements of a tile.
pub(crate) const TILE: usize = 8 * 48;

/// The loop in plain Rust.
///
/// # Safety
///
/// `a` reaches `M` rows and `depth` elements of each, `b` `depth` lines of `N`, `to` `M` rows of `N`.
unsafe fn plain<T: Float, const M: usize, const N: usize>(
    depth: usize,
    a: Left<T>,
    b: *const T,
    across: isize,
    to: Target<T>,
) {
    debug_assert!(to.columns <= N, "a tile has all columns");
    let mut sums = [[T::zero(); N]; M];
    for p in 0..depth {
        // SAFETY: the caller's.
        let line = unsafe { b.offset(p as isize * across) };
        for (i, sum) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's.
            let x = unsafe { *a.origin.offset(*a.rows.add(i) + *a.steps.add(p)) };
            for (j, s) in sum.iter_mut().enumerate() {
                // SAFETY: the caller's.
                *s += x * unsafe { *line.add(j) };
            }
        }
    }
    for (i, sum) in sums.iter().enumerate() {
        for (j, &s) in sum.iter().enumerate() {
            // SAFETY: the caller's.
            let place = unsafe { &mut *to.origin.offset(*to.rows.add(i) + j as isize) };
            let value = to.alpha * s;
            *place = if to.add { *place + value } else { value };
        }
    }
}

#[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
mod x86 {
    use super::{Left, Micro, Target};
    use std::arch::x86_64::*;

    /// The loop with vectors of a level, `V` of them across, of which the last one is read and written with a mask.
    macro_rules! vectors {
        (
            $name:ident, $t:ty, $features:literal, $lanes:literal, $zero:ident, $load:ident, $store:ident, $splat:ident,
            $mul:ident, $add:ident, $fma:ident, $mask:expr, $load_part:ident, $store_part:ident
        ) => {
            /// # Safety
            ///
            /// `a` reaches `M` rows and `depth` elements of each, `b` `depth` lines of `to.columns`, `to` `M` rows of them, all
            /// of `V` vectors or, where there are masks, all but a part of the last one; without masks there is room for whole
            /// vectors. The processor has the features.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn $name<const M: usize, const V: usize>(
                depth: usize,
                a: Left<$t>,
                b: *const $t,
                across: isize,
                to: Target<$t>,
            ) {
                let mut sums = [[$zero(); V]; M];
                let mut rows = [a.origin; M];
                for (i, row) in rows.iter_mut().enumerate() {
                    // SAFETY: the caller's.
                    *row = unsafe { row.offset(*a.rows.add(i)) };
                }
                let mask = $mask(to.columns - (V - 1) * $lanes);
                let mut line = b;
                // A read with a mask takes one of the places where a product with a sum could begin.
                macro_rules! sum_up {
                    ($last:expr) => {
                        for p in 0..depth {
                            // SAFETY: the caller's.
                            let step = unsafe { *a.steps.add(p) };
                            let mut b = [$zero(); V];
                            for (v, b) in b.iter_mut().enumerate() {
                                // SAFETY: the caller's.
                                *b = unsafe {
                                    match v + 1 < V {
                                        true => $load(line.add(v * $lanes)),
                                        false => $last(line.add(v * $lanes)),
                                    }
                                };
                            }
                            for (i, sum) in sums.iter_mut().enumerate() {
                                // SAFETY: the caller's.
                                let x = $splat(unsafe { *rows[i].offset(step) });
                                for v in 0..V {
                                    sum[v] = $fma(x, b[v], sum[v]);
                                }
                            }
                            line = line.wrapping_offset(across);
                        }
                    };
                }
                if to.columns == V * $lanes {
                    sum_up!($load);
                } else {
                    sum_up!((|at| $load_part(mask, at)));
                }
                let alpha = $splat(to.alpha);
                for (i, sum) in sums.iter().enumerate() {
                    // SAFETY: the caller's.
                    let row = unsafe { to.origin.offset(*to.rows.add(i)) };
                    for (v, &s) in sum.iter().enumerate() {
                        // SAFETY: the caller's.
                        unsafe {
                            let place = row.add(v * $lanes);
                            // Rounded twice, as where a tile is stored in parts.
                            let mut value = $mul(alpha, s);
                            if v + 1 < V {
                                if to.add {
                                    value = $add(value, $load(place));
                                }
                                $store(place, value);
                            } else {
                                if to.add {
                                    value = $add(value, $load_part(mask, place));
                                }
                                $store_part(place, mask, value);
                            }
                        }
                    }
                }
            }
        };
    }

    /// In place of a mask, where storing with one is slow.
    macro_rules! whole {
        ($load_whole:ident, $store_whole:ident, $t:ty, $vector:ty, $load:ident, $store:ident) => {
            #[inline]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn $load_whole(_: (), from: *const $t) -> $vector {
                // SAFETY: the caller's: a vector is there.
                unsafe { $load(from) }
            }

            #[inline]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn $store_whole(to: *mut $t, _: (), value: $vector) {
                // SAFETY: the caller's: a vector is there.
                unsafe { $store(to, value) }
            }
        };
    }

    whole!(
        whole_ps,
        store_whole_ps,
        f32,
        __m256,
        _mm256_loadu_ps,
        _mm256_storeu_ps
    );
    whole!(
        whole_pd,
        store_whole_pd,
        f64,
        __m256d,
        _mm256_loadu_pd,
        _mm256_storeu_pd
    );

    vectors!(
        single_512,
        f32,
        "avx512f,avx2,fma",
        16,
        _mm512_setzero_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_mul_ps,
        _mm512_add_ps,
        _mm512_fmadd_ps,
        |columns: usize| ((1u32 << columns) - 1) as u16,
        _mm512_maskz_loadu_ps,
        _mm512_mask_storeu_ps
    );
    vectors!(
        double_512,
        f64,
        "avx512f,avx2,fma",
        8,
        _mm512_setzero_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_set1_pd,
        _mm512_mul_pd,
        _mm512_add_pd,
        _mm512_fmadd_pd,
        |columns: usize| ((1u32 << columns) - 1) as u8,
        _mm512_maskz_loadu_pd,
        _mm512_mask_storeu_pd
    );
    vectors!(
        single_256,
        f32,
        "avx2,fma",
        8,
        _mm256_setzero_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_mul_ps,
        _mm256_add_ps,
        _mm256_fmadd_ps,
        |_| (),
        whole_ps,
        store_whole_ps
    );
    vectors!(
        double_256,
        f64,
        "avx2,fma",
        4,
        _mm256_setzero_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_set1_pd,
        _mm256_mul_pd,
        _mm256_add_pd,
        _mm256_fmadd_pd,
        |_| (),
        whole_pd,
        store_whole_pd
    );

    macro_rules! tables {
        ($($name:ident: $t:ty = $kernel:ident, $v:literal, [$($m:literal)*];)*) => {$(
            pub(super) static $name: &[Micro<$t>] = &[$($kernel::<$m, $v>),*];
        )*};
    }
    tables! {
        SINGLE_512_3: f32 = single_512, 3, [1 2 3 4 5 6 7 8];
        SINGLE_512_2: f32 = single_512, 2, [1 2 3 4 5 6 7 8];
        SINGLE_512_1: f32 = single_512, 1, [1 2 3 4 5 6 7 8];
        DOUBLE_512_3: f64 = double_512, 3, [1 2 3 4 5 6 7 8];
        DOUBLE_512_2: f64 = double_512, 2, [1 2 3 4 5 6 7 8];
        DOUBLE_512_1: f64 = double_512, 1, [1 2 3 4 5 6 7 8];
        SINGLE_256_2: f32 = single_256, 2, [1 2 3 4 5 6];
        SINGLE_256_1: f32 = single_256, 1, [1 2 3 4 5 6];
        DOUBLE_256_2: f64 = double_256, 2, [1 2 3 4 5 6];
        DOUBLE_256_1: f64 = double_256, 1, [1 2 3 4 5 6];
    }
}

macro_rules! choose {
    ($name:ident, $t:ty, [$($of_512:ident)*], [$wide_256:ident $narrow_256:ident], $lanes:literal) => {
        /// The kernels for what is left of a row: as wide as it, if there are such.
        pub(crate) fn $name(level: Level, left: usize) -> Kernel<$t> {
            let _ = left;
            #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
            static OF_512: [&[Micro<$t>]; 3] = [$(x86::$of_512),*];
            match level {
                Level::Baseline => Kernel {
                    width: 8,
                    parts: false,
                    by_rows: &[
                        plain::<$t, 1, 8>,
                        plain::<$t, 2, 8>,
                        plain::<$t, 3, 8>,
                        plain::<$t, 4, 8>,
                    ],
                },
                #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
                Level::Avx512 if left > $lanes => {
                    // Four vectors are two and two, not three and one.
                    let vectors = match left.div_ceil(2 * $lanes) {
                        4 => 2,
                        vectors => vectors.min(3),
                    };
                    Kernel {
                        width: 2 * $lanes * vectors,
                        parts: true,
                        by_rows: OF_512[vectors - 1],
                    }
                }
                #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
                Level::Avx2 if left > $lanes => Kernel {
                    width: 2 * $lanes,
                    parts: false,
                    by_rows: x86::$wide_256,
                },
                #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
                Level::Avx2 | Level::Avx512 => Kernel {
                    width: $lanes,
                    parts: false,
                    by_rows: x86::$narrow_256,
                },
            }
        }
    };
}

choose!(single, f32, [SINGLE_512_1 SINGLE_512_2 SINGLE_512_3], [SINGLE_256_2 SINGLE_256_1], 8);
choose!(double, f64, [DOUBLE_512_1 DOUBLE_512_2 DOUBLE_512_3], [DOUBLE_256_2 DOUBLE_256_1], 4);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Exact;

    /// Tiles of every height and some depths, over exactly the elements that so many columns have.
    fn check<T: Float>(kernel: Kernel<T>, columns: usize) {
        assert!(kernel.by_rows.len() * kernel.width <= TILE);
        for (rows, depth) in (1..=kernel.by_rows.len()).flat_map(|m| [0, 1, 2, 7].map(|k| (m, k))) {
            let (m, k) = (rows as isize, depth as isize);
            for (strides, across) in [
                ([k, 1], columns as isize),
                ([1, m], columns as isize + 3),
                ([-k - 1, 1], -(columns as isize)),
                ([2, -2 * m], columns as isize),
                ([0, 0], columns as isize + 1),
            ] {
                let a = Exact::<T>::new([rows, depth], strides, 1);
                let b = Exact::<T>::new([depth, columns], [columns as isize, 1], 2);
                for (alpha, add) in [(1.0, false), (-0.5, true)] {
                    let mut c = Exact::<T>::new([rows, columns], [across, 1], 3);
                    let mut right = c.values();
                    for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                        let sum: f64 = (0..depth).map(|p| a.at(i, p) * b.at(p, j)).sum();
                        let place = &mut right[c.place(i, j)];
                        *place = alpha * sum + if add { *place } else { 0.0 };
                    }
                    let along = |n: usize, stride: isize| -> Vec<isize> {
                        (0..n as isize).map(|i| i * stride).collect()
                    };
                    let (down, steps) = (along(rows, strides[0]), along(depth, strides[1]));
                    let lines = along(rows, across);
                    let to = Target {
                        origin: c.origin_mut(),
                        rows: lines.as_ptr(),
                        columns,
                        alpha: T::from_f64(alpha),
                        add,
                    };
                    let left = Left {
                        origin: a.origin(),
                        rows: down.as_ptr(),
                        steps: steps.as_ptr(),
                    };
                    let run = kernel.by_rows[rows - 1];
                    // SAFETY: the elements are there, and `level` says what the processor has.
                    unsafe { run(depth, left, b.origin(), columns as isize, to) };
                    for (x, right) in c.values().into_iter().zip(right) {
                        assert!(
                            (x - right).abs() < 1e-5,
                            "{rows} x {depth} x {columns}: {x} {right}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn tiles_of_every_height() {
        let best = crate::dispatch::level();
        let levels = [
            Level::Baseline,
            #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
            best.min(Level::Avx2),
            best,
        ];
        fn kernels<T: Float>(level: Level) {
            for left in (1..=40).chain([1000]) {
                let kernel = T::kernel(level, left);
                match kernel.parts {
                    true => check(kernel, left.min(kernel.width)),
                    false => check(kernel, kernel.width),
                }
            }
        }
        for level in levels {
            kernels::<f32>(level);
            kernels::<f64>(level);
        }
    }
}
