//! Axes that are merged and split by subscripts: values against loops by hand, derivatives against differences, and
//! products that read them where they lie.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{ErrorKind, einstan, testing};
use ndarray::{Array1, Array2, Array3};

einstan! {
    pub fn merge(X[n, m]) -> Y[n*m] { Y[p] = X[p / len(m), p % len(m)]; }
    pub fn turned(X[n, m]) -> Y[n*m] { Y[p] = X[p % len(n), p / len(n)]; }
    pub fn merge3(X[a, b, c]) -> Y[a*b*c] { Y[p] = X[p / (len(b)*len(c)), p / len(c) % len(b), p % len(c)]; }
    /// Rows of a batch as rows of one matrix.
    pub fn rows(X[n, m, j], W[j, k]) -> Z[n*m, k] {
        F[p: n*m, q] = X[p / len(m), p % len(m), q];
        Z[p, r] = F[p, q]*W[q, r];
    }
    /// Heads beside each other.
    pub fn heads(A[h, t, c], B[h, c, k]) -> Z[t, k] {
        O[s, e: h*c] = A[e / len(c), s, e % len(c)];
        P[e: h*c, l] = B[e / len(c), e % len(c), l];
        Z[s, l] = O[s, e]*P[e, l];
    }
    pub fn patches(X[h, w, k], dim n, dim m) -> P[n, m, 4*k] {
        P[i, j, c] = X[2*i + c / (2*len(k)), 2*j + c / len(k) % 2, c % len(k)];
    }
    pub fn split(X[n, e], W[c, k], dim h) -> Z[h, n, k] {
        H[g: h, i, d: c] = X[i, g*len(c) + d];
        Z[g, i, l] = H[g, i, d]*W[d, l];
    }
    /// What the index is beside its digits counts too.
    pub fn beside(X[n, m], y[k]) -> s {
        s = sum[p: n*m](X[p / len(m), p % len(m)]^2 * (p + 1) + (if p % len(m) == 0 { p } else { 0 })) + y[0];
    }
    pub fn largest(X[n, m]) -> s { s = max[p: n*m](X[p / len(m), p % len(m)]); }
    pub fn place(X[n, m]) -> k: usize { k = argmax[p: n*m](X[p / len(m), p % len(m)]); }
    pub fn normal(X[n, m]) -> P[n*m] { P[p] = softmax[p](X[p / len(m), p % len(m)]); }
    pub fn scattered(x[e], dim n, dim m) -> Y[n, m] { Y[p / len(m), p % len(m)] += x[p]; }
}

fn matrix(n: usize, m: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| {
        (i as f64 * 1.3 + j as f64 * 0.7 + 0.2).sin()
    })
}

fn cube(a: usize, b: usize, c: usize) -> Array3<f64> {
    Array3::from_shape_fn((a, b, c), |(i, j, k)| {
        (i as f64 * 1.3 + j as f64 * 0.7 - k as f64).cos()
    })
}

#[test]
fn values() {
    for (n, m) in [(1, 1), (4, 3), (2, 300)] {
        let x = matrix(n, m);
        let y = merge(&x).unwrap();
        assert_eq!(y, Array1::from_iter(x.iter().copied()));
        assert_eq!(turned(&x.t()).unwrap().len(), n * m);
        assert_eq!(
            turned(&x).unwrap(),
            Array1::from_iter(x.t().iter().copied())
        );
        assert_eq!(scattered(&y, n, m).unwrap(), x);
        // Axes in any order of memory.
        let z = matrix(m, n);
        assert_eq!(
            merge(&z.t()).unwrap(),
            Array1::from_iter(z.t().iter().copied())
        );
    }
    // A remainder by zero is none, of nothing either.
    assert!(merge(&matrix(0, 3)).unwrap().is_empty());
    let error = merge(&matrix(3, 0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Range);
    let x = cube(2, 3, 4);
    assert_eq!(merge3(&x).unwrap(), Array1::from_iter(x.iter().copied()));
    let w = matrix(4, 5);
    let flat = x.to_shape((6, 4)).unwrap().dot(&w);
    assert!(
        (&rows(&x, &w).unwrap() - &flat)
            .iter()
            .all(|d| d.abs() < 1e-14)
    );
    let b = cube(2, 4, 3);
    let z = heads(&x, &b).unwrap();
    for s in 0..3 {
        for l in 0..3 {
            let sum: f64 = (0..2)
                .flat_map(|h| (0..4).map(move |c| (h, c)))
                .map(|(h, c)| x[[h, s, c]] * b[[h, c, l]])
                .sum();
            assert!((z[[s, l]] - sum).abs() < 1e-14);
        }
    }
    let p = patches(&cube(4, 6, 2), 2, 3).unwrap();
    for ((i, j, c), &value) in p.indexed_iter() {
        assert_eq!(
            value,
            cube(4, 6, 2)[[2 * i + c / 4, 2 * j + c / 2 % 2, c % 2]]
        );
    }
    let (x, w) = (matrix(3, 6), matrix(2, 4));
    let z = split(&x, &w, 3).unwrap();
    for ((g, i, l), &value) in z.indexed_iter() {
        let sum: f64 = (0..2).map(|d| x[[i, g * 2 + d]] * w[[d, l]]).sum();
        assert!((value - sum).abs() < 1e-14);
    }
    let x = matrix(3, 4);
    let sum: f64 = x
        .iter()
        .enumerate()
        .map(|(p, v)| v * v * (p as f64 + 1.0))
        .sum();
    let s = beside(&x, &Array1::zeros(1)).unwrap();
    assert!((s - sum - 12.0).abs() < 1e-13, "{s} {sum}");
    let most = x.iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(largest(&x).unwrap(), most);
    assert_eq!(x.iter().nth(place(&x).unwrap()), Some(&most));
    assert!((normal(&x).unwrap().sum() - 1.0).abs() < 1e-14);
}

#[test]
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    let (X, y) = (matrix(3, 2), Array1::from_elem(1, 0.5));
    testing::check!(merge(X))?;
    testing::check!(turned(X))?;
    testing::check!(beside(X, y), hvp)?;
    testing::check!(largest(X))?;
    testing::check!(normal(X))?;
    let X = cube(2, 3, 2);
    testing::check!(merge3(X))?;
    let W = matrix(2, 3);
    testing::check!(rows(X, W))?;
    let (A, B) = (cube(2, 3, 2), cube(2, 2, 3));
    testing::check!(heads(A, B))?;
    let X = cube(4, 2, 2);
    testing::check!(patches(X, const 2, const 1))?;
    let (X, W) = (matrix(3, 4), matrix(2, 3));
    testing::check!(split(X, W, const 2))?;
    let x = Array1::from_elem(6, 0.5);
    testing::check!(scattered(x, const 2, const 3))?;
    Ok(())
}

#[test]
fn products_read_what_lies_there() {
    for plan in [rows::PLAN, heads::PLAN, split::PLAN] {
        let forward = plan.split("backward").next().unwrap();
        assert!(forward.contains(": matrix product"), "{plan}");
        assert!(!forward.contains("memory"), "{plan}");
    }
    let lines = merge::PLAN
        .lines()
        .filter(|l| l.contains("Y[len(m) * p + "))
        .count();
    assert_eq!(lines, 1, "{}", merge::PLAN);
}
