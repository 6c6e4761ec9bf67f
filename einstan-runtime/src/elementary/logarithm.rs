//! Logarithms: `x = 2^e m` with m in [√½, √2), and the series of fdlibm for `ln m` in s = (m-1)/(m+1).
//! That for all of 1 to 2 is interpolated at Chebyshev nodes.

macro_rules! logarithm {
    ($module:ident: $t:ident, $u:ident, bias $bias:expr, up $up:expr, digits $digits:expr, mantissa $mantissa:expr, ln 2 $hi:expr, $lo:expr,
     log10 2 $ten_hi:expr, $ten_lo:expr, [$($c:expr),*], unit [$($unit:expr),*]) => {
        pub(super) mod $module {
            use crate::fused::Fused;

            /// `(e, m - 1, w)` with `ln m = (m - 1) - w`, of a normal positive number.
            #[inline(always)]
            fn parts(x: $t, fused: Fused) -> ($t, $t, $t) {
                const ROOT: $u = std::$t::consts::FRAC_1_SQRT_2.to_bits();
                // The last bits of a number so large count from its own on.
                const LARGE: $t = (1u64 << $mantissa) as $t;
                let bits = x.to_bits().wrapping_add((1.0 as $t).to_bits() - ROOT);
                let e = $t::from_bits(bits >> $mantissa | LARGE.to_bits()) - (LARGE + $bias);
                let m = $t::from_bits((bits & ((1 << $mantissa) - 1)).wrapping_add(ROOT));
                let f = m - 1.0;
                let s = f / (2.0 + f);
                let z = s * s;
                let half = 0.5 * f * f;
                let sum = fused.mul_add(by_halves!(fused, z; $($c),*), z, half);
                (e, f, fused.mul_add(-s, sum, half))
            }

            /// The same of any positive number.
            #[inline(always)]
            fn parts_of_all(x: $t, fused: Fused) -> ($t, $t, $t) {
                let small = x < $t::MIN_POSITIVE;
                let (e, f, w) = parts(if small { x * $up } else { x }, fused);
                (e - if small { $digits } else { 0.0 }, f, w)
            }

            /// `value` where `x` is positive and finite.
            #[inline(always)]
            fn ends(x: $t, value: $t) -> $t {
                let value = if x == 0.0 { $t::NEG_INFINITY } else { value };
                let value = if x == $t::INFINITY { x } else { value };
                if x < 0.0 || x.is_nan() { $t::NAN } else { value }
            }

            /// The logarithm from its parts.
            #[inline(always)]
            fn sum((e, f, w): ($t, $t, $t), fused: Fused) -> $t {
                fused.mul_add(e, $hi, f - fused.mul_add(-e, $lo, w))
            }

            #[inline(always)]
            pub fn ln(x: $t, fused: Fused) -> $t {
                ends(x, sum(parts_of_all(x, fused), fused))
            }

            #[inline(always)]
            pub fn log2(x: $t, fused: Fused) -> $t {
                let (e, f, w) = parts_of_all(x, fused);
                ends(x, fused.mul_add(f - w, std::$t::consts::LOG2_E, e))
            }

            #[inline(always)]
            pub fn log10(x: $t, fused: Fused) -> $t {
                let (e, f, w) = parts_of_all(x, fused);
                let rest = fused.mul_add(f - w, std::$t::consts::LOG10_E, e * $ten_lo);
                ends(x, fused.mul_add(e, $ten_hi, rest))
            }

            /// `ln (1 + x)`: the logarithm of the rounded sum, and what rounding took from it.
            #[inline(always)]
            pub fn log1p(x: $t, fused: Fused) -> $t {
                let u = 1.0 + x;
                let lost = if x > 1.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
                // u is 0 or less, or a normal number.
                ends(u, sum(parts(u, fused), fused) + lost / u).copysign(x)
            }

            /// `ln (1 + x)` for `x` from 0 to 1, by the series alone.
            #[inline(always)]
            pub fn log1p_unit(x: $t, fused: Fused) -> $t {
                let s = x / (2.0 + x);
                let z = s * s;
                let rest = fused.mul_add(-z, by_halves!(fused, z; $($unit),*), x);
                fused.mul_add(-s, rest, x)
            }
        }
    };
}

logarithm! {
    double: f64, u64, bias 1023.0, up 18014398509481984.0, digits 54.0, mantissa 52,
    ln 2 6.931_471_803_691_238_2e-1, 1.908_214_929_270_587_7e-10,
    log10 2 3.010_299_956_636_117_7e-1, 3.694_239_077_158_931e-13,
    [
        1.479_819_860_511_658_6e-1,
        1.531_383_769_920_937_3e-1,
        1.818_357_216_161_805e-1,
        2.222_219_843_214_978_4e-1,
        2.857_142_874_366_239e-1,
        3.999_999_999_940_942e-1,
        6.666_666_666_666_735e-1
    ],
    unit [
        0.161649381694713386,
        0.0880031765086877347,
        0.120011551828577787,
        0.133141355508811629,
        0.153855705929122436,
        0.181817894173264479,
        0.222222227178017817,
        0.285714285671050609,
        0.400000000000145966,
        0.666666666666666586
    ]
}

logarithm! {
    single: f32, u32, bias 127.0, up 33554432.0, digits 25.0, mantissa 23,
    ln 2 6.931_381e-1, 9.058_001e-6,
    log10 2 3.010_292e-1, 7.903_415e-7,
    [2.427_907_9e-1, 2.849_878_7e-1, 4.000_097_2e-1, 6.666_666_3e-1],
    unit [0.2685202729, 0.2823654666, 0.4000756307, 0.6666664033]
}
