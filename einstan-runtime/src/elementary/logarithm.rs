//! Logarithms: `x = 2^e m` with m in [√½, √2), and the series of fdlibm for `ln m` in s = (m-1)/(m+1).

macro_rules! logarithm {
    ($module:ident: $t:ident, $i:ident, up $up:expr, digits $digits:expr, mantissa $mantissa:expr, ln 2 $hi:expr, $lo:expr,
     log10 2 $ten_hi:expr, $ten_lo:expr, [$($c:expr),*]) => {
        pub(super) mod $module {
            /// `(e, m - 1, w)` with `ln m = (m - 1) - w`, of a positive number.
            #[inline(always)]
            fn parts(x: $t) -> ($t, $t, $t) {
                let small = x < $t::MIN_POSITIVE;
                let y = if small { x * $up } else { x };
                let root = std::$t::consts::FRAC_1_SQRT_2.to_bits();
                let bits = y.to_bits().wrapping_sub(root);
                let e = (bits as $i) >> $mantissa;
                let m = $t::from_bits((bits & ((1 << $mantissa) - 1)).wrapping_add(root));
                let e = e as $t - if small { $digits } else { 0.0 };
                let f = m - 1.0;
                let s = f / (2.0 + f);
                let z = s * s;
                let r = horner!(z; $($c),*) * z;
                let half = 0.5 * f * f;
                (e, f, half - s * (half + r))
            }

            /// `value` where `x` is positive and finite.
            #[inline(always)]
            fn ends(x: $t, value: $t) -> $t {
                let value = if x == 0.0 { $t::NEG_INFINITY } else { value };
                let value = if x == $t::INFINITY { x } else { value };
                if x < 0.0 || x.is_nan() { $t::NAN } else { value }
            }

            #[inline(always)]
            fn ln_positive(x: $t) -> $t {
                let (e, f, w) = parts(x);
                e * $hi - ((w - e * $lo) - f)
            }

            #[inline(always)]
            pub fn ln(x: $t) -> $t {
                ends(x, ln_positive(x))
            }

            #[inline(always)]
            pub fn log2(x: $t) -> $t {
                let (e, f, w) = parts(x);
                ends(x, e + (f - w) * std::$t::consts::LOG2_E)
            }

            #[inline(always)]
            pub fn log10(x: $t) -> $t {
                let (e, f, w) = parts(x);
                ends(x, e * $ten_hi + (e * $ten_lo + (f - w) * std::$t::consts::LOG10_E))
            }

            /// `ln (1 + x)`: the logarithm of the rounded sum, and what rounding took from it.
            #[inline(always)]
            pub fn log1p(x: $t) -> $t {
                let u = 1.0 + x;
                let lost = if x > 1.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
                let value = ln_positive(u) + lost / u;
                ends(u, value).copysign(x)
            }
        }
    };
}

logarithm! {
    double: f64, i64, up 18014398509481984.0, digits 54.0, mantissa 52,
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
    ]
}

logarithm! {
    single: f32, i32, up 33554432.0, digits 25.0, mantissa 23,
    ln 2 6.931_381e-1, 9.058_001e-6,
    log10 2 3.010_292e-1, 7.903_415e-7,
    [2.427_907_9e-1, 2.849_878_7e-1, 4.000_097_2e-1, 6.666_666_3e-1]
}
