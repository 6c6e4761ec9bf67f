//! Recurrences: values against loops by hand, derivatives against differences, along one index and several, up and down.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{ErrorKind, einstan, testing};
use ndarray::{Array1, Array2, array};

einstan! {
    pub fn sums(x[n]) -> S[n] { S[i] = x[i] + S[pad(i - 1)]; }
    pub fn suffixes(x[n]) -> S[n] { S[i] = x[i] + 0.5*S[pad(i + 2)]; }
    pub fn delayed(x[n], w[k]) -> y[n] { y[i] = x[i] + w[0]*y[pad(i - len(k))]; }
    pub fn fibonacci(a, b, dim n) -> F[n] {
        F[i] = if i == 0 { a } else if i == 1 { b } else { F[i - 1] + F[i - 2] };
    }
    pub fn counted(x[n]) -> k[n]: usize { k[i] = if i > 0 { k[i - 1] + (if x[i] > 0 { 1 } else { 0 }) } else { 0 }; }
    pub fn rnn(X[s, b, m], W[m, h], U[h, h], h0[h]) -> z {
        H[t, i, j] = tanh(X[t, i, k]*W[k, j] + (if t == 0 { h0[l] } else { H[t - 1, i, l] })*U[l, j]);
        z = sum[t, i, j](H[t, i, j]^2 * (t + 1));
    }
    /// Two tensors that read each other, in any order of axes.
    pub fn pendulum(a, dt, dim n) -> e {
        q[t: n] = if t == 0 { a } else { q[t - 1] + dt*V[0, t - 1] };
        V[i: 1, t] = (if t > 0 { V[i, t - 1] } else { 0 }) - dt*sin(q[t]);
        e = sum[t](V[0, t]^2);
    }
    /// What is asked for stands above the other tensor of the recurrence.
    pub fn leading(x[n]) -> z {
        H[t] = x[t] + 0.4*G[pad(t - 1)];
        G[t] = sin(H[t]) - 0.3*G[pad(t - 1)];
        z = sum[t](H[t]^3);
    }
    /// What is written at one position of both loops and read at the next one of the outer loop alone.
    pub fn grid(X[n, m, d]) -> T[n, m, d] {
        T[i, j, l] = X[i, j, l] + (if j > 0 { T[i, j - 1, l] } else { 0 })
            + (if i > 0 { tanh(sum[k](T[i - 1, j, k])) } else { 0 });
    }
    pub fn forward_substitution(L[n, n], b[n]) -> x[n] {
        x[i] = (b[i] - sum[j](if j < i { L[i, j]*x[j] } else { 0 })) / L[i, i];
    }
    pub fn back_substitution(U[n, n], b[n]) -> x[n] {
        x[i] = (b[i] - sum[j](if !(j <= i) { U[i, j]*x[j] } else { 0 })) / U[i, i];
    }
    pub fn cholesky(A[n, n]) -> L[n, n] {
        L[i, j] = if i == j { sqrt(A[i, i] - sum[k](if k < j { L[i, k]^2 } else { 0 })) }
            else if i > j { (A[i, j] - sum[k](if k < j { L[i, k]*L[j, k] } else { 0 })) / L[j, j] }
            else { 0 };
    }
    pub fn edit_distance(a[n]: usize, b[m]: usize) -> D[n + 1, m + 1] {
        D[i, j] = if i == 0 { j } else if j == 0 { i } else {
            min(D[i - 1, j - 1] + (a[i - 1] != b[j - 1]), min(D[i - 1, j], D[i, j - 1]) + 1)
        };
    }
    /// Alignments of two sequences by the logarithm of their weights' sum.
    pub fn needleman_wunsch(S[n, m], gap) -> s {
        F[i, j] = if i == 0 && j == 0 { 0 } else { logsumexp[k: 3](
            if k == 0 { if i > 0 && j > 0 { F[i - 1, j - 1] + S[i - 1, j - 1] } else { -inf } }
            else if k == 1 { if i > 0 { F[i - 1, j] + gap } else { -inf } }
            else { if j > 0 { F[i, j - 1] + gap } else { -inf } }) };
        s = F[len(n), len(m)];
    }
    /// Weights of intervals: from the last beginning to the first, and from the first end to the last.
    pub fn intervals(w[n]) -> T[n, n] {
        T[i, j] = if i > j { 0 } else if i == j { w[i] } else { 0.5*T[i + 1, j] + 0.25*T[i, j - 1] + w[i]*w[j] };
    }
    pub fn heat(u0[n], a, dim s) -> u[s, n] {
        u[s, i] = if s == 0 { u0[i] } else { u[s-1, i] + a*(u[s-1, wrap(i+1)] - 2*u[s-1, i] + u[s-1, clamp(i-1)]) };
    }
    pub fn softly(X[n, m]) -> P[n, m] { P[t, j] = softmax[j](X[t, j] + 3*P[pad(t - 1), j]); }
    pub fn layered(X[n, m], U[m, m]) -> z {
        H = smoothed(X, 0.5);
        G[t, j] = tanh(H[t, k]*U[k, j] + G[pad(t + 1), k]*U[k, j]);
        z = sum[t, j](G[t, j] * H[t, j]);
    }
    pub fn smoothed(X[n, m], a) -> Y[n, m] { Y[t, j] = a*X[t, j] + (1 - a)*Y[pad(t - 1), j]; }
    /// A parameter that is changed is read as it was.
    pub fn changed(mut W[n], x[n]) -> S[n] {
        W[i] += 1;
        S[i] = x[i] + S[pad(i - 1)]*W[i];
        W[i] += S[i];
    }
    pub fn replaced(mut W[n], x[n]) { S[i] = x[i] + S[pad(i - 1)]*W[i]; W[i] = S[i]; }
    /// Positions that a recurrence computes.
    pub fn walk(E[v], steps[n]: usize) -> (p[n]: usize, y[n]) {
        p[t] = if t == 0 { 0 } else { p[t - 1] + steps[t] };
        y[t] = E[p[t]];
    }
    pub fn greedy(T[v, v], dim n) -> tok[n]: usize {
        tok[t] = if t == 0 { 0 } else { argmax[j](T[tok[t - 1], j]) };
    }
    pub fn attention(Q[n, d], K[n, d]) -> H[n, d] {
        H[t, c] = Q[t, c] + sum[s](if s < t { exp(sum[k](H[s, k]*K[t, k])) * H[s, c] } else { 0 });
    }
    /// One index at both axes of a read.
    pub fn diagonal(C[n, m]) -> T[n, m] {
        T[i, j] = C[i, j] + 0.5*T[pad(i - 1), j] + 0.25*T[i, pad(j - 1)] + 0.125*T[pad(i - 1), pad(i + 1)];
    }
    pub fn beside(x[n, m]) -> T[n, m] { T[i, j] = x[i, j] + 0.5*T[wrap(i + 1), pad(j - 1)] + T[i, pad(j - 2)]; }
    pub fn sensitivity(x[n], a) -> (g[n], J[n, n]) {
        S[t] = a*S[pad(t - 1)] + sin(x[t]);
        e = sum[t](S[t]^2);
        g[t] = d(e) / d(x[t]);
        J[t, u] = d(S[t]) / d(x[u]);
    }
}

fn numbers(n: usize) -> Array1<f64> {
    Array1::from_iter((0..n).map(|i| (i as f64 * 1.7).sin() + 0.2))
}

fn matrix(n: usize, m: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| {
        (i as f64 * 0.9 + j as f64 * 1.3).cos() * 0.6
    })
}

/// Symmetric, with positive eigenvalues.
fn positive(n: usize) -> Array2<f64> {
    let a = matrix(n, n);
    a.dot(&a.t()) + Array2::<f64>::eye(n)
}

#[test]
fn values() {
    let x = array![1.0, 2.0, 3.0, 4.0];
    assert_eq!(sums(&x).unwrap(), array![1.0, 3.0, 6.0, 10.0]);
    assert_eq!(suffixes(&x).unwrap(), array![2.5, 4.0, 3.0, 4.0]);
    assert_eq!(
        delayed(&x, &array![2.0, 0.0, 0.0]).unwrap(),
        array![1.0, 2.0, 3.0, 6.0]
    );
    assert_eq!(
        fibonacci(1.0, 1.0, 6).unwrap(),
        array![1.0, 1.0, 2.0, 3.0, 5.0, 8.0]
    );
    assert_eq!(
        counted(&array![1.0, 2.0, -1.0, 4.0]).unwrap(),
        array![0, 1, 1, 2]
    );
    let distance = edit_distance::<f64>(&array![1, 2, 3, 3, 4], &array![0, 2, 3, 4]).unwrap();
    assert_eq!(distance[[5, 4]], 2.0);
    assert_eq!(
        intervals(&array![1.0, 2.0, 4.0]).unwrap(),
        array![[1.0, 3.25, 10.0625], [0.0, 2.0, 10.5], [0.0, 0.0, 4.0]]
    );
}

#[test]
fn parameters_that_are_changed() {
    let x = array![1.0, 1.0, 1.0];
    let mut w = array![1.0, 2.0, 3.0];
    replaced(&mut w, &x).unwrap();
    assert_eq!(w, array![1.0, 3.0, 10.0]);
    let mut w = array![1.0, 2.0, 3.0];
    assert_eq!(changed(&mut w, &x).unwrap(), array![1.0, 4.0, 17.0]);
    assert_eq!(w, array![3.0, 7.0, 21.0]);
}

#[test]
fn positions_that_follow() {
    let e = array![1.0, 2.0, 3.0];
    let (p, y) = walk(&e, &array![0, 1, 1]).unwrap();
    assert_eq!((p, y), (array![0, 1, 2], array![1.0, 2.0, 3.0]));
    let error = walk(&e, &array![0, 1, 5]).unwrap_err();
    assert!(error.to_string().contains("`p[2]` is 6"), "{error}");
    let (mut p, mut y) = (array![9, 9, 9], array![9.0, 9.0, 9.0]);
    assert!(walk::into(&e, &array![0, 1, 5], &mut p, &mut y).is_err());
    assert_eq!((p, y), (array![9, 9, 9], array![9.0, 9.0, 9.0]));
    let t = array![[0.0, 1.0, 2.0], [3.0, 0.0, 1.0], [0.0, 5.0, 1.0]];
    assert_eq!(greedy(&t, 4).unwrap(), array![0, 2, 1, 0]);
}

#[test]
fn linear_systems() {
    let (a, b) = (positive(5), numbers(5));
    let l = cholesky(&a).unwrap();
    let error = (&l.dot(&l.t()) - &a).mapv(f64::abs).sum();
    assert!(error < 1e-12, "{error}");
    let y = forward_substitution(&l, &b).unwrap();
    let x = back_substitution(&l.t(), &y).unwrap();
    let error = (&a.dot(&x) - &b).mapv(f64::abs).sum();
    assert!(error < 1e-12, "{error}");
}

#[test]
fn alignments_are_counted() {
    // Without weights every alignment counts once: Delannoy's numbers.
    let s: f64 = needleman_wunsch(&Array2::zeros((3, 3)), 0.0).unwrap();
    assert!((s - f64::ln(63.0)).abs() < 1e-12, "{s}");
}

#[test]
fn heat_by_hand() {
    let (u0, a) = (numbers(4), 0.1);
    let u = heat(&u0, a, 3).unwrap();
    let mut row = u0.to_vec();
    for s in 1..3 {
        let next = (0..4)
            .map(|i| row[i] + a * (row[(i + 1) % 4] - 2.0 * row[i] + row[i.saturating_sub(1)]));
        row = next.collect();
        for i in 0..4 {
            assert!((u[[s, i]] - row[i]).abs() < 1e-14);
        }
    }
}

#[test]
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    let x = numbers(5);
    testing::check!(sums(x))?;
    testing::check!(suffixes(x))?;
    testing::check!(leading(x), hvp)?;
    let X = ndarray::Array3::from_shape_fn((3, 4, 2), |(i, j, k)| {
        0.1 * (i * j) as f64 - 0.2 * k as f64
    });
    testing::check!(grid(X))?;
    let w = array![0.7, 0.0];
    testing::check!(delayed(x, w))?;
    let (a, b, dt) = (0.4, -0.3, 0.1);
    testing::check!(fibonacci(a, b, const 6))?;
    testing::check!(pendulum(a, dt, const 5), hvp)?;
    let u0 = numbers(5);
    testing::check!(heat(u0, a, const 4))?;
    let w = numbers(4);
    testing::check!(intervals(w))?;
    let X = ndarray::Array3::from_shape_fn((4, 2, 3), |(t, i, k)| {
        (t + 2 * i) as f64 * 0.2 - k as f64 * 0.1
    });
    let (W, U, h0) = (matrix(3, 2), matrix(2, 2), numbers(2));
    testing::check!(rnn(X, W, U, h0), hvp)?;
    let (A, b) = (positive(4), numbers(4));
    testing::check!(cholesky(A))?;
    let L = cholesky(&A).unwrap();
    testing::check!(forward_substitution(L, b))?;
    let U = L.t().to_owned();
    testing::check!(back_substitution(U, b))?;
    let (S, gap) = (matrix(3, 4), -0.5);
    testing::check!(needleman_wunsch(S, gap), hvp)?;
    let (X, U) = (matrix(4, 3), matrix(3, 3));
    testing::check!(softly(X))?;
    let (Q, K, x) = (matrix(4, 2), matrix(4, 2), matrix(3, 4));
    testing::check!(attention(Q, K))?;
    testing::check!(beside(x))?;
    let C = matrix(4, 5);
    testing::check!(diagonal(C))?;
    testing::check!(layered(X, U), hvp)?;
    Ok(())
}

#[test]
fn derivatives_in_the_body() {
    let (x, a) = (numbers(4), 0.5);
    let (g, j) = sensitivity(&x, a).unwrap();
    let mut s = [0.0; 4];
    for t in 0..4 {
        s[t] = x[t].sin() + if t > 0 { a * s[t - 1] } else { 0.0 };
    }
    for u in 0..4 {
        let by = |t: usize| {
            if t < u {
                0.0
            } else {
                a.powi((t - u) as i32) * x[u].cos()
            }
        };
        let gradient: f64 = (0..4).map(|t| 2.0 * s[t] * by(t)).sum();
        assert!((g[u] - gradient).abs() < 1e-14);
        for t in 0..4 {
            assert!((j[[t, u]] - by(t)).abs() < 1e-14);
        }
    }
}

#[test]
fn nothing_at_all() {
    assert_eq!(sums(&Array1::<f64>::zeros(0)).unwrap().len(), 0);
    let (value, pullback) = sums::vjp(&Array1::<f64>::zeros(0))
        .map(|(v, p)| (v, p.into_owned()))
        .unwrap();
    assert_eq!(value.len(), 0);
    assert_eq!(pullback.call(&Array1::zeros(0)).unwrap().x.len(), 0);
    assert_eq!(cholesky(&Array2::<f64>::zeros((0, 0))).unwrap().len(), 0);
    assert_eq!(
        smoothed(&Array2::<f64>::zeros((3, 0)), 0.5).unwrap().dim(),
        (3, 0)
    );
    let e = delayed(&numbers(3), &Array1::zeros(0)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Range);
    assert!(e.to_string().contains("`len(k)`"), "{e}");
}
