//! Work that conditions on indices leave out: every function beside one that takes the conditions as tensors of ones and
//! zeros, in value and in every derivative, at lengths around those at which work is divided.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{einstan, testing};
use ndarray::{Array1, Array2, Array3};

einstan! {
    pub fn lower(A[n, n], B[n, m]) -> C[n, m] { C[i, k] = sum[j](if j <= i { A[i, j]*B[j, k] } else { 0 }); }
    pub fn upper(A[n, n], B[n, m]) -> C[n, m] { C[i, k] = sum[j](if !(j <= i) { B[j, k]*A[i, j] } else { 0 }); }
    pub fn band(A[n, l], B[l, m]) -> C[n, m] {
        C[i, k] = sum[j](if i < j + 3 && j < 2*i + 4 { A[i, j]*B[j, k] } else { 0 });
    }
    pub fn across(A[n, l], B[l, m]) -> C[n, m] {
        C[i, k] = sum[j](if i + j >= 5 && i + j < 20 && 3*j + 1 < 2*len(l) { A[i, j]*B[j, k] } else { 0 });
    }
    pub fn kept(A[n, m], B[l, m]) -> C[n, l] { C[i, j] = sum[k](if j <= i { A[i, k]*B[j, k] } else { 0 }); }
    pub fn factored(A[n, n], B[n, m]) -> C[n, m] { C[i, k] = (j <= i)*A[i, j]*B[j, k]; }
    pub fn batched(A[b, n, n], B[n, m]) -> C[b, n, m] {
        C[p, i, k] = sum[j](if j <= i { A[p, i, j]*B[j, k] } else { 0 });
    }
    pub fn ragged(A[b, n], w[n], lens[b]: usize) -> y[b] {
        y[p] = sum[j](if j < lens[p] { A[p, j]*w[j] } else { 0 });
    }
    pub fn largest(A[n, n]) -> y[n] { y[i] = max[j](if j <= i { A[i, j] } else { -inf }); }
    pub fn multiplied(A[n, n]) -> y[n] { y[i] = prod[j](if i <= j && j < i + 3 { A[i, j] } else { 1 }); }
    pub fn smooth(A[n, n]) -> y[n] { y[i] = logsumexp[j](if j <= i { A[i, j] } else { -inf }); }
    pub fn three(A[n, n, n], w[n]) -> y[n] {
        y[i] = sum[j, k](if j <= i && k <= j { A[i, j, k]*w[k] } else { 0 });
    }
    pub fn attention(Q[b, t, c], K[b, t, c], V[b, t, h]) -> Y[b, t, h] {
        S[p, i, j] = if j <= i { Q[p, i, k]*K[p, j, k]/sqrt(len(c)) } else { -inf };
        A[p, i, j] = softmax[j](S[p, i, j]);
        Y[p, i, l] = A[p, i, j]*V[p, j, l];
    }
    /// Scores that take more than a product, over heads beside each other.
    pub fn local(X[b, t, m], Wq[h, c, m], Wv[h, c, m], slope[h]) -> Y[b, t, h*c] {
        Q[p, g, i, k] = X[p, i, l]*Wq[g, k, l];
        V[p, g, i, k] = X[p, i, l]*Wv[g, k, l];
        S[p, g, i, j] = if j <= i && i < j + 6 { sum[k](Q[p, g, i, k]*Q[p, g, j, k])/sqrt(len(c)) - slope[g]*(i - j) }
            else { -inf };
        A[p, g, i, j] = softmax[j](S[p, g, i, j]);
        O[p, g, i, k] = A[p, g, i, j]*V[p, g, j, k];
        Y[p, i, e] = O[p, e / len(c), i, e % len(c)];
    }
    /// The weights are a result too: zero where nothing is looked at.
    pub fn weights(Q[t, c], K[t, c], V[t, h]) -> (A[t, t], Y[t, h]) {
        A[i, j] = softmax[j](if j <= i && i < j + 5 { Q[i, k]*K[j, k] } else { -inf });
        Y[i, l] = A[i, j]*V[j, l];
    }
    /// A row of nothing but -infinity is NaN.
    pub fn strict(S[n, n]) -> A[n, n] { A[i, j] = softmax[j](if j < i { S[i, j] } else { -inf }); }
    /// A triangle that is stored, read in other orders.
    pub fn stored(W[n, n], x[n], B[n, m]) -> (y[n], C[n, m], D[n, m], t) {
        L[i, j] = if j <= i { tanh(W[i, j]) } else { 0 };
        y[i] = L[i, j]*x[j];
        C[i, k] = L[i, j]*B[j, k];
        D[j, k] = L[i, j]*B[i, k];
        t = sum[i, j](L[i, j]^2);
    }
    pub fn stencil(X[n, m]) -> Y[n, m] {
        Y[i, j] = X[pad(i - 1), j]*X[i, pad(j + 1)] + X[i, pad(j - 2)] - 4*X[i, j];
    }
    pub fn pooled(X[n]) -> Y[(n + 1)/2] { Y[i] = max[r: 3](X[pad(2*i + r - 1, -inf)]); }
    pub fn convolved(X[h, w], K[r, s]) -> Y[h, w] { Y[y, x] = X[pad(y + a - 1), pad(x + b - 1)]*K[a, b]; }
    pub fn solved(L[n, n], B[n, m]) -> X[n, m] {
        X[i, k] = (B[i, k] - sum[j](if j < i { L[i, j]*X[j, k] } else { 0 })) / L[i, i];
    }
    /// What no index moves is read where the windows say that it is there.
    pub fn scaled(x[n], A[l, n], B[n, m]) -> C[l, m] {
        C[i, k] = sum[j](if j + 3 <= len(n) { x[len(n) - 3]*A[i, j]*B[j, k] } else { 0 });
    }
    pub fn driven(x[t], W[t, b, b], Z[t, a, b]) -> H[t, a, b] {
        H[s, i, k] = Z[s, i, k] + sum[q, c](if q < s { x[s - 1]*H[q, i, c]*W[q, c, k] } else { 0 });
    }
    pub fn weighted(s, A[n, n], B[n, m]) -> C[n, m] { C[i, k] = sum[j](if j < i { s*A[i, j]*B[j, k] } else { 0 }); }
    pub fn batched_rnn(X[t, b, h], U[h, h]) -> H[t, b, h] {
        H[s, i, j] = tanh(X[s, i, j] + sum[l](if s > 0 { H[s - 1, i, l]*U[l, j] } else { 0 }));
    }
}

einstan! {
    pub fn lower_by(const M[n, l], A[n, l], B[l, m]) -> C[n, m] { C[i, k] = M[i, j]*A[i, j]*B[j, k]; }
    pub fn kept_by(const M[n, l], A[n, m], B[l, m]) -> C[n, l] { C[i, j] = M[i, j]*(A[i, k]*B[j, k]); }
    pub fn batched_by(const M[n, n], A[b, n, n], B[n, m]) -> C[b, n, m] { C[p, i, k] = M[i, j]*A[p, i, j]*B[j, k]; }
    pub fn attention_by(const M[t, t], Q[b, t, c], K[b, t, c], V[b, t, h]) -> Y[b, t, h] {
        E[p, i, j] = M[i, j]*exp(Q[p, i, k]*K[p, j, k]/sqrt(len(c)));
        s[p, i] = sum[j](E[p, i, j]);
        Y[p, i, l] = E[p, i, j]*V[p, j, l]/s[p, i];
    }
    pub fn weights_by(const M[t, t], Q[t, c], K[t, c], V[t, h]) -> (A[t, t], Y[t, h]) {
        E[i, j] = M[i, j]*exp(Q[i, k]*K[j, k]);
        s[i] = sum[j](E[i, j]);
        A[i, j] = E[i, j]/s[i];
        Y[i, l] = A[i, j]*V[j, l];
    }
    pub fn stored_by(const M[n, n], W[n, n], x[n], B[n, m]) -> (y[n], C[n, m], D[n, m], t) {
        L[i, j] = M[i, j]*tanh(W[i, j]);
        y[i] = L[i, j]*x[j];
        C[i, k] = L[i, j]*B[j, k];
        D[j, k] = L[i, j]*B[i, k];
        t = sum[i, j](L[i, j]^2);
    }
}

fn number(at: usize) -> f64 {
    (at as f64 * 1.7).sin() * 0.8 + 0.1
}

fn matrix(n: usize, m: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| number(i * 31 + j * 7 + n))
}

fn cube(b: usize, n: usize, m: usize) -> Array3<f64> {
    Array3::from_shape_fn((b, n, m), |(p, i, j)| number(p * 101 + i * 31 + j * 7 + m))
}

fn ones(n: usize, m: usize, holds: impl Fn(usize, usize) -> bool) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| f64::from(u8::from(holds(i, j))))
}

/// Numbers of which none is far from the other one.
fn close<'a, D: ndarray::Dimension>(
    a: &'a ndarray::Array<f64, D>,
    b: &'a ndarray::Array<f64, D>,
    what: &str,
) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    for (at, (x, y)) in a.iter().zip(b).enumerate() {
        assert!(
            (x - y).abs() < 1e-11 * (1.0 + y.abs()),
            "{what}: {x} but {y} at {at} of {:?}",
            a.shape()
        );
    }
}

/// Compares value, gradient and tangent of two functions of two parameters.
macro_rules! same {
    ($what:expr, $one:ident($($m:expr)?) , $other:ident($mask:expr), $($name:ident = $value:expr),+) => {{
        $( let $name = $value; )+
        let mask = $mask;
        let (y, pullback) = $one::vjp($(&$name),+).unwrap();
        let (z, other) = $other::vjp(&mask, $(&$name),+).unwrap();
        close(&y, &z, $what);
        let dy = y.mapv(|x| (x * 3.0).cos());
        let (g, h) = (pullback.call(&dy).unwrap(), other.call(&dy).unwrap());
        $( close(&g.$name, &h.$name, concat!($what, ", by ", stringify!($name))); )+
        let along = $one::Tangent { $( $name: $name.mapv(|x| x * x - 0.3) ),+ };
        let beside = $other::Tangent { $( $name: along.$name.clone() ),+ };
        let (y, dy) = $one::jvp($(&$name,)+ &along).unwrap();
        let (z, dz) = $other::jvp(&mask, $(&$name,)+ &beside).unwrap();
        close(&y, &z, $what);
        close(&dy, &dz, concat!($what, ", tangent"));
    }};
}

#[test]
fn products_in_bands() {
    for (n, m) in [
        (1, 1),
        (2, 3),
        (15, 4),
        (16, 1),
        (17, 40),
        (40, 5),
        (70, 33),
    ] {
        same!(
            "lower",
            lower(),
            lower_by(ones(n, n, |i, j| j <= i)),
            A = matrix(n, n),
            B = matrix(n, m)
        );
        same!(
            "upper",
            upper(),
            lower_by(ones(n, n, |i, j| j > i)),
            A = matrix(n, n),
            B = matrix(n, m)
        );
        same!(
            "number",
            factored(),
            lower_by(ones(n, n, |i, j| j <= i)),
            A = matrix(n, n),
            B = matrix(n, m)
        );
        same!(
            "batched",
            batched(),
            batched_by(ones(n, n, |i, j| j <= i)),
            A = cube(3, n, n),
            B = matrix(n, m)
        );
        for l in [1, 20, 37] {
            let band_of = ones(n, l, |i, j| i < j + 3 && j < 2 * i + 4);
            same!(
                "band",
                band(),
                lower_by(band_of),
                A = matrix(n, l),
                B = matrix(l, m)
            );
            let across_of = ones(n, l, |i, j| i + j >= 5 && i + j < 20 && 3 * j + 1 < 2 * l);
            same!(
                "across",
                across(),
                lower_by(across_of),
                A = matrix(n, l),
                B = matrix(l, m)
            );
            same!(
                "kept",
                kept(),
                kept_by(ones(n, l, |i, j| j <= i)),
                A = matrix(n, m),
                B = matrix(l, m)
            );
        }
    }
}

#[test]
fn attention_to_what_was() {
    for t in [1, 2, 16, 33, 100] {
        let before = ones(t, t, |i, j| j <= i);
        same!(
            "attention",
            attention(),
            attention_by(before),
            Q = cube(2, t, 3),
            K = cube(2, t, 3),
            V = cube(2, t, 4)
        );
        let near = ones(t, t, |i, j| j <= i && i < j + 5);
        let (q, k, v) = (matrix(t, 3), matrix(t, 3), matrix(t, 2));
        let ((a, y), pullback) = weights::vjp(&q, &k, &v).unwrap();
        let ((b, z), other) = weights_by::vjp(&near, &q, &k, &v).unwrap();
        close(&a, &b, "weights");
        close(&y, &z, "weights, Y");
        let (da, dy) = (a.mapv(f64::cos), y.mapv(f64::sin));
        let (g, h) = (
            pullback.call(&da, &dy).unwrap(),
            other.call(&da, &dy).unwrap(),
        );
        close(&g.Q, &h.Q, "weights, by Q");
        close(&g.K, &h.K, "weights, by K");
        close(&g.V, &h.V, "weights, by V");
    }
}

#[test]
fn a_triangle_that_is_stored() {
    for (n, m) in [(1, 1), (5, 3), (40, 17)] {
        let mask = ones(n, n, |i, j| j <= i);
        let (w, x, b) = (
            matrix(n, n),
            Array1::from_iter((0..n).map(number)),
            matrix(n, m),
        );
        let ((y, c, d, t), pullback) = stored::vjp(&w, &x, &b).unwrap();
        let ((y2, c2, d2, t2), other) = stored_by::vjp(&mask, &w, &x, &b).unwrap();
        close(&y, &y2, "stored, y");
        close(&c, &c2, "stored, C");
        close(&d, &d2, "stored, D");
        assert!((t - t2).abs() < 1e-12 * (1.0 + t.abs()));
        let g = pullback.call(&y, &c, &d, 0.7).unwrap();
        let h = other.call(&y, &c, &d, 0.7).unwrap();
        close(&g.W, &h.W, "stored, by W");
        close(&g.x, &h.x, "stored, by x");
        close(&g.B, &h.B, "stored, by B");
    }
}

#[test]
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    for n in [1, 2, 6] {
        let A = matrix(n, n);
        testing::check!(largest(A))?;
        testing::check!(multiplied(A))?;
        testing::check!(smooth(A))?;
        let (A, w) = (cube(n, n, n), Array1::from_iter((0..n).map(number)));
        testing::check!(three(A, w))?;
        let (A, lens) = (matrix(3, n), ndarray::arr1(&[n, 0, n / 2]));
        testing::check!(ragged(A, w, const &lens))?;
        let X = matrix(n, n + 1);
        testing::check!(stencil(X))?;
        let (X, K) = (matrix(n, n + 2), matrix(3, 3));
        testing::check!(convolved(X, K))?;
        let X = cube(2, n, 3);
        let (Wq, Wv, slope) = (
            cube(2, 3, 3),
            cube(2, 3, 3) * 0.5,
            Array1::from_elem(2, 0.1),
        );
        testing::check!(local(X, Wq, Wv, slope))?;
        let X = Array1::from_iter((0..n).map(number));
        testing::check!(pooled(X))?;
        let (L, B) = (matrix(n, n) + Array2::<f64>::eye(n) * 3.0, matrix(n, 2));
        testing::check!(solved(L, B))?;
        let (X, U) = (cube(n, 2, 3), matrix(3, 3));
        testing::check!(batched_rnn(X, U))?;
    }
    Ok(())
}

#[test]
fn what_is_left_out_may_be_anything() {
    let (n, m) = (40, 5);
    let mut a = matrix(n, n);
    let b = matrix(n, m);
    let right = lower(&a, &b).unwrap();
    for i in 0..n {
        for j in i + 1..n {
            a[[i, j]] = if (i + j) % 2 == 0 {
                f64::NAN
            } else {
                f64::INFINITY
            };
        }
    }
    let (y, pullback) = lower::vjp(&a, &b).unwrap();
    assert_eq!(y, right);
    let g = pullback.call(&y).unwrap();
    assert!(g.A.iter().chain(&g.B).all(|x| x.is_finite()));
    // The other factor is not finite in one row alone: what does not need it does not see it.
    let mut b = matrix(n, m);
    b.row_mut(20).fill(f64::NAN);
    let y = lower(&matrix(n, n), &b).unwrap();
    for (i, row) in y.rows().into_iter().enumerate() {
        assert!(row.iter().all(|x| x.is_nan() == (i >= 20)), "row {i}");
    }
    close(
        &y.slice(ndarray::s![..20, ..]).to_owned(),
        &right.slice(ndarray::s![..20, ..]).to_owned(),
        "before",
    );
}

#[test]
fn a_number_before_the_product_is_left_out_too() -> Result<(), testing::Failure> {
    let (x, A, B) = (Array1::zeros(0), matrix(2, 0), matrix(0, 3));
    assert_eq!(scaled(&x, &A, &B).unwrap(), Array2::<f64>::zeros((2, 3)));
    for n in [2, 3, 20] {
        let (x, A, B) = (
            Array1::from_iter((0..n).map(number)),
            matrix(2, n),
            matrix(n, 3),
        );
        testing::check!(scaled(x, A, B))?;
        let (W, Z) = (cube(n, 2, 2) * 0.3, cube(n, 3, 2));
        testing::check!(driven(x, W, Z))?;
    }
    for n in [1, 5, 20] {
        let c = weighted(f64::INFINITY, &matrix(n, n), &matrix(n, 2)).unwrap();
        assert!(c.row(0).iter().all(|&x| x == 0.0), "{c}");
    }
    Ok(())
}

#[test]
fn a_row_of_nothing_is_nan() {
    let a = strict(&matrix(4, 4)).unwrap();
    assert!(a.row(0).iter().all(|x| x.is_nan()));
    for i in 1..4 {
        assert!((a.row(i).sum() - 1.0).abs() < 1e-14);
        assert!(a.row(i).iter().skip(i).all(|&x| x == 0.0));
    }
}

#[test]
fn nothing_at_all() {
    assert_eq!(lower(&matrix(0, 0), &matrix(0, 3)).unwrap().dim(), (0, 3));
    assert_eq!(
        kept(&matrix(4, 0), &matrix(3, 0)).unwrap(),
        Array2::<f64>::zeros((4, 3))
    );
    for (b, t) in [(2, 0), (0, 5)] {
        let (q, k, v) = (cube(b, t, 3), cube(b, t, 3), cube(b, t, 1));
        let (y, pullback) = attention::vjp(&q, &k, &v).unwrap();
        assert_eq!(pullback.call(&y).unwrap().Q.dim(), (b, t, 3));
    }
    assert_eq!(stencil(&matrix(0, 4)).unwrap().dim(), (0, 4));
    assert_eq!(
        convolved(&matrix(3, 0), &matrix(3, 3)).unwrap().dim(),
        (3, 0)
    );
}

#[test]
fn the_plan_says_so() {
    let lines = |plan: &str, part: &str| plan.lines().filter(|l| l.contains(part)).count();
    assert_eq!(
        lines(attention::PLAN, ": matrix product"),
        6,
        "{}",
        attention::PLAN
    );
    for line in attention::PLAN
        .lines()
        .filter(|l| l.contains(": matrix product"))
    {
        assert!(line.contains(" for "), "{line}");
    }
    for line in local::PLAN
        .lines()
        .filter(|l| l.contains("A[") && l.contains("matrix product b·h·t"))
    {
        assert!(line.contains(" for "), "{line}");
    }
    assert_eq!(lines(lower::PLAN, "for j < i + 1"), 2, "{}", lower::PLAN);
    let padded = "sum over a, b for a >= -y + 1 and a < len(h) - y + 1 for b >= -x + 1 and b < len(w) - x + 1";
    assert!(convolved::PLAN.contains(padded), "{}", convolved::PLAN);
    // Both ways through time are products, where there is a step before, or after.
    assert_eq!(
        lines(batched_rnn::PLAN, ": matrix product b·h·h"),
        2,
        "{}",
        batched_rnn::PLAN
    );
    assert_eq!(
        lines(batched_rnn::PLAN, "when "),
        2,
        "{}",
        batched_rnn::PLAN
    );
}
