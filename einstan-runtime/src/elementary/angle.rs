//! Arcs: `atan t` is t times a polynomial in t² for |t| ≤ tan(π/8); every other arc is made of that.

macro_rules! angle {
    ($module:ident: $t:ident, [$($c:expr),*]) => {
        pub(super) mod $module {
            use crate::fused::Fused;
            use std::$t::consts::{FRAC_PI_2, FRAC_PI_4, PI};

            /// tan(π/8)
            const EIGHTH: $t = 0.414_213_562_373_095_05;

            /// `atan(a / b)` for `0 ≤ a ≤ b`, `b` not 0; `a` finite.
            #[inline(always)]
            fn first_octant(a: $t, b: $t, fused: Fused) -> $t {
                let far = a > EIGHTH * b;
                let (num, den) = if far { (a - b, a + b) } else { (a, b) };
                let t = num / den;
                let value = t * by_halves!(fused, t * t; $($c),*);
                if far { FRAC_PI_4 + value } else { value }
            }

            /// `atan(a / b)` for `a` and `b` from 0 on, not both 0 nor both infinite.
            #[inline(always)]
            fn first_quadrant(a: $t, b: $t, fused: Fused) -> $t {
                let steep = a > b;
                let (small, large) = if steep { (b, a) } else { (a, b) };
                let value = first_octant(small, large, fused);
                if steep { FRAC_PI_2 - value } else { value }
            }

            #[inline(always)]
            pub fn atan(x: $t, fused: Fused) -> $t {
                first_quadrant(x.abs(), 1.0, fused).copysign(x)
            }

            #[inline(always)]
            pub fn asin(x: $t, fused: Fused) -> $t {
                let cosine = ((1.0 - x) * (1.0 + x)).sqrt();
                first_quadrant(x.abs(), cosine, fused).copysign(x)
            }

            #[inline(always)]
            pub fn acos(x: $t, fused: Fused) -> $t {
                2.0 * first_quadrant((1.0 - x).sqrt(), (1.0 + x).sqrt(), fused)
            }

            #[inline(always)]
            pub fn atan2(y: $t, x: $t, fused: Fused) -> $t {
                let (a, b) = (y.abs(), x.abs());
                let steep = a > b;
                let (small, large) = if steep { (b, a) } else { (a, b) };
                // Neither 0/0 nor ∞/∞ is divided, and sums near the largest number must not overflow.
                let scale = if large > 1.0 { 0.5 } else { 1.0 };
                let diagonal = small == $t::INFINITY;
                let flat = large == 0.0 || large == $t::INFINITY;
                let (small, large) = if flat { (0.0, 1.0) } else { (small * scale, large * scale) };
                let small = if diagonal { 1.0 } else { small };
                let value = first_octant(small, large, fused);
                let value = if steep { FRAC_PI_2 - value } else { value };
                let value = if x.is_sign_negative() { PI - value } else { value };
                let value = value.copysign(y);
                if x.is_nan() || y.is_nan() { $t::NAN } else { value }
            }
        }
    };
}

angle! {
    double: f64,
    [
        -0.0178053972054194452,
        0.0379652574538659362,
        -0.0503510245660155184,
        0.0584687829733087252,
        -0.0666295181362919009,
        0.0769204533090222495,
        -0.0909089680906402708,
        0.111111107449196582,
        -0.142857142792502449,
        0.199999999999408915,
        -0.333333333333331212,
        1.0
    ]
}

angle! {
    single: f32,
    [
        -0.060263052276584591,
        0.105698288064144481,
        -0.142395326696489746,
        0.199981830410832056,
        -0.333333068930485128,
        1.0
    ]
}
