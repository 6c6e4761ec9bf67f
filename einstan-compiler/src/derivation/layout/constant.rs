//! Numbers, and those that have a name.

use super::product;
use crate::derivation::formula::Formula;
use std::f64::consts::{E, LN_2, LN_10, PI, SQRT_2};

/// A number with its sign.
pub(super) fn real(value: f64) -> Formula {
    if value.is_sign_negative() && value != 0.0 {
        Formula::Sum(vec![(true, positive(-value))])
    } else {
        positive(value)
    }
}

/// A number that is not negative.
pub(super) fn positive(value: f64) -> Formula {
    if value.is_infinite() {
        return Formula::Symbol("∞".to_string());
    }
    if value.is_nan() {
        return Formula::Symbol("NaN".to_string());
    }
    let Some(factors) = named(value) else {
        return Formula::Number(value);
    };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (factor, exponent) in factors {
        if exponent > 0 { &mut above } else { &mut below }.push(factor);
    }
    let above = product(above);
    match below.is_empty() {
        true => above,
        false => Formula::Fraction(above.boxed(), product(below).boxed()),
    }
}

/// π, and what derivatives bring in: ln 2, 1/√2, 2/√π, 1/√(2π); as factors, each with 1 or -1 as its power.
pub(super) fn named(value: f64) -> Option<Vec<(Formula, i32)>> {
    let number = Formula::Number;
    let pi = || Formula::Symbol("π".to_string());
    let two_pi = || Formula::Product(vec![number(2.0), pi()]);
    let root = |a: Formula| Formula::Root(a.boxed());
    let ln = |a: f64| Formula::Apply {
        function: "ln".into(),
        under: vec![],
        arguments: vec![number(a)],
    };
    let is = |other: f64| value == other;
    Some(match () {
        () if is(PI) => vec![(pi(), 1)],
        () if is(2.0 * PI) => vec![(number(2.0), 1), (pi(), 1)],
        () if is(PI / 2.0) => vec![(pi(), 1), (number(2.0), -1)],
        () if is(E) => vec![(Formula::Symbol("e".to_string()), 1)],
        () if is(LN_2) => vec![(ln(2.0), 1)],
        () if is(LN_10) => vec![(ln(10.0), 1)],
        () if is(SQRT_2) => vec![(root(number(2.0)), 1)],
        () if is(0.5f64.sqrt()) => vec![(root(number(2.0)), -1)],
        () if is(2.0 / PI.sqrt()) => vec![(number(2.0), 1), (root(pi()), -1)],
        () if is(1.0 / (2.0 * PI).sqrt()) => vec![(root(two_pi()), -1)],
        () => return None,
    })
}
