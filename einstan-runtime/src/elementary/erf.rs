//! The error function. Near 0 `erf x / x` is a polynomial in x²; elsewhere `erfc x = e^(-x²) P(t) / (1 + 2x)` with a
//! polynomial in t = (x-K)/(x+K), both interpolated at Chebyshev nodes.

macro_rules! erf {
    ($module:ident: $t:ident, end $end:expr, middle $k:expr, [$($near:expr),*], [$($far:expr),*]) => {
        pub(super) mod $module {
            use crate::fused::Fused;
            use super::super::exponential::$module::gauss;

            /// `e^(x²) erfc x` for `x` from 0 to `end`.
            #[inline(always)]
            fn scaled(x: $t, fused: Fused) -> $t {
                let t = (x - $k) / (x + $k);
                by_halves!(fused, t; $($far),*) / fused.mul_add(2.0, x, 1.0)
            }

            #[inline(always)]
            pub fn erf(x: $t, fused: Fused) -> $t {
                let y = x.abs();
                let far = if y > $end { $end } else { y };
                let far = fused.mul_add(-gauss(far, 0, fused), scaled(far, fused), 1.0);
                let z = x * x;
                let near = y * by_halves!(fused, z; $($near),*);
                (if y < 1.0 { near } else { far }).copysign(x)
            }

            /// The distribution function of the normal distribution, `erfc(-x / √2) / 2`.
            #[inline(always)]
            pub fn normal(x: $t, fused: Fused) -> $t {
                let limit = $end * std::$t::consts::SQRT_2;
                let y = x.abs();
                let y = if y > limit { limit } else { y };
                let tail = 0.5 * gauss(y, 1, fused) * scaled(y * std::$t::consts::FRAC_1_SQRT_2, fused);
                if x < 0.0 { tail } else { 1.0 - tail }
            }
        }
    };
}

erf! {
    double: f64, end 28.0, middle 4.0,
    [
        -7.79589882700214224e-10,
        1.37200645467776856e-8,
        -1.62084838018717059e-7,
        1.64474247033173624e-6,
        -0.0000149247369074196603,
        0.000120552949048397079,
        -0.000854832597538969208,
        0.00522397760711642273,
        -0.0268661706432377704,
        0.112837916709450063,
        -0.376126389031835404,
        std::f64::consts::FRAC_2_SQRT_PI
    ],
    [
        -1.82060986803086833e-9,
        -1.36709898633473824e-8,
        -7.71541861441783013e-9,
        1.15349437457541573e-7,
        6.27072715719831088e-8,
        -8.35161968869684708e-7,
        3.01350499448753948e-7,
        5.7178872846321852e-6,
        -0.0000112247891351547007,
        -0.000024403169244974075,
        0.000150622243948302992,
        -0.000199255507556149521,
        -0.000757773341413330045,
        0.00503196975589542611,
        -0.0161977340591150071,
        0.037167515562492866,
        -0.0663303658115293841,
        0.0937328349967941159,
        -0.101039066036352132,
        0.0680970542547373239,
        0.0153796521026207413,
        -0.139621116840562894,
        1.23299511862555251
    ]
}

erf! {
    single: f32, end 10.5, middle 3.0,
    [
        0.0000787587506268548834,
        -0.000801686428716586953,
        0.00518908742343397399,
        -0.0268542120106264124,
        0.112835947151602177,
        -0.37612626666720331,
        std::f32::consts::FRAC_2_SQRT_PI
    ],
    [
        -0.000273595999263034388,
        -0.000788120753037410585,
        0.00200177122554426307,
        0.00257685651680176697,
        -0.023794664534199443,
        0.0682930290552530582,
        -0.119271919337226563,
        0.129646714852946839,
        -0.047562318168041814,
        -0.135621149059953665,
        1.25300805813703754
    ]
}
