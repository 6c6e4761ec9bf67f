//! Exponentials: `e^x = 2^n e^r` with |r| ≤ ln 2 / 2, a polynomial in r and the power of two in two halves, so that
//! overflow gives ∞ and underflow denormals. No branches: NaN and infinities come out of the arithmetic.

macro_rules! exponential {
    ($module:ident: $t:ident, $u:ident, $i:ident, lowest $low:expr, highest $high:expr, magic $magic:expr, ln 2 $hi:expr,
     $lo:expr, bias $bias:expr, mantissa $mantissa:expr, digits $digits:expr, saturated $saturated:expr, [$($c:expr),*]) => {
        pub(super) mod $module {
            /// `2^n`; `n` is the exponent of a normal number.
            #[inline(always)]
            fn power(n: $i) -> $t {
                $t::from_bits((n.wrapping_add($bias) as $u) << $mantissa)
            }

            /// `(e^r - 1, n)` with `a + b = n ln 2 + r`; `b` is small beside 1.
            #[inline(always)]
            fn parts(a: $t, b: $t) -> ($t, $i) {
                let a = if a < $low { $low } else { a };
                let a = if a > $high { $high } else { a };
                let shifted = a * std::$t::consts::LOG2_E + $magic;
                let n = shifted - $magic;
                let i = (shifted.to_bits() as $i).wrapping_sub(($magic as $t).to_bits() as $i);
                let r = (a - n * $hi) - n * $lo + b;
                let q = horner!(r; $($c),*);
                (r + r * r * q, i)
            }

            /// `e^(a + b) 2^shift` for a small `b` and `shift`.
            #[inline(always)]
            pub fn exp_sum(a: $t, b: $t, shift: $i) -> $t {
                let (p, n) = parts(a, b);
                let n = n.wrapping_add(shift);
                let half = n >> 1;
                (1.0 + p) * power(half) * power(n.wrapping_sub(half))
            }

            #[inline(always)]
            pub fn exp(x: $t) -> $t {
                exp_sum(x, 0.0, 0)
            }

            /// `e^x - 1`, for `x` at most `saturated`.
            #[inline(always)]
            fn expm1_small(x: $t) -> $t {
                let (p, n) = parts(x, 0.0);
                // Below the smallest normal power what is lost is lost in -1 too.
                let n = if n < -64 { -64 } else { n };
                let scale = power(n);
                p * scale + (scale - 1.0)
            }

            #[inline(always)]
            pub fn expm1(x: $t) -> $t {
                let value = expm1_small(if x > $saturated { $saturated } else { x });
                let value = if x > $saturated { exp(x) } else { value };
                value.copysign(x)
            }

            /// `(e^2x - 1) / (e^2x + 1)`.
            #[inline(always)]
            pub fn tanh(x: $t) -> $t {
                let y = 2.0 * x.abs();
                let m = expm1_small(if y > $saturated { $saturated } else { y });
                (m / (m + 2.0)).copysign(x)
            }

            #[inline(always)]
            pub fn sinh(x: $t) -> $t {
                let y = x.abs();
                let m = expm1_small(if y > 1.0 { 1.0 } else { y });
                let near = 0.5 * (m + m / (m + 1.0));
                let half = exp_sum(y, 0.0, -1);
                let value = if y < 1.0 { near } else { half - 0.25 / half };
                value.copysign(x)
            }

            #[inline(always)]
            pub fn cosh(x: $t) -> $t {
                let half = exp_sum(x.abs(), 0.0, -1);
                half + 0.25 / half
            }

            /// `e^(-x² / 2^halvings)`: the square in two parts, as `e^` turns absolute errors into relative ones.
            #[inline(always)]
            pub fn gauss(x: $t, halvings: $i) -> $t {
                let scale = power(halvings.wrapping_neg());
                let high = $t::from_bits(x.to_bits() & !((1 << $digits) - 1));
                let rest = (x - high) * (x + high);
                exp_sum(-(high * high) * scale, -rest * scale, 0)
            }

            /// `1 / (1 + e^-x)`, and `e^x` itself where that would overflow.
            #[inline(always)]
            pub fn sigmoid(x: $t) -> $t {
                let e = exp(-x.abs());
                let positive = 1.0 / (1.0 + e);
                if x < 0.0 { e * positive } else { positive }
            }
        }
    };
}

exponential! {
    double: f64, u64, i64, lowest -746.0, highest 711.0, magic 6755399441055744.0,
    ln 2 6.931_471_803_691_238_2e-1, 1.908_214_929_270_587_7e-10,
    bias 1023, mantissa 52, digits 27, saturated 44.0,
    [
        1.0 / 87178291200.0,
        1.0 / 6227020800.0,
        1.0 / 479001600.0,
        1.0 / 39916800.0,
        1.0 / 3628800.0,
        1.0 / 362880.0,
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5
    ]
}

exponential! {
    single: f32, u32, i32, lowest -104.0, highest 90.0, magic 12582912.0,
    ln 2 6.933_594e-1, -2.121_944_4e-4,
    bias 127, mantissa 23, digits 12, saturated 20.0,
    [
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5
    ]
}
