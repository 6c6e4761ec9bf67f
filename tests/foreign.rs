//! Rust in equations: `extern fn` with and without rules, and expressions in braces.

#![deny(warnings, clippy::all)]

use einstan::einstan;
use ndarray::{Array1, array};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rust functions for any element type, and for one.
mod special {
    pub fn cube<T: einstan::Float>(x: T) -> T {
        x * x * x
    }

    pub fn beta<T: einstan::Float>(x: T, y: T) -> T {
        x * x * y
    }

    /// Not for negative numbers.
    pub fn careful(x: f64) -> f64 {
        assert!(x > 0.0, "{x}");
        x.ln()
    }

    pub fn opaque<T: einstan::Float>(x: T) -> T {
        x + x
    }

    pub fn decay(x: f64) -> f64 {
        (-x).exp()
    }
}

static ENTERED: AtomicUsize = AtomicUsize::new(0);

/// How often it was called, 1 the first time.
fn entered() -> f64 {
    (ENTERED.fetch_add(1, Ordering::Relaxed) + 1) as f64
}

const RATE: f32 = 0.25;

mod layers {
    use super::{RATE, entered, special};

    einstan::einstan! {
        extern fn cube(x) = special::cube, d/dx = 3*x^2;
        extern fn beta(x, y) = special::beta, d/dy = x^2, d/dx = 2*x*y;
        extern fn careful(x) = crate::special::careful, d/dx = if x > 0 { 1/x } else { 0 };
        // Its rule uses the function itself.
        extern fn decay(x) = special::decay, d/dx = -decay(x);
        // By y alone.
        extern fn half(x, y) = special::beta, d/dy = x^2;
        extern fn opaque(x) = special::opaque;
        // A rule that has no derivative itself.
        extern fn once(x) = special::cube, d/dx = 1.5*opaque(x^2);
        fn twice(x) = cube(x) + cube(-x/2);

        #[einstan(test)]
        pub fn cubes(X[n, m], w[m]) -> y[n] { y[i] = cube(X[i,j]) * w[j]; }
        #[einstan(test)]
        pub fn energy(X[n, m], w[m]) -> E {
            y = cubes(X, w);
            H = cube(y);
            E = sum[i](beta(tanh(H[i]), y[i])) + twice(sum[j](w[j]^2));
        }
        #[einstan(test(range = -1.0..1.0))]
        pub fn logarithms(x[n]: f64) -> y[n] { y[i] = if x[i] > 0 { careful(x[i]) } else { x[i] }; }
        #[einstan(test)]
        pub fn decays(x[n]: f64) -> s { s = sum[i](decay(x[i]) * x[i]); }
        pub fn mixed(x[n], const t[n]) -> s { s = sum[i](half(t[i], x[i]) + (opaque(x[i]) > 1) * x[i]); }
        pub fn blocked(x[n]) -> y[n] { y[i] = opaque(x[i]); }
        pub fn flat(x[n]) -> y[n] { y[i] = floor(opaque(x[i])) * x[i]; }
        pub fn first(x[n]) -> s { s = sum[i](once(x[i])); }
        pub fn chain(x[n]) -> J[n] {
            y[i] = cube(2*x[i]);
            J[i] = sum[j](d(y[j]) / d(x[i]));
        }

        fn scaled(x) = {entered()} * x;
        pub fn rates(x[n]) -> y[n] { y[i] = {RATE} * x[i] + {n as f64}; }
        pub fn counted(x[n]) -> (s, t) { s = sum[i](scaled(x[i])^2); t = scaled(1) + {entered()}; }
        pub fn passed(X[k, n], w[n]) -> s {
            y = scale(w, {3.5});
            z = rates(y);
            q = super::outer::weigh(z, {f64::from(RATE)});
            s = sum[j](q[j]) + 0*sum[i,j](X[i,j]);
        }
        pub fn scale(x[n], a) -> y[n] { y[i] = a*x[i]; }
    }
}

mod outer {
    einstan::einstan! {
        extern fn opaque(x) = super::special::opaque;
        pub fn weigh(x[n], a) -> y[n] { y[i] = a*x[i]^2; }
        pub fn constant(const x[n]) -> y[n] { y[i] = opaque(x[i]); }
    }
}

use layers::{cubes, decays, energy, first, logarithms, mixed};

#[test]
fn rust_functions_are_called_with_the_element_type() {
    let (x, w) = (array![[1.0f32, -2.0], [0.5, 3.0]], array![2.0f32, 0.5]);
    assert_eq!(cubes(&x, &w).unwrap(), array![-2.0f32, 13.75]);
    let (x, w) = (x.mapv(f64::from), w.mapv(f64::from));
    assert_eq!(cubes(&x, &w).unwrap(), array![-2.0f64, 13.75]);
    // 3 x² w
    let pullback = cubes::vjp(&x, &w).unwrap().1;
    let g = pullback.call(&array![1.0, 1.0]).unwrap();
    assert_eq!(g.X, array![[6.0, 6.0], [1.5, 13.5]]);
    assert_eq!(g.w, array![1.125, 19.0]);
}

#[test]
fn derivatives_pass_through_rules() {
    let (x, w) = (array![[0.25, -0.5], [0.75, 0.125]], array![0.5, -0.25]);
    let (value, g) = energy::value_and_grad(&x, &w).unwrap();
    let at = |x: &ndarray::Array2<f64>| energy(x, &w).unwrap();
    let (mut up, mut down) = (x.clone(), x.clone());
    up[[1, 0]] += 1e-5;
    down[[1, 0]] -= 1e-5;
    assert!(value.is_finite());
    assert!((g.X[[1, 0]] - (at(&up) - at(&down)) / 2e-5).abs() < 1e-9);
    let x = array![1.0, 2.0, -1.0];
    let h = decays::hvp(&x, &decays::Tangent { x: Array1::ones(3) }).unwrap();
    // (x - 2) e^(-x)
    for (h, x) in h.x.iter().zip(&x) {
        assert!((h - (x - 2.0) * (-x).exp()).abs() < 1e-12);
    }
}

#[test]
fn a_branch_that_is_not_taken_calls_nothing() {
    let x = array![1.0, -1.0, 0.0];
    assert_eq!(logarithms(&x).unwrap(), array![0.0, -1.0, 0.0]);
    let g = logarithms::vjp(&x)
        .unwrap()
        .1
        .call(&array![2.0, 2.0, 2.0])
        .unwrap();
    assert_eq!(g.x, array![2.0, 2.0, 2.0]);
}

#[test]
fn a_rule_that_nothing_needs_may_be_missing() {
    let g = mixed::grad(&array![1.0, 0.25], &array![3.0, 2.0]).unwrap();
    assert_eq!(g.x, array![10.0, 4.0]);
    assert_eq!(layers::blocked(&array![1.5]).unwrap(), array![3.0]);
    assert_eq!(
        layers::flat::vjp(&array![1.75])
            .unwrap()
            .1
            .call(&array![1.0])
            .unwrap()
            .x,
        array![3.0]
    );
    // The gradient has a rule, and no derivative.
    assert_eq!(first::grad(&array![2.0]).unwrap().x, array![12.0]);
}

#[test]
fn jacobians_pass_through_rules() {
    assert_eq!(
        layers::chain(&array![1.0, -2.0]).unwrap(),
        array![24.0, 96.0]
    );
}

#[test]
fn expressions_are_evaluated_once_and_first() {
    assert_eq!(layers::rates(&array![4.0, 8.0]).unwrap(), array![3.0, 4.0]);
    let g = layers::rates::vjp(&array![4.0, 8.0])
        .unwrap()
        .1
        .call(&array![1.0, 2.0])
        .unwrap();
    assert_eq!(g.x, array![0.25, 0.5]);
    // The one in the scalar function has one value in both calls.
    assert_eq!(layers::counted(&array![1.0, 2.0]).unwrap(), (5.0, 3.0));
    let x = array![1.0];
    let ((s, t), pullback) = layers::counted::vjp(&x).unwrap();
    assert_eq!((s, t), (9.0, 7.0));
    // What the pullback has is what the value had.
    assert_eq!(pullback.call(1.0, 0.0).unwrap().x, array![18.0]);
    assert_eq!(pullback.call(1.0, 0.0).unwrap().x, array![18.0]);
    assert_eq!(ENTERED.load(Ordering::Relaxed), 4);
}

#[test]
fn expressions_are_arguments_of_calls() {
    let (x, w) = (array![[1.0, 1.0]], array![2.0, 4.0]);
    // z = 0.25 * 3.5 w + 2, s = Σ z² / 4
    let z = w.mapv(|w| 0.875 * w + 2.0);
    let s: f64 = z.iter().map(|z| z * z / 4.0).sum();
    let (value, g) = layers::passed::value_and_grad(&x, &w).unwrap();
    assert!((value - s).abs() < 1e-12);
    for (g, z) in g.w.iter().zip(&z) {
        assert!((g - z / 2.0 * 0.875).abs() < 1e-12);
    }
}

#[test]
fn expressions_stand_among_the_variables_of_the_inline_form() {
    let (n, x) = (3usize, array![1.0, 2.0, 4.0]);
    let mut calls = 0;
    let y = einstan!(
        y[i] = { n as f64 } * x[i] + {
            calls += 1;
            f64::from(calls)
        }
    )
    .unwrap();
    assert_eq!(y, array![4.0, 7.0, 13.0]);
    assert_eq!(calls, 1);
    let a = 0.5f32;
    let b = 1.0;
    assert_eq!(einstan!(s = sum[i](x[i]) * { b }).unwrap(), 7.0);
    let (s, pullback) = einstan!(vjp s = sum[i](x[i]^2 * {a})).unwrap();
    assert_eq!(s, 10.5);
    assert_eq!(pullback.call(2.0).unwrap().x, array![2.0, 4.0, 8.0]);
}

/// The short form, whose dimensions have made-up names.
mod short {
    use super::{RATE, special};
    einstan::einstan!(pub fn scaled: Y[i,j] = {RATE} * X[i,j] + {special::decay(0.0)});
}

#[test]
fn expressions_stand_in_the_short_form() {
    let x = array![[1.0, 2.0]];
    assert_eq!(short::scaled(&x).unwrap(), array![[1.25, 1.5]]);
}

#[test]
fn what_is_shown_names_rust() {
    let text = layers::rates::EQUATIONS;
    assert!(text.contains("y[i] = {RATE} x[i] + {n as f64}"), "{text}");
    assert!(
        layers::cubes::EQUATIONS.contains("cube(X[i,j])"),
        "{}",
        layers::cubes::EQUATIONS
    );
    assert!(
        layers::rates::LATEX.contains("\\texttt{\\{RATE\\}}"),
        "{}",
        layers::rates::LATEX
    );
    assert!(!layers::blocked::EQUATIONS.contains("gradient"));
}
