//! Equations that build on each other: `+=`, several results, scalar functions, precedence.

#![allow(non_snake_case)] // arrays have the names of the parameters

use einstan::einstan;
use ndarray::{Array1, array};

einstan! {
    // += forms
    pub fn from_zero(a[n], b[n]) -> y[n] { y[i] += a[i]; y[i] += b[i]*2; }
    pub fn defined_first(a[n], b[n]) -> y[n] { y[i] = a[i]^2; y[i] += b[i]; y[i] += a[i]*b[i]; }
    pub fn versions(x[n]) -> (a[n], y[n], b[n]) {
        y[i] = x[i];
        y[i] += x[i]^2;
        a[i] = y[i]*y[i];
        y[i] += 10*x[i];
        b[i] = y[i] + a[i];
        y[i] += b[i];
    }
    pub fn through_itself(x[n]) -> s { t[i] = 2*x[i]; u[i] = t[i]^2; t[i] += u[i]; s = sum[i](t[i]*u[i]); }
    pub fn scalar(x[n]) -> s { s += x[0]; s += x[1]^2; s += sum[i](x[i]); }
    pub fn matrices(A[n, m], B[m, l], C[n, l]) -> Y[n, l] {
        Y[i,j] += A[i,k]*B[k,j];
        Y[i,j] += C[i,j];
        Y[i,j] += A[i,k]*B[k,j];
    }
    pub fn reductions(X[n, m]) -> y[n] { y[i] += max[j](X[i,j]); y[i] += prod[j](X[i,j]); y[i] += mean[j](X[i,j]); }

    // Results that depend on each other.
    pub fn dependent(x[n], w) -> (y[n], z[n], s, t) {
        y[i] = w*x[i];
        z[i] = exp(y[i]);
        s = sum[i](y[i]*z[i]);
        t = s^2 + z[0];
    }
    pub fn out_of_order(x[n]) -> (last, first[n]) {
        first[i] = x[i]^2;
        middle[i] = first[i]*x[i];
        last = sum[i](middle[i]);
    }
    #[einstan(allow(unused))]
    pub fn unused(x[n], u[n]) -> s { a[i] = exp(u[i]); s = sum[i](x[i]); }
    pub fn same_twice(x[n]) -> (a[n], b[n]) { a[i] = tanh(x[i]); b[i] = tanh(x[i]); }

    // Scalar functions.
    fn swish(x) = x*sigmoid(x);
    fn twice(x) = 2*x;
    fn lerp(a, b, t) = a + (b - a)*t;
    fn clipped(x, low, high) = min(max(x, low), high);
    fn composed(x) = swish(twice(x)) + lerp(x, 1, 0.5);
    fn steps(x) = if x < 0 { -1 } else if x < 1 { x^2 } else { 1 };
    fn constant() = 2*pi;
    pub fn scalars(x[n], y[n]) -> (a[n], b[n], c[n], d) {
        a[i] = composed(x[i]);
        b[i] = clipped(x[i], -0.5, y[i])*constant();
        c[i] = steps(x[i]);
        d = lerp(x[i], y[i], 0.25)*x[i];
    }
    fn product(a, b) = a*b;
    pub fn never_sums(X[n, m], v[m]) -> Y[n, m] { Y[i,j] = product(X[i,j], v[j]); }
    pub fn sums_around(X[n, m], v[m]) -> y[n] { y[i] = product(X[i,k], 2)*v[k]; }
    pub fn sums_inside(X[n, m], v[m]) -> y[n] { y[i] = twice(X[i,k]*v[k]); }

    // Precedence and conditions.
    pub fn precedence(a, b, c) -> (p, q, r, s, t, u, v, w) {
        p = -a^2;
        q = -a*b;
        r = a - b - c;
        s = a/b/c;
        t = 2^3^2;
        u = a^-1*b;
        v = a - b*c^2/a;
        w = (a + b)*(a - b);
    }
    pub fn conditions(x[n], y[n]) -> (a[n], b[n], c[n], d[n]) {
        a[i] = if x[i] > 0 && y[i] > 0 || !(x[i] != y[i]) { 1 } else { 0 };
        b[i] = (if x[i] <= 0 { 2 } else if y[i] >= 1 { 3 } else { 4 })*10;
        c[i] = (x[i] < y[i]) + (x[i] == y[i])*2 - (x[i] > y[i] && x[i] > 0)*4;
        d[i] = if !(x[i] < 0 || y[i] < 0) && i >= 1 { i } else { -1 };
    }
    pub fn numbers(x) -> (a, b, c, d, e) { a = 1.5*x; b = 1e-5*x; c = pi*x; d = min(inf, x); e = max(-inf, 1e3*x); }
    pub fn functions(x[n]) -> y[n] {
        y[i] = ln(x[i]) + log2(x[i]) + log10(x[i]) + log1p(x[i]) + expm1(x[i]) + recip(x[i]) + sin(x[i]) + cos(x[i])
            + tan(x[i]) + asin(x[i]/4) + acos(x[i]/4) + atan(x[i]) + sinh(x[i]) + cosh(x[i]) + tanh(x[i]) + sqrt(x[i])
            + atan2(x[i], 2);
    }
}

/// The gradient of `f` at `x` by central differences.
fn differences(x: &Array1<f64>, f: impl Fn(&Array1<f64>) -> f64) -> Array1<f64> {
    let h = 1e-6;
    Array1::from_shape_fn(x.len(), |i| {
        let moved = |by: f64| {
            let mut x = x.clone();
            x[i] += by;
            f(&x)
        };
        (moved(h) - moved(-h)) / (2.0 * h)
    })
}

#[track_caller]
fn near(found: &Array1<f64>, expected: &Array1<f64>, tolerance: f64) {
    let close = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(f, e)| (f - e).abs() <= tolerance * e.abs().max(1.0));
    assert!(close, "{found} is not {expected}");
}

#[test]
fn accumulation_adds_to_what_is_above_it_or_to_zero() {
    let (a, b) = (array![1.0, 2.0], array![3.0, 4.0]);
    assert_eq!(from_zero(&a, &b), Ok(array![7.0, 10.0]));
    let mut y = array![100.0, 100.0];
    from_zero::into(&a, &b, &mut y).unwrap();
    assert_eq!(y, array![7.0, 10.0]);
    let (y, pullback) = defined_first::vjp(&a, &b).unwrap();
    assert_eq!(y, array![7.0, 16.0]);
    let g = pullback.call(&array![1.0, 10.0]).unwrap();
    assert_eq!((g.a, g.b), (array![5.0, 80.0], array![2.0, 30.0]));
    let (s, g) = scalar::value_and_grad(&array![1.0, 3.0]).unwrap();
    assert_eq!((s, g.x), (14.0, array![2.0, 7.0]));
    let X = array![[1.0, 3.0], [2.0, -2.0]];
    assert_eq!(reductions(&X), Ok(array![8.0, -2.0]));
}

#[test]
fn a_read_between_accumulations_sees_what_is_there() {
    let x = array![1.0, 2.0];
    let ((a, y, b), pullback) = versions::vjp(&x).unwrap();
    // y is 2, 6 where `a` reads it, and 12, 26 where `b` does.
    assert_eq!(
        (a, y, b),
        (array![4.0, 36.0], array![28.0, 88.0], array![16.0, 62.0])
    );
    // da = 2y(1+2x), db = 1+2x+10 + da, dy = 1+2x+10 + db
    let (zero, one) = (Array1::zeros(2), Array1::ones(2));
    assert_eq!(
        pullback.call(&one, &zero, &zero).unwrap().x,
        array![12.0, 60.0]
    );
    assert_eq!(
        pullback.call(&zero, &zero, &one).unwrap().x,
        array![25.0, 75.0]
    );
    assert_eq!(
        pullback.call(&zero, &one, &zero).unwrap().x,
        array![38.0, 90.0]
    );
    let (s, g) = through_itself::value_and_grad(&array![0.5]).unwrap();
    // t = 1, u = 1, t = 2: s = (2x + 4x²)4x² = 8x³ + 16x⁴
    assert_eq!((s, g.x), (2.0, array![14.0]));
}

#[test]
fn matrix_products_accumulate() {
    let A = array![[1.0, 2.0], [3.0, 4.0]];
    let (y, pullback) = matrices::vjp(&A, &A, &A).unwrap();
    assert_eq!(y, A.dot(&A) * 2.0 + &A);
    assert_eq!(pullback.call(&A).unwrap().A, A.dot(&A.t()) * 2.0);
}

#[test]
fn results_depend_on_each_other_and_each_has_a_cotangent() {
    let (x, w) = (array![0.5, -0.25], 1.5);
    let ((y, z, s, t), pullback) = dependent::vjp(&x, w).unwrap();
    near(&z, &y.mapv(f64::exp), 1e-15);
    assert!((t - (s * s + z[0])).abs() < 1e-14);
    let zero = Array1::zeros(2);
    let weights = [
        (array![1.0, -2.0], zero.clone(), 0.0, 0.0),
        (zero.clone(), array![1.0, -2.0], 0.0, 0.0),
        (zero.clone(), zero.clone(), 1.0, 0.0),
        (zero.clone(), zero.clone(), 0.0, 1.0),
        (array![0.5, 1.0], array![-1.0, 2.0], 3.0, -4.0),
    ];
    for (cy, cz, cs, ct) in &weights {
        let g = pullback.call(cy, cz, *cs, *ct).unwrap();
        let value = |x: &Array1<f64>, w: f64| {
            let (y, z, s, t) = dependent(x, w).unwrap();
            y.dot(cy) + z.dot(cz) + s * cs + t * ct
        };
        near(&g.x, &differences(&x, |x| value(x, w)), 1e-8);
        near(
            &array![g.w],
            &differences(&array![w], |w| value(&x, w[0])),
            1e-8,
        );
    }
    let v = array![1.0, 2.0];
    let ((last, first), pullback) = out_of_order::vjp(&v).unwrap();
    assert_eq!((last, first), (9.0, array![1.0, 4.0]));
    assert_eq!(
        pullback.call(1.0, &array![0.0, 1.0]).unwrap().x,
        array![3.0, 16.0]
    );
    let (_, pullback) = same_twice::vjp(&v).unwrap();
    let (a, b) = (
        pullback.call(&v, &zero).unwrap().x,
        pullback.call(&zero, &v).unwrap().x,
    );
    assert_eq!(a, b);
    assert_eq!(unused::grad(&v, &v).unwrap().u, zero);
}

#[test]
fn scalar_functions_are_differentiated_and_never_sum() {
    let (x, y) = (array![0.5, -2.0, 3.0], array![0.25, 2.0, 1.0]);
    let ((a, b, c, d), pullback) = scalars::vjp(&x, &y).unwrap();
    let swish = |x: f64| x / (1.0 + (-x).exp());
    near(&a, &x.mapv(|x| swish(2.0 * x) + x + (1.0 - x) * 0.5), 1e-14);
    near(
        &b,
        &(array![0.25, -0.5, 1.0] * std::f64::consts::TAU),
        1e-14,
    );
    assert_eq!(c, array![0.25, -1.0, 1.0]);
    let expected: f64 = x
        .iter()
        .zip(&y)
        .map(|(x, y)| (x + (y - x) * 0.25) * x)
        .sum();
    assert!((d - expected).abs() < 1e-14);
    let one = Array1::ones(3);
    let value = |x: &Array1<f64>, y: &Array1<f64>| {
        let (a, b, c, d) = scalars(x, y).unwrap();
        a.sum() + b.sum() + c.sum() + d
    };
    let g = pullback.call(&one, &one, &one, 1.0).unwrap();
    near(&g.x, &differences(&x, |x| value(x, &y)), 1e-7);
    near(&g.y, &differences(&y, |y| value(&x, y)), 1e-7);
    let (A, v) = (array![[1.0, 2.0], [3.0, 4.0]], array![5.0, 6.0]);
    assert_eq!(never_sums(&A, &v), Ok(array![[5.0, 12.0], [15.0, 24.0]]));
    assert_eq!(sums_around(&A, &v), Ok(array![34.0, 78.0]));
    assert_eq!(sums_inside(&A, &v), Ok(array![34.0, 78.0]));
}

#[test]
fn operators_bind_as_stated() {
    let found = precedence(2.0, 4.0, 0.5).unwrap();
    assert_eq!(found, (-4.0, -8.0, -2.5, 1.0, 512.0, 2.0, 1.5, -12.0));
    assert_eq!(
        numbers(2.0),
        Ok((3.0, 2e-5, std::f64::consts::TAU, 2.0, 2000.0))
    );
}

#[test]
fn conditions_compose() {
    let (x, y) = (array![1.0, -1.0, 2.0, 0.0], array![2.0, -1.0, 0.5, -3.0]);
    let (a, b, c, d) = conditions(&x, &y).unwrap();
    assert_eq!(a, array![1.0, 1.0, 1.0, 0.0]);
    assert_eq!(b, array![30.0, 20.0, 40.0, 20.0]);
    assert_eq!(c, array![1.0, 2.0, -4.0, 0.0]);
    assert_eq!(d, array![-1.0, -1.0, 2.0, -1.0]);
}

#[test]
fn functions_have_their_derivatives() {
    let x = array![0.3, 1.0, 2.5, 3.9];
    let (y, pullback) = functions::vjp(&x).unwrap();
    let by_hand = |x: f64| {
        x.ln()
            + x.log2()
            + x.log10()
            + x.ln_1p()
            + x.exp_m1()
            + x.recip()
            + x.sin()
            + x.cos()
            + x.tan()
            + (x / 4.0).asin()
            + (x / 4.0).acos()
            + x.atan()
            + x.sinh()
            + x.cosh()
            + x.tanh()
            + x.sqrt()
            + x.atan2(2.0)
    };
    near(&y, &x.mapv(by_hand), 1e-13);
    near(
        &pullback.call(&Array1::ones(4)).unwrap().x,
        &differences(&x, |x| x.mapv(by_hand).sum()),
        1e-6,
    );
}

mod annotated {
    einstan::einstan! {
        pub fn ones(dim n, X[m]) -> (Y[n, 3], s, t[n]) {
            Y[i: n, j] = 2;
            Z[i: n, k: m] = 1;
            s = sum[i: n, k: m](Z[i,k]) + sum[q: 4](q);
            t[i] = sum[k: m](if k < len(n) { X[k] } else { 0 });
        }
        pub fn fixed(X[n]) -> s { s = sum[i: 3](X[i]^2); }
    }
}

#[test]
fn dimensions_are_given_where_an_index_is_introduced() {
    let x = ndarray::array![1.0, 2.0, 3.0];
    let (y, s, t) = annotated::ones(2, &x).unwrap();
    assert_eq!(
        (y, s, t),
        (
            ndarray::Array2::from_elem((2, 3), 2.0),
            12.0,
            ndarray::array![3.0, 3.0]
        )
    );
    assert_eq!(annotated::fixed(&x).unwrap(), 14.0);
    let error = annotated::fixed(&ndarray::array![1.0])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`X`") && error.contains('3') && error.contains('1'),
        "{error}"
    );
}
