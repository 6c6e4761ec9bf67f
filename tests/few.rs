//! Reductions of a few terms each, of which many are computed side by side: against loops by hand, derivatives against
//! differences.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{einstan, testing};
use ndarray::{Array1, Array2, array, s};

einstan! {
    pub fn distances(X[n, 3], Y[m, 3]) -> D[n, m] { D[i,j] = sqrt(sum[k]((X[i,k] - Y[j,k])^2) + 0.1); }
    pub fn norms(X[n, 2]) -> y[n] { y[i] = logsumexp[k](X[i,k]); }
    pub fn both(X[n, 2, 3]) -> (a[n], b[n], c[n], d[n]) {
        a[i] = max[j,k](X[i,j,k]);
        b[i] = min[j,k](X[i,j,k]);
        c[i] = prod[j,k](1 + X[i,j,k]/4);
        d[i] = logsumexp[j,k](if j < k { X[i,j,k] } else { -inf });
    }
    /// Each number with its neighbours, of which those outside do not count: along rows, and in a table from above.
    pub fn smooth(x[n]) -> y[n] { y[i] = logsumexp[k: 3](x[pad(i + k - 1, -inf)]); }
    pub fn paths(C[t, n]) -> L[t, n] {
        L[x,i] = C[x,i] + (if x == 0 { 0 } else { logsumexp[k: 3](L[x-1, pad(i + k - 1, -inf)]) });
    }
    pub fn rotated(A[n, 3, 3], x[n, 3]) -> y[n, 3] { y[i,p] = sum[q](A[i,p,q]*x[i,q]); }
    pub fn looked_up(t[n, 2]: usize, w[m]) -> y[n] { y[i] = sum[k](w[t[i,k]]*(k + 1)); }
    pub fn diagonal(A[n, n, 2]) -> y[n] { y[i] = sum[k](A[i,i,k]^2); }
}

fn matrix(n: usize, m: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| {
        (i as f64 * 1.3 + j as f64 * 0.7 + 0.2).sin()
    })
}

fn logsumexp(all: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = all.clone().fold(f64::NEG_INFINITY, f64::max);
    match largest.is_finite() {
        true => largest + all.map(|x| (x - largest).exp()).sum::<f64>().ln(),
        false => largest,
    }
}

fn near(found: f64, expected: f64) {
    let same = found == expected || (found - expected).abs() < 1e-13 * (1.0 + expected.abs());
    assert!(same, "{found} is not {expected}");
}

/// The neighbours of a place.
fn around(n: usize, i: usize) -> impl Iterator<Item = usize> + Clone {
    (i.saturating_sub(1)..(i + 2).min(n))
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn values() {
    // Around the lengths of blocks and vectors.
    for n in [0, 1, 7, 31, 32, 41, 64, 65, 300] {
        let (x, y) = (matrix(n, 3), matrix(5, 3));
        let D = distances(&x, &y).unwrap();
        for ((i, j), &d) in D.indexed_iter() {
            let square = (0..3).map(|k| (x[[i, k]] - y[[j, k]]).powi(2)).sum::<f64>();
            near(d, (square + 0.1).sqrt());
        }
        let x = matrix(n, 2);
        let rows = norms(&x).unwrap();
        (0..n).for_each(|i| near(rows[i], logsumexp(x.row(i).into_iter().copied())));
        let x = matrix(n, 6).into_shape_with_order((n, 2, 3)).unwrap();
        let (a, b, c, d) = both(&x).unwrap();
        for i in 0..n {
            let all = || x.slice(s![i, .., ..]).into_iter().copied();
            near(a[i], all().fold(f64::NEG_INFINITY, f64::max));
            near(b[i], all().fold(f64::INFINITY, f64::min));
            near(c[i], all().map(|x| 1.0 + x / 4.0).product());
            near(
                d[i],
                logsumexp(
                    [(0, 1), (0, 2), (1, 2)]
                        .map(|(j, k)| x[[i, j, k]])
                        .into_iter(),
                ),
            );
        }
        let x = Array1::from_shape_fn(n, |i| (i as f64 * 1.7).sin());
        let y = smooth(&x).unwrap();
        (0..n).for_each(|i| near(y[i], logsumexp(around(n, i).map(|j| x[j]))));
        let C = matrix(4, n);
        let L = paths(&C).unwrap();
        let mut before = C.row(0).to_owned();
        for t in 1..4 {
            before = Array1::from_shape_fn(n, |i| {
                C[[t, i]] + logsumexp(around(n, i).map(|j| before[j]))
            });
        }
        (0..n).for_each(|i| near(L[[3, i]], before[i]));
    }
    let y = looked_up(&array![[0usize, 2], [1, 1]], &array![1.0, 10.0, 100.0]).unwrap();
    assert_eq!(y, array![201.0, 30.0]);
    assert!(looked_up(&array![[0usize, 3]], &array![1.0, 10.0, 100.0]).is_err());
}

#[test]
fn infinities() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let y = norms(&array![
        [-inf, -inf],
        [-inf, 1.0],
        [inf, 1.0],
        [inf, -inf],
        [nan, 1.0],
        [1000.0, 1000.0]
    ])
    .unwrap();
    assert_eq!(y.slice(s![..4]), array![-inf, 1.0, inf, inf]);
    assert!(y[4].is_nan());
    near(y[5], 1000.0 + 2f64.ln());
    let x = array![[-inf, -inf], [-inf, 1.0]];
    let (_, pullback) = norms::vjp(&x).unwrap();
    assert_eq!(
        pullback.call(&array![1.0, 1.0]).unwrap().X,
        array![[0.0, 0.0], [0.0, 1.0]]
    );
}

#[test]
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    let (X, Y) = (matrix(9, 3), matrix(5, 3));
    testing::check!(distances(X, Y))?;
    let X = matrix(9, 2);
    testing::check!(norms(X))?;
    let x = Array1::from_shape_fn(9, |i| (i as f64 * 1.7).sin());
    testing::check!(smooth(x))?;
    let C = matrix(4, 9);
    testing::check!(paths(C))?;
    let (A, x) = (
        matrix(9, 9).into_shape_with_order((9, 3, 3)).unwrap(),
        matrix(9, 3),
    );
    testing::check!(rotated(A, x))?;
    let A = matrix(4, 8).into_shape_with_order((4, 4, 2)).unwrap();
    testing::check!(diagonal(A))?;
    let (t, w) = (array![[0usize, 2], [1, 1]], array![1.0, 10.0, 100.0]);
    testing::check!(looked_up(const &t, w))?;
    Ok(())
}
