//! The elementwise functions against std's in the type above or with more digits, in units of the last place, and at the
//! ends of their domains.

use einstan_runtime::{Elementary, Float};

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
    double: fn(f64) -> f64,
    exact: fn(f64) -> f64,
    single: fn(f32) -> f32,
    ulps: (f64, f64),
}

macro_rules! case {
    ($f:ident, $from:expr, $to:expr, $double:expr, $single:expr, $exact:expr) => {
        Case {
            name: stringify!($f),
            range: ($from, $to),
            double: |x| x.$f(),
            exact: $exact,
            single: |x| x.$f(),
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
    let mut failures = Vec::new();
    for case in cases() {
        let (mut double, mut single) = ((0.0, 0.0), (0.0, 0.0));
        for x in samples(case.range.0, case.range.1) {
            let d = distance64((case.double)(x), (case.exact)(x));
            if d > double.0 {
                double = (d, x);
            }
            let y = x as f32;
            if y.is_finite() {
                let d = distance32((case.single)(y), (case.exact)(f64::from(y)));
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
