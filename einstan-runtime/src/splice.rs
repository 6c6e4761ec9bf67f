//! Lines of which each vector is put together in a register from pieces that lie apart: how columns of a window are packed.

use crate::dispatch::Level;

/// Lanes of a vector that lie one behind the other in memory.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    any(einstan_portable, not(target_arch = "x86_64")),
    allow(dead_code, reason = "the baseline puts nothing together")
)]
pub struct Piece<T> {
    /// Which lanes.
    pub(crate) mask: u16,
    /// Where the first lane of the vector would be, whether it is one of them or not.
    pub(crate) origin: *const T,
}

/// `to[p * across + l] = origin[lines[p] + l]` for all lines and the lanes `l` of some pieces, and zero for other lanes.
type Run<T> = unsafe fn(pieces: &[Piece<T>], lines: &[isize], to: *mut T, across: usize);

/// A way of putting vectors together.
#[derive(Clone, Copy)]
pub struct Splice<T: 'static> {
    pub(crate) lanes: usize,
    /// By the number of pieces, less one.
    pub(crate) by_pieces: &'static [Run<T>],
}

macro_rules! choose {
    ($name:ident, $t:ty, $lanes:literal) => {
        /// How vectors are put together at a level, if faster than piece by piece in memory.
        pub(crate) fn $name(level: Level) -> Option<Splice<$t>> {
            match level {
                #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
                Level::Avx512 => Some(Splice {
                    lanes: $lanes,
                    by_pieces: &[
                        x86::$name::<1>,
                        x86::$name::<2>,
                        x86::$name::<3>,
                        x86::$name::<4>,
                    ],
                }),
                _ => None,
            }
        }
    };
}

choose!(single, f32, 16);
choose!(double, f64, 8);

#[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
mod x86 {
    use super::Piece;
    use std::arch::x86_64::*;

    macro_rules! splice {
        ($name:ident, $t:ty, $mask:ty, $zero:ident, $load:ident, $store:ident) => {
            /// # Safety
            ///
            /// There are `P` pieces, whose lanes are there in each line, and a vector in each line of `to`; the processor has
            /// AVX-512.
            #[target_feature(enable = "avx512f")]
            pub(super) unsafe fn $name<const P: usize>(
                pieces: &[Piece<$t>],
                lines: &[isize],
                to: *mut $t,
                across: usize,
            ) {
                let pieces: [Piece<$t>; P] = std::array::from_fn(|k| pieces[k]);
                let mut to = to;
                for &line in lines {
                    let mut all = $zero();
                    for piece in pieces {
                        let from = piece.origin.wrapping_offset(line);
                        // SAFETY: the lanes of the mask are there, and no other is read.
                        all = unsafe { $load(all, piece.mask as $mask, from) };
                    }
                    // SAFETY: the caller's.
                    unsafe { $store(to, all) };
                    to = to.wrapping_add(across);
                }
            }
        };
    }

    splice!(
        single,
        f32,
        __mmask16,
        _mm512_setzero_ps,
        _mm512_mask_loadu_ps,
        _mm512_storeu_ps
    );
    splice!(
        double,
        f64,
        __mmask8,
        _mm512_setzero_pd,
        _mm512_mask_loadu_pd,
        _mm512_storeu_pd
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    /// Each number of pieces, over as much memory as they need and not one element more.
    fn check<T: Copy + PartialEq + Debug>(splice: Option<Splice<T>>, number: fn(usize) -> T) {
        let Some(Splice { lanes, by_pieces }) = splice else {
            return;
        };
        for (count, run) in (1..).zip(by_pieces) {
            for missing in [0, 1, lanes / 2] {
                // The pieces lie in another order than their lanes, two elements apart, and some lanes are in none.
                let wide = lanes - missing;
                let bounds: Vec<usize> = (0..=count).map(|k| wide * k / count).collect();
                let place = |k: usize| (wide - bounds[k + 1]) + 2 * (count - 1 - k);
                let line = wide + 2 * (count - 1);
                let from: Vec<T> = (0..2 * line).map(number).collect();
                let pieces: Vec<Piece<T>> = (0..count)
                    .map(|k| Piece {
                        mask: ((1u32 << bounds[k + 1]) - (1u32 << bounds[k])) as u16,
                        origin: from.as_ptr().wrapping_add(place(k)).wrapping_sub(bounds[k]),
                    })
                    .collect();
                let across = lanes + 3;
                let mut to = vec![number(999); across + lanes];
                // SAFETY: the lanes of all pieces are there, and `splice` is of a level that the processor has.
                unsafe { run(&pieces, &[line as isize, 0], to.as_mut_ptr(), across) };
                for (at, &value) in to.iter().enumerate() {
                    let (p, l) = (at / across, at % across);
                    let right = match (0..count).find(|&k| (bounds[k]..bounds[k + 1]).contains(&l))
                    {
                        _ if l >= lanes => number(999),
                        None => number(0),
                        Some(k) => from[(1 - p) * line + place(k) + l - bounds[k]],
                    };
                    assert_eq!(value, right, "{count} pieces, line {p}, lane {l}");
                }
            }
        }
    }

    #[test]
    fn vectors_are_put_together() {
        let level = crate::dispatch::level();
        check(single(level), |i| i as f32);
        check(double(level), |i| i as f64);
    }
}
