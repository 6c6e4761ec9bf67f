//! Exponentials: `e^x = 2^n e^r` with |r| ≤ ln 2 / 2, a polynomial in r and the power of two in two halves, so that
//! overflow gives ∞ and underflow denormals. The polynomials are interpolated at Chebyshev nodes. No branches: NaN and infinities come out of the arithmetic.
//!
//! n is found by adding a number so large that the sum has no digits behind the point: its last bits are n plus a bias.

macro_rules! exponential {
    ($module:ident: $t:ident, $u:ident, $i:ident, lowest $low:expr, highest $high:expr, magic $magic:expr, ln 2 $hi:expr,
     $lo:expr, bias $bias:expr, mantissa $mantissa:expr, digits $digits:expr, saturated $saturated:expr, [$($c:expr),*]) => {
        pub(super) mod $module {
            use crate::fused::Fused;

            /// `2^n`; `n` is the exponent of a normal number.
            #[inline(always)]
            fn power(n: $i) -> $t {
                $t::from_bits((n.wrapping_add($bias) as $u) << $mantissa)
            }

            /// `(r, bits)` with `x = n ln 2 + r`, and `bits` ending with those of `n + 2 bias`. Between the ends of its range
            /// that is positive and has no more bits than an exponent and a sign.
            #[inline(always)]
            fn parts(x: $t, fused: Fused) -> ($t, $u) {
                const MAGIC: $t = $magic + 2.0 * $bias as $t;
                let x = if x < $low { $low } else { x };
                let x = if x > $high { $high } else { x };
                let shifted = fused.mul_add(x, std::$t::consts::LOG2_E, MAGIC);
                let n = shifted - MAGIC;
                // The first product is exact.
                let r = fused.mul_add(-n, $lo, fused.mul_add(-n, $hi, x));
                (r, shifted.to_bits())
            }

            /// `(e^r - 1 - r) / r²`
            #[inline(always)]
            fn rest(r: $t, fused: Fused) -> $t {
                horner!(fused, r; $($c),*)
            }

            /// `e^r 2^n`, by halves of n.
            #[inline(always)]
            fn scaled(r: $t, bits: $u, fused: Fused) -> $t {
                let value = horner!(fused, r; rest(r, fused), 1.0, 1.0);
                let half = (bits >> 1) << $mantissa;
                let other = (bits << $mantissa).wrapping_sub(half);
                value * $t::from_bits(half) * $t::from_bits(other)
            }

            #[inline(always)]
            pub fn exp(x: $t, fused: Fused) -> $t {
                let (r, bits) = parts(x, fused);
                scaled(r, bits, fused)
            }

            /// `e^x / 2`, which is finite wherever a hyperbolic function is.
            #[inline(always)]
            fn half_exp(x: $t, fused: Fused) -> $t {
                let (r, bits) = parts(x, fused);
                scaled(r, bits.wrapping_sub(1), fused)
            }

            /// `(e^x - 1) / 4`, which is finite wherever a hyperbolic function is.
            #[inline(always)]
            fn quarter_expm1(x: $t, fused: Fused) -> $t {
                // Below, it is -1/4.
                let x = if x < -$saturated { -$saturated } else { x };
                let (r, bits) = parts(x, fused);
                let value = fused.mul_add(r * r, rest(r, fused), r);
                let scale = $t::from_bits(bits.wrapping_sub($bias + 2) << $mantissa);
                fused.mul_add(value, scale, scale - 0.25)
            }

            /// `value` with the sign of `x`; where that is so small that a quarter of it loses digits, `x`.
            #[inline(always)]
            fn like(x: $t, value: $t) -> $t {
                let small = x.abs() < 0.25 * $t::EPSILON;
                (if small { x } else { value }).copysign(x)
            }

            #[inline(always)]
            pub fn expm1(x: $t, fused: Fused) -> $t {
                like(x, 4.0 * quarter_expm1(x, fused))
            }

            /// `(e^2x - 1) / (e^2x + 1)`
            #[inline(always)]
            pub fn tanh(x: $t, fused: Fused) -> $t {
                let y = 2.0 * x.abs();
                let q = quarter_expm1(if y > $saturated { $saturated } else { y }, fused);
                like(x, q / (q + 0.5))
            }

            /// `m + m / (2 m + 1)` with `m = (e^x - 1) / 2`
            #[inline(always)]
            pub fn sinh(x: $t, fused: Fused) -> $t {
                let q = quarter_expm1(x.abs(), fused);
                like(x, 2.0 * (q + q / fused.mul_add(4.0, q, 1.0)))
            }

            #[inline(always)]
            pub fn cosh(x: $t, fused: Fused) -> $t {
                let half = half_exp(x.abs(), fused);
                half + 0.25 / half
            }

            /// `e^(-x² / 2^halvings)`: the square in two parts, as `e^` turns absolute errors into relative ones.
            #[inline(always)]
            pub fn gauss(x: $t, halvings: $i, fused: Fused) -> $t {
                let scale = power(halvings.wrapping_neg());
                let high = $t::from_bits(x.to_bits() & !((1 << $digits) - 1));
                let rest = (x - high) * (x + high);
                let (r, bits) = parts(-(high * high) * scale, fused);
                scaled(fused.mul_add(-rest, scale, r), bits, fused)
            }

            /// `1 / (1 + e^-x)`, and `e^x` itself where that would overflow.
            #[inline(always)]
            pub fn sigmoid(x: $t, fused: Fused) -> $t {
                let e = exp(-x.abs(), fused);
                let positive = 1.0 / (1.0 + e);
                if x < 0.0 { e * positive } else { positive }
            }
        }
    };
}

exponential! {
    double: f64, u64, i64, lowest -746.0, highest 710.5, magic 6755399441055744.0,
    ln 2 6.931_471_803_691_238_2e-1, 1.908_214_929_270_587_7e-10,
    bias 1023, mantissa 52, digits 27, saturated 44.0,
    [
        2.51004241570050668e-8,
        2.76201387197339956e-7,
        2.75572683786841929e-6,
        0.0000248015211902177277,
        0.000198412698631059687,
        0.00138888889172817933,
        0.00833333333333005135,
        0.0416666666666239915,
        0.166666666666666675,
        0.500000000000000103
    ]
}

exponential! {
    single: f32, u32, i32, lowest -104.0, highest 89.5, magic 12582912.0,
    ln 2 6.933_594e-1, -2.121_944_4e-4,
    bias 127, mantissa 23, digits 12, saturated 20.0,
    [0.001392621347, 0.008363202972, 0.04166655444, 0.1666657685, 0.5]
}
