//! Reductions over rows: accumulators in several lanes, combined in a fixed order, so that the same values give the
//! same bits.

use crate::float::Float;

/// How many sums run side by side: so many that the compiler makes a loop of vectors of them, and not as many scalars.
pub const LANES: usize = 64;

/// So many run side by side over what is left of a row.
const FEW: usize = 8;

/// So many of a row are computed side by side where it is shorter.
const SOME: usize = LANES / 2;

/// Calls `each` with the first position and the length of every block of `from..to`, at most `LANES` long. A long one has a length
/// that the compiler knows, so that what is computed for its elements stays in registers.
#[inline(always)]
pub fn by_lanes(from: usize, to: usize, mut each: impl FnMut(usize, usize)) {
    let mut v = from;
    while v < to {
        v += match to - v {
            rest if rest >= LANES => {
                each(v, LANES);
                LANES
            }
            rest if rest >= SOME => {
                each(v, SOME);
                SOME
            }
            rest => {
                each(v, rest);
                rest
            }
        };
    }
}

/// `$combine` takes in an element, and joins two lanes.
///
/// Whole chunks of a row go to `LANES` lanes, what is left of it to `FEW` others, and what is left then one by one: all of
/// them at places that the compiler knows, so that they stay in registers.
macro_rules! lanes {
    ($(#[$doc:meta])* $name:ident, $start:expr, $combine:expr) => {
        $(#[$doc])*
        pub struct $name<T> {
            lanes: [T; LANES],
            /// Whether anything went to the lanes.
            whole: bool,
            few: [T; FEW],
            rest: T,
        }

        impl<T: Float> Default for $name<T> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Float> $name<T> {
            /// Of nothing.
            #[inline(always)]
            pub fn new() -> Self {
                $name {
                    lanes: [$start; LANES],
                    whole: false,
                    few: [$start; FEW],
                    rest: $start,
                }
            }

            /// Takes in a row.
            #[inline(always)]
            pub fn extend(&mut self, row: &[T]) {
                let (chunks, rest) = row.as_chunks::<LANES>();
                for chunk in chunks {
                    self.whole = true;
                    for l in 0..LANES {
                        self.lanes[l] = $combine(self.lanes[l], chunk[l]);
                    }
                }
                let (chunks, rest) = rest.as_chunks::<FEW>();
                for chunk in chunks {
                    for l in 0..FEW {
                        self.few[l] = $combine(self.few[l], chunk[l]);
                    }
                }
                // By themselves first, as the rows may be many and all of them short: else what has been added up is
                // rounded at each element.
                let last = rest.iter().fold($start, |a, &x| $combine(a, x));
                self.rest = $combine(self.rest, last);
            }

            /// The value.
            #[inline(always)]
            pub fn finish(self) -> T {
                let mut few = self.few;
                if self.whole {
                    let lanes = half::<_, LANES, 32>(self.lanes, $combine);
                    let lanes = half::<_, 32, 16>(lanes, $combine);
                    let lanes = half::<_, 16, FEW>(lanes, $combine);
                    for l in 0..FEW {
                        few[l] = $combine(few[l], lanes[l]);
                    }
                }
                let four = half::<_, FEW, 4>(few, $combine);
                let two = half::<_, 4, 2>(four, $combine);
                $combine($combine(two[0], two[1]), self.rest)
            }
        }
    };
}

/// The lanes of the first half with those of the second half.
#[inline(always)]
fn half<T: Float, const N: usize, const M: usize>(
    lanes: [T; N],
    combine: impl Fn(T, T) -> T,
) -> [T; M] {
    const { assert!(N == 2 * M) };
    std::array::from_fn(|l| combine(lanes[l], lanes[l + M]))
}

lanes!(
    /// A sum; of nothing 0.
    SumAcc, T::zero(), |a: T, b: T| a + b
);
lanes!(
    /// A product; of nothing 1.
    ProdAcc, T::one(), |a: T, b: T| a * b
);
lanes!(
    /// The largest; NaN if one is; of nothing -∞.
    MaxAcc, T::neg_infinity(), |a: T, b: T| a.e_max(b)
);
lanes!(
    /// The smallest; NaN if one is; of nothing ∞.
    MinAcc, T::infinity(), |a: T, b: T| a.e_min(b)
);

macro_rules! arg {
    ($(#[$doc:meta])* $name:ident, $start:expr, $better:expr) => {
        $(#[$doc])*
        pub struct $name<T> {
            best: T,
            at: usize,
        }

        impl<T: Float> Default for $name<T> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Float> $name<T> {
            /// Of nothing.
            #[inline(always)]
            pub fn new() -> Self {
                $name { best: $start, at: usize::MAX }
            }

            /// Takes in a row whose first element has the position `start`.
            #[inline(always)]
            pub fn extend(&mut self, start: usize, row: &[T]) {
                for (t, &x) in row.iter().enumerate() {
                    let better = $better(x, self.best) || x.is_nan() || self.at == usize::MAX;
                    if better && !(self.best.is_nan() && self.at != usize::MAX) {
                        (self.best, self.at) = (x, start + t);
                    }
                }
            }

            /// The position.
            #[inline(always)]
            pub fn finish(self) -> usize {
                self.at
            }
        }
    };
}

arg!(
    /// The first position of the largest; of the first NaN if there is one.
    ArgMaxAcc, T::neg_infinity(), |x: T, best: T| x > best
);
arg!(
    /// The first position of the smallest; of the first NaN if there is one.
    ArgMinAcc, T::infinity(), |x: T, best: T| x < best
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_lanes_go_through_all() {
        for n in [0, 1, 31, 32, 33, 63, 64, 65, 200] {
            let mut next = 3;
            by_lanes(3, 3 + n, |v, length| {
                assert_eq!(v, next);
                assert!((1..=LANES).contains(&length));
                next += length;
            });
            assert_eq!(next, 3 + n);
        }
    }

    #[test]
    fn rows_of_every_length() {
        for n in [0, 1, 2, LANES - 1, LANES, LANES + 1, 3 * LANES + 5] {
            let row: Vec<f64> = (0..n).map(|i| ((i * 37) % 101) as f64 - 50.0).collect();
            let (first, second) = row.split_at(n / 3);
            let (mut sum, mut product) = (SumAcc::new(), ProdAcc::new());
            let (mut largest, mut smallest) = (MaxAcc::new(), MinAcc::new());
            for part in [first, second] {
                sum.extend(part);
                product.extend(&part.iter().map(|x| 1.0 + x * 1e-3).collect::<Vec<_>>());
                largest.extend(part);
                smallest.extend(part);
            }
            assert_eq!(sum.finish(), row.iter().sum());
            let right: f64 = row.iter().map(|x| 1.0 + x * 1e-3).product();
            assert!((product.finish() - right).abs() < 1e-12);
            assert_eq!(
                largest.finish(),
                row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            );
            assert_eq!(
                smallest.finish(),
                row.iter().copied().fold(f64::INFINITY, f64::min)
            );
            for at in 0..n {
                let mut row = row.clone();
                row[at] = f64::NAN;
                let (mut largest, mut smallest) = (MaxAcc::new(), MinAcc::new());
                largest.extend(&row);
                smallest.extend(&row);
                assert!(largest.finish().is_nan() && smallest.finish().is_nan());
            }
        }
    }

    #[test]
    fn many_short_rows_are_rounded_once_each() {
        let (mut sum, mut exact) = (SumAcc::new(), 0.0);
        for row in 0..26_000 {
            let value = |t: usize| (((15 * row + t) % 11) as f32 * 0.1).powi(2);
            let row: Vec<f32> = (0..15).map(value).collect();
            sum.extend(&row);
            exact += row.iter().map(|&x| f64::from(x)).sum::<f64>();
        }
        // 1.5e-4, where all that is left of a row goes to what has been added up one by one.
        let error = (f64::from(sum.finish()) - exact).abs() / exact;
        assert!(error < 3e-5, "{error:e}");
    }

    #[test]
    fn positions_of_the_first() {
        let of = |rows: &[&[f32]]| {
            let (mut largest, mut smallest, mut start) = (ArgMaxAcc::new(), ArgMinAcc::new(), 0);
            for row in rows {
                largest.extend(start, row);
                smallest.extend(start, row);
                start += row.len();
            }
            (largest.finish(), smallest.finish())
        };
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        assert_eq!(of(&[&[1.0, 3.0], &[3.0, 1.0]]), (1, 0));
        assert_eq!(of(&[&[2.0], &[nan, 5.0, nan]]), (1, 1));
        assert_eq!(of(&[&[nan, -inf, inf]]), (0, 0));
        assert_eq!(of(&[&[-inf, -inf]]), (0, 0));
        assert_eq!(of(&[&[inf, inf]]), (0, 0));
    }
}
