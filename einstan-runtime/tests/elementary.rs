//! The elementwise functions against std's in the type above or with more digits, in units of the last place, and at the
//! ends of their domains.

use einstan_runtime::{Elementary, Fused};

/// How many numbers lie between the two.
fn distance64(a: f64, b: f64) -> f64 {
    if a == b || (a.is_nan() && b.is_nan()) {
        return 0.0;
    }
    if a.is_nan() || b.is_nan() || a.is_infinite() || b.is_infinite() {
        return f64::INFINITY;
    }
    let order = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 {
            i64::MIN.wrapping_sub(bits)
        } else {
            bits
        }
    };
    order(a).abs_diff(order(b)) as f64
}

fn distance32(a: f32, b: f64) -> f64 {
    let exact = b as f32;
    if a == exact || (a.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    if a.is_nan() || exact.is_nan() || a.is_infinite() || exact.is_infinite() {
        return f64::INFINITY;
    }
    let order = |x: f32| {
        let bits = x.to_bits() as i32;
        if bits < 0 {
            i32::MIN.wrapping_sub(bits)
        } else {
            bits
        }
    };
    f64::from(order(a).abs_diff(order(exact)))
}

/// Evenly spaced, and by the exponent, of both signs.
fn samples(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let even = (0..40_000).map(move |i| from + (to - from) * (f64::from(i) + 0.37) / 40_000.0);
    let scaled = (-12_000..1000)
        .flat_map(|i| {
            let x = 1.000_37f64.powi(i % 100) * 1.027f64.powi(i / 10);
            [x, -x]
        })
        .filter(move |&x| from <= x && x <= to);
    even.chain(scaled)
}

struct Case {
    name: &'static str,
    range: (f64, f64),
    double: fn(f64, Fused) -> f64,
    exact: fn(f64) -> f64,
    single: fn(f32, Fused) -> f32,
    ulps: (f64, f64),
}

macro_rules! case {
    ($f:ident, $from:expr, $to:expr, $double:expr, $single:expr, $exact:expr) => {
        Case {
            name: stringify!($f),
            range: ($from, $to),
            double: |x, fused| x.$f(fused),
            exact: $exact,
            single: |x, fused| x.$f(fused),
            ulps: ($double, $single),
        }
    };
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn cases() -> Vec<Case> {
    vec![
        case!(e_exp, -745.0, 709.7, 2.0, 2.0, f64::exp),
        case!(e_expm1, -50.0, 709.7, 4.0, 3.0, f64::exp_m1),
        case!(e_expm1, -1.0, 1.0, 4.0, 3.0, f64::exp_m1),
        case!(e_ln, 0.0, 1e300, 2.0, 2.0, f64::ln),
        case!(e_ln, 0.5, 2.0, 2.0, 2.0, f64::ln),
        case!(e_log2, 0.0, 1e30, 3.0, 3.0, f64::log2),
        case!(e_log2, 0.5, 2.0, 3.0, 3.0, f64::log2),
        case!(e_log10, 0.0, 1e30, 3.0, 3.0, f64::log10),
        case!(e_log10, 0.5, 2.0, 3.0, 3.0, f64::log10),
        case!(e_log1p, -0.999, 10.0, 3.0, 3.0, f64::ln_1p),
        case!(e_log1p, -0.1, 0.1, 3.0, 3.0, f64::ln_1p),
        case!(e_sin, -1e6, 1e6, 2.0, 2.0, f64::sin),
        case!(e_sin, -1e30, 1e30, 2.0, 2.0, f64::sin),
        case!(e_sin, -7.0, 7.0, 2.0, 2.0, f64::sin),
        case!(e_cos, -1e6, 1e6, 2.0, 2.0, f64::cos),
        case!(e_cos, -1e30, 1e30, 2.0, 2.0, f64::cos),
        case!(e_cos, -7.0, 7.0, 2.0, 2.0, f64::cos),
        case!(e_tan, -1e6, 1e6, 4.0, 4.0, f64::tan),
        case!(e_tan, -2.0, 2.0, 4.0, 4.0, f64::tan),
        case!(e_asin, -1.0, 1.0, 5.0, 5.0, f64::asin),
        case!(e_acos, -1.0, 1.0, 5.0, 5.0, f64::acos),
        case!(e_atan, -10.0, 10.0, 3.0, 3.0, f64::atan),
        case!(e_atan, -1e20, 1e20, 3.0, 3.0, f64::atan),
        case!(e_sinh, -710.0, 710.0, 5.0, 4.0, f64::sinh),
        case!(e_sinh, -2.0, 2.0, 5.0, 4.0, f64::sinh),
        case!(e_cosh, -710.0, 710.0, 4.0, 4.0, f64::cosh),
        case!(e_tanh, -25.0, 25.0, 5.0, 4.0, f64::tanh),
        case!(e_tanh, -1.0, 1.0, 5.0, 4.0, f64::tanh),
        case!(e_sigmoid, -700.0, 40.0, 4.0, 4.0, |x| 1.0
            / (1.0 + (-x).exp())),
        case!(e_softplus, -700.0, 700.0, 4.0, 4.0, softplus),
        case!(e_softplus, -10.0, 10.0, 4.0, 4.0, softplus),
        case!(e_sqrt, 0.0, 1e300, 0.0, 0.0, f64::sqrt),
    ]
}

#[test]
fn close_to_the_exact_values() {
    close_to_exact(Fused::No);
}

#[test]
fn close_to_the_exact_values_with_fused_products() {
    close_to_exact(Fused::Yes);
}

fn close_to_exact(fused: Fused) {
    let mut failures = Vec::new();
    for case in cases() {
        let (mut double, mut single) = ((0.0, 0.0), (0.0, 0.0));
        for x in samples(case.range.0, case.range.1) {
            let d = distance64((case.double)(x, fused), (case.exact)(x));
            if d > double.0 {
                double = (d, x);
            }
            let y = x as f32;
            if y.is_finite() {
                let d = distance32((case.single)(y, fused), (case.exact)(f64::from(y)));
                if d > single.0 {
                    single = (d, f64::from(y));
                }
            }
        }
        println!(
            "{:10} {:?}: f64 {} ulp at {:e}, f32 {} ulp at {:e}",
            case.name, case.range, double.0, double.1, single.0, single.1
        );
        if double.0 > case.ulps.0 || single.0 > case.ulps.1 {
            failures.push(case.name);
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

/// Of `erf`, with more digits than f64 has.
const ERF: &[(f64, f64)] = &[
    (1e-300, 1.1283791670955126e-300),
    (1e-10, 1.1283791670955126e-10),
    (0.01, 0.011283415555849617),
    (0.1, 0.1124629160182849),
    (0.3, 0.32862675945912742),
    (0.5, 0.52049987781304654),
    (0.75, 0.71115563365351513),
    (0.9, 0.79690821242283214),
    (0.99, 0.8385080695553698),
    (1.0, 0.84270079294971487),
    (1.01, 0.8468104962282767),
    (1.25, 0.92290012825645823),
    (1.5, 0.96610514647531073),
    (2.0, 0.99532226501895273),
    (2.5, 0.99959304798255504),
    (3.0, 0.99997790950300141),
    (3.5, 0.99999925690162766),
    (4.0, 0.9999999845827421),
    (5.0, 0.99999999999846254),
    (5.5, 0.99999999999999264),
    (6.0, 0.99999999999999998),
    (7.0, 1.0),
];

/// Of `gelu`, likewise.
const GELU: &[(f64, f64)] = &[
    (-1e-05, -4.9999601057719609e-6),
    (-0.1, -0.046017216272297104),
    (-0.5, -0.15426876936299345),
    (-1.0, -0.15865525393145705),
    (-1.4, -0.11305932292727948),
    (-2.0, -0.045500263896358414),
    (-3.0, -0.0040496940948902836),
    (-5.0, -1.4332578593959696e-6),
    (-8.0, -4.9767684594174273e-15),
    (-13.0, -7.9523137194148436e-38),
    (-20.0, -5.5072482372124674e-88),
    (-30.0, -1.4720141781444561e-196),
    (-37.0, -2.1184613523340934e-298),
    (1e-05, 5.0000398942280399e-6),
    (0.1, 0.053982783727702901),
    (0.5, 0.34573123063700655),
    (1.0, 0.84134474606854295),
    (1.4, 1.2869406770727204),
    (2.0, 1.9544997361036416),
    (3.0, 2.9959503059051097),
    (5.0, 4.9999985667421406),
];

#[test]
fn erf_and_gelu() {
    [Fused::No, Fused::Yes]
        .into_iter()
        .for_each(erf_and_gelu_by);
}

fn erf_and_gelu_by(fused: Fused) {
    for &(x, y) in ERF {
        let value = x.e_erf(fused);
        assert!(distance64(value, y) <= 3.0, "{x}: {value} {y}");
        assert!(distance64((-x).e_erf(fused), -y) <= 3.0, "-{x}");
        let z = x as f32;
        if f64::from(z) == x {
            let value = z.e_erf(fused);
            assert!(distance32(value, y) <= 3.0, "f32 {x}: {value} {y}");
        }
    }
    for &(x, y) in GELU {
        let value = x.e_gelu(fused);
        assert!(distance64(value, y) <= 8.0, "{x}: {value} {y}");
        let z = x as f32;
        if f64::from(z) == x && (y as f32).is_normal() {
            let value = z.e_gelu(fused);
            assert!(distance32(value, y) <= 8.0, "f32 {x}: {value} {y}");
        }
    }
}

macro_rules! ends {
    ($test:ident, $with:ident, $t:ident, $d:tt) => {
        #[test]
        fn $test() {
            [Fused::No, Fused::Yes].into_iter().for_each($with);
        }

        fn $with(fused: Fused) {
            use std::$t::consts::*;
            const INF: $t = $t::INFINITY;
            let nan = $t::NAN;
            let tiny = $t::from_bits(1);
            let same = |name: &str, a: $t, b: $t| {
                assert!(
                    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
                    "{name}: {a:e} but {b:e} is right"
                );
            };
            macro_rules! same {
                ($d($f:ident($x:expr) = $y:expr;)*) => {
                    $d(same(concat!(stringify!($f), " ", stringify!($x)), ($x as $t).$f(fused), $y);)*
                };
            }
            same! {
                e_exp(0.0) = 1.0; e_exp(INF) = INF; e_exp(-INF) = 0.0; e_exp(1e6) = INF; e_exp(-1e6) = 0.0;
                e_expm1(0.0) = 0.0; e_expm1(-0.0) = -0.0; e_expm1(INF) = INF; e_expm1(-INF) = -1.0; e_expm1(tiny) = tiny;
                e_ln(0.0) = -INF; e_ln(-0.0) = -INF; e_ln(1.0) = 0.0; e_ln(INF) = INF; e_ln(-1.0) = nan; e_ln(-INF) = nan;
                e_log2(8.0) = 3.0; e_log2(0.0) = -INF; e_log2(INF) = INF; e_log2(-1.0) = nan; e_log2(0.25) = -2.0;
                e_log10(1.0) = 0.0; e_log10(0.0) = -INF; e_log10(INF) = INF; e_log10(-1.0) = nan;
                e_log1p(0.0) = 0.0; e_log1p(-0.0) = -0.0; e_log1p(-1.0) = -INF; e_log1p(INF) = INF; e_log1p(-2.0) = nan;
                e_log1p(tiny) = tiny; e_sqrt(-1.0) = nan; e_sqrt(INF) = INF;
                e_sin(0.0) = 0.0; e_sin(-0.0) = -0.0; e_sin(INF) = nan; e_sin(tiny) = tiny; e_cos(0.0) = 1.0; e_cos(-INF) = nan;
                e_tan(-0.0) = -0.0; e_tan(INF) = nan;
                e_asin(0.0) = 0.0; e_asin(1.0) = FRAC_PI_2; e_asin(-1.0) = -FRAC_PI_2; e_asin(1.5) = nan;
                e_acos(1.0) = 0.0; e_acos(-1.0) = PI; e_acos(-1.5) = nan; e_acos(1.5) = nan;
                e_atan(INF) = FRAC_PI_2; e_atan(-INF) = -FRAC_PI_2; e_atan(-0.0) = -0.0;
                e_sinh(tiny) = tiny; e_sinh(INF) = INF; e_sinh(-INF) = -INF; e_sinh(-0.0) = -0.0; e_cosh(INF) = INF; e_cosh(-INF) = INF;
                e_cosh(0.0) = 1.0; e_tanh(INF) = 1.0; e_tanh(-INF) = -1.0; e_tanh(-0.0) = -0.0; e_tanh(tiny) = tiny;
                e_erf(INF) = 1.0; e_erf(-INF) = -1.0; e_erf(0.0) = 0.0; e_erf(-0.0) = -0.0;
                e_sigmoid(INF) = 1.0; e_sigmoid(-INF) = 0.0; e_sigmoid(0.0) = 0.5;
                e_softplus(INF) = INF; e_softplus(-INF) = 0.0;
                e_silu(INF) = INF; e_silu(-INF) = -0.0; e_gelu(INF) = INF; e_gelu(-INF) = -0.0; e_gelu(0.0) = 0.0;
                e_relu(-1.0) = 0.0; e_relu(2.0) = 2.0; e_relu(INF) = INF; e_relu(-INF) = 0.0;
                e_sign(-3.0) = -1.0; e_sign(0.0) = 0.0; e_sign(INF) = 1.0; e_abs(-INF) = INF; e_recip(4.0) = 0.25;
                e_round(0.5) = 0.0; e_round(1.5) = 2.0; e_round(-2.5) = -2.0; e_floor(-0.5) = -1.0; e_ceil(0.5) = 1.0;
            }
            macro_rules! of_nan {
                ($d($f:ident)*) => { $d(same(stringify!($f), nan.$f(fused), nan);)* };
            }
            of_nan! {
                e_exp e_ln e_log2 e_log10 e_log1p e_expm1 e_sqrt e_recip e_abs e_sign e_floor e_ceil e_round e_sin e_cos
                e_tan e_asin e_acos e_atan e_sinh e_cosh e_tanh e_erf e_sigmoid e_relu e_softplus e_silu e_gelu
            }
            let values = [
                0.0, -0.0, tiny, -tiny, 0.3, -0.3, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0, 3.0, -3.0, 17.25, -17.25,
                1e6 + 1.0, -1e6 - 1.0, $t::MAX, $t::MIN, INF, -INF, nan,
            ];
            let close = |name: &str, a: $t, b: $t, x: $t, y: $t| {
                let fine = a.to_bits() == b.to_bits()
                    || (a.is_nan() && b.is_nan())
                    || (a - b).abs() <= 4.0 * $t::EPSILON * b.abs()
                    || (a.is_sign_negative() == b.is_sign_negative() && (a - b).abs() <= 4.0 * tiny);
                assert!(fine, "{name}({x:e}, {y:e}): {a:e} but {b:e} is right");
            };
            close("softplus", (0.0 as $t).e_softplus(fused), LN_2, 0.0, 0.0);
            for x in values {
                for y in values {
                    close("pow", x.e_pow(y, fused), x.powf(y), x, y);
                    close("atan2", x.e_atan2(y, fused), x.atan2(y), x, y);
                    let largest = if x.is_nan() || y.is_nan() { nan } else { x.max(y) };
                    let smallest = if x.is_nan() || y.is_nan() { nan } else { x.min(y) };
                    assert!(x.e_max(y) == largest || largest.is_nan() && x.e_max(y).is_nan());
                    assert!(x.e_min(y) == smallest || smallest.is_nan() && x.e_min(y).is_nan());
                }
                assert_eq!(x.e_powi(0), 1.0);
                for n in [1, 2, 3, 5, 8, -1, -3] {
                    close("powi", x.e_powi(n), x.powi(n), x, n as $t);
                }
            }
        }
    };
}

ends!(ends_f64, ends_f64_by, f64, $);
ends!(ends_f32, ends_f32_by, f32, $);
