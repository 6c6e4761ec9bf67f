//! The elementwise functions of `f32` and `f64`: polynomials without branches or calls, which vectorise. What is left to
//! std: the power of f64, and in f64 the sine, cosine and tangent of numbers beyond a million, for which no loop with them
//! becomes vectors.
//!
//! Errors against the exact values, as measured by the tests: see `tests/elementary.rs`.
#![allow(clippy::excessive_precision)] // constants have the digits that their sources give

/// A polynomial, its highest coefficient first.
macro_rules! horner {
    ($fused:expr, $x:expr; $first:expr $(, $c:expr)*) => {{
        let x = $x;
        let p = $first;
        $( let p = $fused.mul_add(p, x, $c); )*
        p
    }};
}

/// The same by even and odd powers, two chains of half the length: what bounds long functions is not how much there is to
/// compute, but how long each step waits for the one before.
macro_rules! by_halves {
    ($fused:expr, $x:expr; $first:expr, $second:expr $(, $c:expr)*) => {{
        let x = $x;
        let square = x * x;
        let (one, other) = ($first, $second);
        $( let (one, other) = (other, $fused.mul_add(one, square, $c)); )*
        $fused.mul_add(one, x, other)
    }};
}

use crate::fused::Fused;

mod angle;
mod circle;
mod erf;
mod exponential;
mod logarithm;

/// All functions of one type.
macro_rules! elementary {
    ($t:ident, $panel:ident, $power:expr) => {
        impl crate::float::sealed::Sealed for $t {}

        impl crate::float::Element for $t {
            const UNWRITTEN: Self = <$t>::NAN;
            #[inline(always)]
            fn to_i64(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_float<T: crate::Float>(self) -> T {
                T::from_f64(self as f64)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
        }

        impl crate::float::Elementary for $t {
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn e_exp(self, fused: Fused) -> Self {
                exponential::$panel::exp(self, fused)
            }
            #[inline(always)]
            fn e_ln(self, fused: Fused) -> Self {
                logarithm::$panel::ln(self, fused)
            }
            #[inline(always)]
            fn e_log2(self, fused: Fused) -> Self {
                logarithm::$panel::log2(self, fused)
            }
            #[inline(always)]
            fn e_log10(self, fused: Fused) -> Self {
                logarithm::$panel::log10(self, fused)
            }
            #[inline(always)]
            fn e_log1p(self, fused: Fused) -> Self {
                logarithm::$panel::log1p(self, fused)
            }
            #[inline(always)]
            fn e_expm1(self, fused: Fused) -> Self {
                exponential::$panel::expm1(self, fused)
            }
            #[inline(always)]
            fn e_sqrt(self, _: Fused) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn e_recip(self, _: Fused) -> Self {
                1.0 / self
            }
            #[inline(always)]
            fn e_abs(self, _: Fused) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn e_sign(self, _: Fused) -> Self {
                let one = if self < 0.0 { -1.0 } else { 1.0 };
                if self == 0.0 || self.is_nan() {
                    self
                } else {
                    one
                }
            }
            #[inline(always)]
            fn e_floor(self, _: Fused) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn e_ceil(self, _: Fused) -> Self {
                self.ceil()
            }
            #[inline(always)]
            fn e_round(self, _: Fused) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn e_sin(self, fused: Fused) -> Self {
                circle::$panel::sin(self, fused)
            }
            #[inline(always)]
            fn e_cos(self, fused: Fused) -> Self {
                circle::$panel::cos(self, fused)
            }
            #[inline(always)]
            fn e_tan(self, fused: Fused) -> Self {
                circle::$panel::tan(self, fused)
            }
            #[inline(always)]
            fn e_asin(self, fused: Fused) -> Self {
                angle::$panel::asin(self, fused)
            }
            #[inline(always)]
            fn e_acos(self, fused: Fused) -> Self {
                angle::$panel::acos(self, fused)
            }
            #[inline(always)]
            fn e_atan(self, fused: Fused) -> Self {
                angle::$panel::atan(self, fused)
            }
            #[inline(always)]
            fn e_sinh(self, fused: Fused) -> Self {
                exponential::$panel::sinh(self, fused)
            }
            #[inline(always)]
            fn e_cosh(self, fused: Fused) -> Self {
                exponential::$panel::cosh(self, fused)
            }
            #[inline(always)]
            fn e_tanh(self, fused: Fused) -> Self {
                exponential::$panel::tanh(self, fused)
            }
            #[inline(always)]
            fn e_erf(self, fused: Fused) -> Self {
                erf::$panel::erf(self, fused)
            }
            #[inline(always)]
            fn e_sigmoid(self, fused: Fused) -> Self {
                exponential::$panel::sigmoid(self, fused)
            }
            #[inline(always)]
            fn e_relu(self, _: Fused) -> Self {
                if self <= 0.0 { 0.0 } else { self }
            }
            #[inline(always)]
            fn e_softplus(self, fused: Fused) -> Self {
                self.e_relu(fused)
                    + logarithm::$panel::log1p_unit(
                        exponential::$panel::exp(-self.abs(), fused),
                        fused,
                    )
            }
            #[inline(always)]
            fn e_silu(self, fused: Fused) -> Self {
                // As in `e_gelu`.
                self.e_max(-1000.0) * self.e_sigmoid(fused)
            }
            #[inline(always)]
            fn e_gelu(self, fused: Fused) -> Self {
                // -∞ as its limit, not -∞ times 0.
                self.e_max(-1000.0) * erf::$panel::normal(self, fused)
            }
            #[inline(always)]
            fn e_pow(self, b: Self, fused: Fused) -> Self {
                $power(self, b, fused)
            }
            #[inline(always)]
            fn e_powi(self, n: i32) -> Self {
                let (mut power, mut base, mut left) = (1.0, self, n.unsigned_abs());
                while left > 0 {
                    if left & 1 == 1 {
                        power *= base;
                    }
                    left >>= 1;
                    if left > 0 {
                        base *= base;
                    }
                }
                if n < 0 { 1.0 / power } else { power }
            }
            #[inline(always)]
            fn e_max(self, b: Self) -> Self {
                if self > b || self.is_nan() { self } else { b }
            }
            #[inline(always)]
            fn e_min(self, b: Self) -> Self {
                if self < b || self.is_nan() { self } else { b }
            }
            #[inline(always)]
            fn e_atan2(self, x: Self, fused: Fused) -> Self {
                angle::$panel::atan2(self, x, fused)
            }
            #[inline(always)]
            fn desks(scratch: &mut crate::Scratch) -> &mut Vec<crate::gemm::Desk<Self>> {
                &mut scratch.$panel
            }
            #[inline]
            fn kernel(level: crate::dispatch::Level, left: usize) -> crate::kernel::Kernel<Self> {
                crate::kernel::$panel(level, left)
            }
            #[inline]
            fn square(level: crate::dispatch::Level) -> Option<crate::transpose::Square<Self>> {
                crate::transpose::$panel(level)
            }
            fn splice(level: crate::dispatch::Level) -> Option<crate::splice::Splice<Self>> {
                crate::splice::$panel(level)
            }
        }
    };
}

elementary!(f64, double, |a: f64, b, _| a.powf(b));
elementary!(f32, single, power);

/// The power of f32, by the logarithm in f64.
#[inline(always)]
fn power(a: f32, b: f32, fused: Fused) -> f32 {
    use exponential::double::exp;
    use logarithm::double::ln;
    let (x, y) = (f64::from(a), f64::from(b));
    let value = exp(y * ln(x.abs(), fused), fused) as f32;
    // Whole numbers above 2^24 are even.
    let whole = y == y.round_ties_even();
    let odd = whole && (0.5 * y) != (0.5 * y).round_ties_even();
    let signed = if a.is_sign_negative() && odd {
        -value
    } else {
        value
    };
    let value = if a < 0.0 && a.is_finite() && !whole {
        f32::NAN
    } else {
        signed
    };
    // 1^∞ and (-1)^±∞, and everything to the power of 0.
    let ones = a == 1.0 || b == 0.0 || (a == -1.0 && y.is_infinite());
    if ones { 1.0 } else { value }
}
