//! Reductions over rows: accumulators in several lanes, combined in a fixed order, so that the same values give the
//! same bits.

use crate::float::Float;

/// How many sums run side by side.
const LANES: usize = 64;

macro_rules! lanes {
    ($(#[$doc:meta])* $name:ident, $start:expr, $combine:expr) => {
        $(#[$doc])*
        pub struct $name<T>([T; LANES]);

        impl<T: Float> Default for $name<T> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Float> $name<T> {
            /// Of nothing.
            #[inline(always)]
            pub fn new() -> Self {
                $name([$start; LANES])
            }

            /// Takes in a row.
            #[inline(always)]
            pub fn extend(&mut self, row: &[T]) {
                let (chunks, rest) = row.as_chunks::<LANES>();
                for chunk in chunks {
                    for l in 0..LANES {
                        self.0[l] = $combine(self.0[l], chunk[l]);
                    }
                }
                for (lane, &x) in self.0.iter_mut().zip(rest) {
                    *lane = $combine(*lane, x);
                }
            }

            /// The value.
            #[inline(always)]
            pub fn finish(self) -> T {
                let mut lanes = self.0;
                for half in [LANES / 2, LANES / 4, LANES / 8] {
                    for l in 0..half {
                        lanes[l] = $combine(lanes[l], lanes[l + half]);
                    }
                }
                let mut value = lanes[0];
                for &lane in &lanes[1..LANES / 8] {
                    value = $combine(value, lane);
                }
                value
            }
        }
    };
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
