//! Subscripts that are computed: values, derivatives, lengths, errors before anything is written.

use einstan::{ErrorKind, einstan, testing};
use ndarray::{Array1, Array2, array};

einstan! {
    pub fn conv(X[n], K[m]) -> Y[n - m + 1] { Y[y] = X[y + r] * K[r]; }
    pub fn holes(X[n], K[m]) -> Y[p] { Y[y] = X[2*y + 3*r] * K[r]; }
    pub fn same(X[n], K[m]) -> Y[n] { Y[y] = X[pad(y + r - 1)] * K[r]; }
    pub fn diff(x[n]) -> D[n - 1] { D[i] = x[i + 1] - x[i]; }
    pub fn reversed(x[n]) -> y[n] { y[i] = x[len(n) - 1 - i]; }
    pub fn around(x[n]) -> y[n] { y[i] = x[wrap(i + 1)] + 2*x[clamp(i - 1)]; }
    pub fn split(x[n]) -> Y[k, 3] { Y[i: n/3, j: 3] = x[3*i + j]; }
    pub fn merge(X[n, m]) -> y[n*m] { y[i] = X[i / len(m), i % len(m)]; }
    pub fn concat(x[n], y[m]) -> z[n + m] { z[i] = if i < len(n) { x[i] } else { y[i - len(n)] }; }
    pub fn embed(E[v, c], tok[t]: usize) -> Y[t, c] { Y[t, c] = E[tok[t], c]; }
    pub fn scatter(X[t, c], tok[t]: i32, dim v) -> Y[v, c] { Y[tok[t], c] += X[t, c]; }
    pub fn dropped(x[n], tok[n]: usize, dim m) -> Y[m] { Y[pad(tok[i] - 1)] += x[i] * x[i]; }
    fn windows(x[n], dim s) -> y[(n - 3)/s + 1] { y[i] = x[pad(len(s)*i + 2)]; }
    fn average(x[n]) -> s { s = sum[i](x[i]) / len(n); }
    /// The length of what is passed follows from others.
    pub fn slope(x[n], K[m]) -> (a, b) {
        D[i] = x[i + 1] - x[i];
        a = average(D);
        C[i] = x[2*i + k] * K[k];
        b = average(C);
    }
    /// One index at two axes, of which it has the length of the second one alone.
    pub fn corner(X[n, m], w[m]) -> s { s = sum[j](w[j]^2 * (if w[j] > 0.4 { X[j, j]^2 } else { w[j] })); }
    /// X is read along an index of another axis too, where a condition says that it is long enough.
    pub fn mixed(X[m], V[n]) -> y[n] {
        y[i] = sum[a: n, j: m](V[a] * (if a < len(m) && j >= i { X[a] } else { X[j] }));
    }
    pub fn best(X[n, m], V[m]) -> (k[n]: usize, v[n]) { k[i] = argmax[j](X[i, j]); v[i] = V[k[i] + 1]; }
    pub fn loss(X[n], K[m], T[p]) -> e { Y[y: p] = X[pad(2*y + r - 1)] * K[r]; e = sum[y]((Y[y] - T[y])^2); }
    pub fn pooled(X[n, m]) -> Y[n/2, m/2] { Y[i, j] = max[p: 2, q: 2](X[2*i + p, 2*j + q]); }
    /// A matrix product of windows as they lie in memory.
    pub fn bank(X[n, c], K[o, c, r]) -> Y[(n - r)/2 + 1, o] { Y[y, o] = X[2*y + r, c] * K[o, c, r]; }
    /// The same of rows that stand behind each other, backwards.
    pub fn blocked(x[l], B[m, k]) -> Y[l/m, k] { Y[i, p] = x[len(l) - 1 - i*len(m) - j] * B[j, p]; }
    /// Through a temporary that is larger than every tensor, and computed some rows at a time.
    pub fn rows(E[v, d], F[m, d], w[m], tok[n]: usize) -> y[n] {
        y[i] = sum[j](exp(E[tok[i], k] * F[j, k]) * w[j]) + i;
    }
    pub fn shifted(X[n, d], F[m, d], w[m]) -> (y[n], s) {
        T[i, j] = X[pad(i + 1), k] * F[j, k] + X[i, k] * F[clamp(j - i), k];
        y[i] = sum[j](tanh(T[i, j]) * w[j]);
        s = sum[i, j](sin(T[i, j]) * w[j] * (i - 2*j));
    }
}

fn seven() -> Array1<f64> {
    Array1::from_iter((0..7).map(|i| i as f64 + 1.0))
}

#[test]
fn values() {
    let (x, k) = (seven(), array![1.0, -1.0, 2.0]);
    assert_eq!(conv(&x, &k).unwrap(), array![5.0, 7.0, 9.0, 11.0, 13.0]);
    assert_eq!(holes(&x, &k).unwrap(), array![1.0 - 4.0 + 14.0]);
    assert_eq!(
        same(&x, &k).unwrap(),
        array![3.0, 5.0, 7.0, 9.0, 11.0, 13.0, -1.0]
    );
    assert_eq!(diff(&x).unwrap(), Array1::from_elem(6, 1.0));
    assert_eq!(reversed(&x).unwrap()[0], 7.0);
    assert_eq!(
        around(&array![1.0, 2.0, 4.0]).unwrap(),
        array![4.0, 6.0, 5.0]
    );
    assert_eq!(split(&x).unwrap(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let m = array![[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]];
    assert_eq!(merge(&m).unwrap(), array![1.0, 2.0, 5.0, 3.0, 4.0, 6.0]);
    assert_eq!(
        concat(&array![1.0, 2.0], &array![3.0]).unwrap(),
        array![1.0, 2.0, 3.0]
    );
    let e = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(
        embed(&e, &array![2, 0, 2]).unwrap(),
        array![[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]
    );
    assert_eq!(
        scatter(&e, &array![1, 1, 0], 2).unwrap(),
        array![[5.0, 6.0], [4.0, 6.0]]
    );
    let x = Array2::from_shape_fn((5, 4), |(i, j)| (i * 7 + j * 3) as f64 % 11.0);
    let y = pooled(&x).unwrap();
    assert_eq!(y.dim(), (2, 2));
    assert_eq!(
        y[[1, 1]],
        [x[[2, 2]], x[[2, 3]], x[[3, 2]], x[[3, 3]]]
            .into_iter()
            .fold(0.0, f64::max)
    );
}

#[test]
fn gradients_are_gathered() {
    let (x, k) = (seven(), array![1.0, -1.0, 2.0]);
    let (_, p) = conv::vjp(&x, &k).unwrap();
    let g = p.call(&array![1.0, 0.0, 0.0, 0.0, 10.0]).unwrap();
    assert_eq!(g.X, array![1.0, -1.0, 2.0, 0.0, 10.0, -10.0, 20.0]);
    assert_eq!(g.K, array![51.0, 62.0, 73.0]);
    // What no equation reads has the gradient 0.
    let (_, p) = holes::vjp(&x, &k).unwrap();
    assert_eq!(
        p.call(&array![2.0]).unwrap().X,
        array![2.0, 0.0, 0.0, -2.0, 0.0, 0.0, 4.0]
    );
    let (_, p) = split::vjp(&x).unwrap();
    let g = p.call(&array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).unwrap();
    assert_eq!(g.x, array![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]);
    // Rows that are read twice are added to twice.
    let e = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    let tok = array![2, 0, 2];
    let (_, p) = embed::vjp(&e, &tok).unwrap();
    let g = p
        .call(&array![[1.0, 0.0], [0.0, 1.0], [10.0, 0.0]])
        .unwrap();
    assert_eq!(g.E, array![[0.0, 1.0], [0.0, 0.0], [11.0, 0.0]]);
    for plan in [conv::PLAN, same::PLAN, split::PLAN, merge::PLAN, loss::PLAN] {
        let backward = plan.split("backward").nth(1).unwrap();
        assert!(
            !backward.contains("+ r] +=") && !backward.contains("/ "),
            "{plan}"
        );
    }
}

#[test]
#[allow(non_snake_case)] // as the parameters are called
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    let (X, K) = (
        array![0.5, -1.0, 2.0, 0.25, -0.75, 1.5, 0.1],
        array![1.0, -1.0, 2.0],
    );
    let T = array![0.5, 1.0, -2.0];
    testing::check!(loss(X, K, T), hvp)?;
    testing::check!(conv(X, K))?;
    testing::check!(holes(X, K))?;
    testing::check!(same(X, K))?;
    let (x, y) = (X.clone(), K.clone());
    testing::check!(around(x))?;
    testing::check!(split(x))?;
    testing::check!(concat(x, y))?;
    let X = array![[0.5, -1.0, 2.0], [0.25, -0.75, 1.5], [0.1, 0.2, 0.3]];
    testing::check!(merge(X))?;
    testing::check!(pooled(X))?;
    let E = X.clone();
    let (read, added) = (array![2, 0, 2, 1], array![1, 1, 0]);
    testing::check!(embed(E, const &read))?;
    testing::check!(scatter(X, const &added, const 2))?;
    Ok(())
}

#[test]
#[allow(non_snake_case)] // as the parameters are called
fn matrix_products_of_windows() -> Result<(), testing::Failure> {
    let number = |i: usize, j: usize| ((i * 7 + j * 5) % 13) as f64 * 0.1 - 0.6;
    let X = Array2::from_shape_fn((3, 11), |(i, j)| number(i, j)).reversed_axes();
    let K = ndarray::Array3::from_shape_fn((4, 3, 4), |(i, j, k)| number(i + 3 * k, j));
    let Y = bank(&X, &K).unwrap();
    assert_eq!(Y.dim(), (4, 4));
    for ((y, o), found) in Y.indexed_iter() {
        let each = (0..4).map(|r| X.row(2 * y + r).dot(&K.slice(ndarray::s![o, .., r])));
        let wanted: f64 = each.sum();
        assert!(
            (found - wanted).abs() < 1e-12,
            "{y} {o}: {found} but {wanted}"
        );
    }
    assert!(bank::PLAN.contains("matrix product"), "{}", bank::PLAN);
    testing::check!(bank(X, K))?;
    let (X, w) = (
        array![[0.3, -0.7, 0.2], [0.4, 0.9, -0.1]],
        array![0.5, 1.0, 0.3],
    );
    testing::check!(corner(X, w))?;
    let (x, B) = (
        Array1::from_shape_fn(14, |i| number(i, 2)),
        Array2::from_shape_fn((4, 5), |(i, j)| number(i, j)),
    );
    let Y = blocked(&x, &B).unwrap();
    assert_eq!(Y.dim(), (3, 5));
    for ((i, p), found) in Y.indexed_iter() {
        let wanted: f64 = (0..4).map(|j| x[13 - 4 * i - j] * B[[j, p]]).sum();
        assert!(
            (found - wanted).abs() < 1e-12,
            "{i} {p}: {found} but {wanted}"
        );
    }
    testing::check!(blocked(x, B))?;
    assert!(
        blocked(&x, &Array2::zeros((0, 5)))
            .unwrap_err()
            .to_string()
            .contains("positive")
    );
    Ok(())
}

#[test]
#[allow(non_snake_case)]
fn rows_of_a_block_are_at_their_positions() -> Result<(), testing::Failure> {
    let (n, m, d) = (150, 130, 2);
    let number = |i: usize, j: usize| ((i * 7 + j * 5) % 13) as f64 * 0.1 - 0.6;
    let X = Array2::from_shape_fn((n, d), |(i, j)| number(i, j));
    let F = Array2::from_shape_fn((m, d), |(i, j)| number(i + 3, 2 * j));
    let w = Array1::from_shape_fn(m, |i| number(i, 1));
    let E = Array2::from_shape_fn((5, d), |(i, j)| number(i, j));
    let tok = Array1::from_shape_fn(n, |i| i * 3 % 5);
    let y = rows(&E, &F, &w, &tok).unwrap();
    for i in 0..n {
        let each = (0..m).map(|j| E.row(tok[i]).dot(&F.row(j)).exp() * w[j]);
        let wanted = each.sum::<f64>() + i as f64;
        assert!((y[i] - wanted).abs() < 1e-9, "{i}: {} but {wanted}", y[i]);
    }
    let (y, s) = shifted(&X, &F, &w).unwrap();
    let t = |i: usize, j: usize| {
        let next = if i + 1 < n {
            X.row(i + 1).dot(&F.row(j))
        } else {
            0.0
        };
        next + X.row(i).dot(&F.row(j.saturating_sub(i)))
    };
    let mut total = 0.0;
    for i in 0..n {
        let wanted: f64 = (0..m).map(|j| t(i, j).tanh() * w[j]).sum();
        assert!((y[i] - wanted).abs() < 1e-9, "{i}: {} but {wanted}", y[i]);
        total += (0..m)
            .map(|j| t(i, j).sin() * w[j] * (i as f64 - 2.0 * j as f64))
            .sum::<f64>();
    }
    assert!((s - total).abs() < 1e-7, "{s} but {total}");
    testing::check!(rows(E, F, w, const &tok))?;
    // ⟨J v, u⟩ = ⟨v, Jᵀ u⟩
    let v = shifted::Tangent {
        X: X.mapv(|x| x * x - 0.1),
        F: F.mapv(|x| 0.3 - x),
        w: w.mapv(|x| x + 0.2),
    };
    let u = y.mapv(|y: f64| (3.0 * y).sin());
    let (_, (dy, ds)) = shifted::jvp(&X, &F, &w, &v).unwrap();
    let (_, pullback) = shifted::vjp(&X, &F, &w).unwrap();
    let g = pullback.call(&u, 0.01).unwrap();
    let forward = dy.dot(&u) + 0.01 * ds;
    let backward = (&g.X * &v.X).sum() + (&g.F * &v.F).sum() + g.w.dot(&v.w);
    assert!(
        (forward - backward).abs() < 1e-9 * forward.abs().max(1.0),
        "{forward} but {backward}"
    );
    assert!(rows::PLAN.contains("at a time"), "{}", rows::PLAN);
    Ok(())
}

#[test]
fn nothing_is_read_of_nothing() {
    let none = Array1::<f64>::zeros(0);
    assert_eq!(same(&none, &array![1.0, 2.0]).unwrap().len(), 0);
    assert_eq!(around(&none).unwrap().len(), 0);
    assert_eq!(reversed(&none).unwrap().len(), 0);
    assert_eq!(concat(&none, &none).unwrap().len(), 0);
    assert_eq!(conv(&array![1.0], &array![1.0, 2.0]).unwrap().len(), 0);
    assert_eq!(diff(&array![1.0]).unwrap().len(), 0);
    assert_eq!(split(&array![1.0, 2.0]).unwrap().dim(), (0, 3));
    assert_eq!(
        embed(&Array2::<f64>::zeros((0, 3)), &array![])
            .unwrap()
            .dim(),
        (0, 3)
    );
    let k = array![1.0, 2.0];
    let (_, p) = same::vjp(&none, &k).unwrap();
    assert_eq!(p.call(&none).unwrap().K, array![0.0, 0.0]);
}

#[test]
fn errors_come_before_anything_is_written() {
    let e = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    let bad = array![2, 3, 2];
    let expected = "embed: `E` is read at position 3 of axis 0, which has length 3 (`tok[1]` is 3)";
    assert_eq!(embed(&e, &bad).unwrap_err().to_string(), expected);
    assert_eq!(embed(&e, &bad).unwrap_err().kind(), ErrorKind::Range);
    let mut out = Array2::from_elem((3, 2), 7.0);
    assert_eq!(
        embed::into(&e, &bad, &mut out).unwrap_err().to_string(),
        expected
    );
    assert!(embed::vjp(&e, &bad).is_err());
    assert!(embed::jacobian(&e, &bad).is_err());
    let mut workspace = embed::Workspace::default();
    assert!(embed::vjp_in(&e, &bad, &mut workspace, &mut out).is_err());
    assert_eq!(out, Array2::from_elem((3, 2), 7.0));
    assert_eq!(
        scatter(&e, &array![1, -1, 0], 2).unwrap_err().to_string(),
        "scatter: `Y` is written at position -1 of axis 0, which has length 2 (`tok[1]` is -1)"
    );
    // A position that is computed is checked before the first result is written.
    let x = array![[1.0, 2.0, 3.0], [9.0, 2.0, 3.0]];
    let (mut k, mut v) = (array![5, 5], array![7.0, 7.0]);
    assert_eq!(
        best::into(&x, &array![1.0, 2.0, 3.0], &mut k, &mut v)
            .unwrap_err()
            .to_string(),
        "best: `V` is read at position 3 of axis 0, which has length 3 (`k[0]` is 2)"
    );
    assert_eq!((k, v), (array![5, 5], array![7.0, 7.0]));
    assert_eq!(
        conv(&array![1.0], &array![1.0, 2.0, 3.0])
            .unwrap_err()
            .to_string(),
        "conv: the length `n - m + 1` would be -1: `n` is 1, `m` is 3"
    );
}

/// A quotient is no length: it may be negative, and what is made of it too.
#[test]
fn a_length_below_zero_is_an_error() {
    assert_eq!(windows(&array![1.0, 2.0], 1), Ok(array![]));
    assert_eq!(windows(&array![1.0], 3), Ok(array![]));
    let error = windows(&array![1.0], 1).expect_err("a length of -1");
    assert_eq!(
        error.to_string(),
        "windows: the length `(n - 3) / s + 1` would be -1: `s` is 1, `n` is 1"
    );
}

#[test]
fn a_function_is_given_computed_lengths() {
    let (a, b) = slope(&array![1.0, 2.0, 5.0, 8.0, 13.0], &array![1.0, 1.0]).unwrap();
    assert_eq!((a, b), (3.0, 8.0));
}

#[test]
fn jacobians_of_reads_along_two_axes() {
    let (x, v) = (array![0.3, -0.7, 0.9], array![1.0, 2.0, -1.0, 0.5, 3.0]);
    let jacobian = mixed::jacobian(&x, &v).unwrap();
    let (_, pullback) = mixed::vjp(&x, &v).unwrap();
    for i in 0..5 {
        let mut unit = Array1::zeros(5);
        unit[i] = 1.0;
        let gradient = pullback.call(&unit).unwrap();
        let off = &jacobian.y.X.row(i) - &gradient.X;
        assert!(off.iter().all(|e: &f64| e.abs() < 1e-12), "{i}: {off}");
    }
}

#[test]
fn what_is_dropped_has_no_gradient() {
    let (x, tok) = (array![1.0, 2.0, 3.0], array![0usize, 1, 9]);
    let (y, pullback) = dropped::vjp(&x, &tok, 2).unwrap();
    assert_eq!(y, array![4.0, 0.0]);
    let gradient = pullback.call(&array![1.0, 10.0]).unwrap();
    assert_eq!(gradient.x, array![0.0, 4.0, 0.0]);
}
