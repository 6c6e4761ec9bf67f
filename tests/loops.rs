//! Sums that are computed in another way than they are written, at the lengths where the way changes: windows beyond the
//! edges of a tensor, beside loops by hand, and distances between rows.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{einstan, testing};
use ndarray::{Array2, Array3, Array4, Axis};

einstan! {
    pub fn same(X[n, c, h, w], K[o, c, r, s]) -> Y[n, o, h, w] {
        Y[n, o, y, x] = X[n, c, pad(y + r - len(r)/2), pad(x + s - len(s)/2)] * K[o, c, r, s];
    }
    pub fn valid(X[n, c, h, w], K[o, c, r, s]) -> Y[n, o, h - r + 1, w - s + 1] {
        Y[n, o, y, x] = X[n, c, y + r, x + s] * K[o, c, r, s];
    }
    pub fn before(X[h, w, c], K[r, s, c, o], a) -> Y[h, w, o] {
        Y[i, j, o] = sum[r, s, c](
            if i - r - 1 >= 0 && j - s - 1 >= 0 { a*X[i - r - 1, j - s - 1, c]*K[r, s, c, o] } else { 0 });
    }
    pub fn distance(X[n, d], Y[m, d]) -> D[n, m] {
        D[i, j] = sum[k]((X[i, k] - Y[j, k])^2);
    }
    pub fn absolute(X[b, n, d], Y[b, d, m], g[d]) -> D[b, n, m] {
        D[p, i, j] = sum[k](g[k]*abs(X[p, i, k] - Y[p, k, j]));
    }
    /// What changes is read too.
    pub fn drift(mut W[n, m], X[n, d], Y[m, d]) { W[i, j] += sum[k](abs(X[i, k] - Y[j, k]*W[i, j])); }
    pub fn kernel(X[n, d], Y[m, d], w[m]) -> y[n] {
        y[i] = sum[j](w[j]*exp(-sum[k]((X[i, k] - Y[j, k])^2)));
    }
}

fn numbers<D: ndarray::Dimension, S: ndarray::ShapeBuilder<Dim = D>>(
    lens: S,
    seed: f64,
) -> ndarray::Array<f64, D> {
    let mut at = seed;
    ndarray::Array::from_shape_simple_fn(lens, || {
        at += 1.0;
        (at * 12.9898).sin()
    })
}

fn close(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>) {
    let (a, b): (Vec<f64>, Vec<f64>) = (a.into_iter().collect(), b.into_iter().collect());
    assert_eq!(a.len(), b.len());
    for (x, y) in a.into_iter().zip(b) {
        let near = x == y || (x - y).abs() <= 1e-9 * (1.0 + y.abs()) || x.is_nan() && y.is_nan();
        assert!(near, "{x} is not {y}");
    }
}

/// Y of `same`, or of `valid`, term by term, with what each term adds to the gradients; `edge` is how far a window reaches
/// beyond.
fn by_hand(
    X: &Array4<f64>,
    K: &Array4<f64>,
    Y_bar: &Array4<f64>,
    edge: [isize; 2],
    within: bool,
) -> [Array4<f64>; 3] {
    let (n, _, h, w) = X.dim();
    let (o, c, r, s) = K.dim();
    let mut Y = Array4::zeros(Y_bar.dim());
    let (mut X_bar, mut K_bar) = (Array4::zeros(X.dim()), Array4::zeros(K.dim()));
    let (_, _, rows, columns) = Y.dim();
    for at in ndarray::indices((n, o, rows, columns)) {
        for term in ndarray::indices((c, r, s)) {
            let ((n, o, y, x), (c, r, s)) = (at, term);
            let (i, j) = (
                y as isize + r as isize - edge[0],
                x as isize + s as isize - edge[1],
            );
            let inside = 0 <= i && i < h as isize && 0 <= j && j < w as isize;
            assert!(inside || within);
            let place = [n, c, i as usize, j as usize];
            // Beyond the edge is a zero, which is multiplied like another number.
            Y[at] += K[[o, c, r, s]] * if inside { X[place] } else { 0.0 };
            K_bar[[o, c, r, s]] += Y_bar[at] * if inside { X[place] } else { 0.0 };
            if inside {
                X_bar[place] += Y_bar[at] * K[[o, c, r, s]];
            }
        }
    }
    [Y, X_bar, K_bar]
}

#[test]
fn windows_beyond_the_edges() {
    for (n, c, o, h, w, r, s) in [
        (1, 1, 1, 1, 1, 1, 1),
        (1, 1, 1, 1, 1, 3, 3),
        (2, 3, 2, 5, 4, 3, 2),
        (1, 2, 3, 9, 17, 5, 3),
        (3, 1, 2, 4, 33, 1, 4),
        (0, 2, 2, 4, 4, 3, 3),
        (1, 0, 2, 4, 4, 3, 3),
        (1, 2, 0, 4, 4, 3, 3),
    ] {
        let (X, K) = (numbers((n, c, h, w), 1.0), numbers((o, c, r, s), 50.0));
        let edge = [r as isize / 2, s as isize / 2];
        for bad in [None, Some(f64::INFINITY), Some(f64::NAN)] {
            let mut K = K.clone();
            if let (Some(bad), Some(x)) = (bad, K.first_mut()) {
                *x = bad;
            }
            let Y_bar = numbers((n, o, h, w), 99.0);
            let [y, dx, dk] = by_hand(&X, &K, &Y_bar, edge, true);
            let (value, pullback) = same::vjp(&X, &K).unwrap();
            let gradient = pullback.call(&Y_bar).unwrap();
            close(value, y);
            close(gradient.X, dx);
            close(gradient.K, dk);
            if h < r || w < s {
                continue;
            }
            let Y_bar = numbers((n, o, h - r + 1, w - s + 1), 99.0);
            let [y, dx, dk] = by_hand(&X, &K, &Y_bar, [0, 0], false);
            let (value, pullback) = valid::vjp(&X, &K).unwrap();
            let gradient = pullback.call(&Y_bar).unwrap();
            close(value, y);
            close(gradient.X, dx);
            close(gradient.K, dk);
        }
    }
    let (X, K): (Array4<f64>, Array4<f64>) =
        (numbers((2, 2, 5, 4), 1.0), numbers((3, 2, 3, 3), 2.0));
    testing::check!(same(X, K)).unwrap();
}

#[test]
fn what_a_condition_leaves_out_is_not_multiplied() {
    let X: Array3<f64> = numbers((5, 6, 3), 1.0);
    let K: Array4<f64> = numbers((2, 3, 3, 4), 2.0);
    for a in [2.0, f64::INFINITY, f64::NAN] {
        let Y = before(&X, &K, a).unwrap();
        for ((i, j, o), &y) in Y.indexed_iter() {
            let terms = ndarray::indices((2, 3, 3))
                .into_iter()
                .filter(|&(r, s, _)| r < i && s < j);
            let right: f64 = terms
                .map(|(r, s, c)| a * X[[i - r - 1, j - s - 1, c]] * K[[r, s, c, o]])
                .sum();
            close([y], [right]);
        }
    }
}

#[test]
fn distances() {
    for n in [0, 1, 7, 8, 9, 20] {
        for m in [0, 1, 15, 16, 17, 64, 65, 130] {
            for d in [0, 1, 3, 64] {
                let (X, Y): (Array2<f64>, Array2<f64>) =
                    (numbers((n, d), 1.0), numbers((m, d), 9.0));
                let right = Array2::from_shape_fn((n, m), |(i, j)| {
                    (&X.row(i) - &Y.row(j)).mapv(|x| x * x).sum()
                });
                close(distance(&X, &Y).unwrap(), right.clone());
                let start: Array2<f64> = numbers((n, m), 5.0);
                let moved = Array2::from_shape_fn((n, m), |(i, j)| {
                    let w = start[[i, j]];
                    w + (0..d)
                        .map(|k| (X[[i, k]] - Y[[j, k]] * w).abs())
                        .sum::<f64>()
                });
                let mut W = start;
                drift(&mut W, &X, &Y).unwrap();
                close(W, moved);
                // In another order of memory.
                let (Xt, Yt) = (X.t().to_owned(), Y.t().to_owned());
                close(distance(&Xt.t(), &Yt.t()).unwrap(), right.clone());
                let (X, Y) = (
                    X.insert_axis(Axis(0)),
                    Y.t().to_owned().insert_axis(Axis(0)),
                );
                let g = ndarray::Array1::from_elem(d, 2.0);
                let right = Array2::from_shape_fn((n, m), |(i, j)| {
                    (0..d)
                        .map(|k| 2.0 * (X[[0, i, k]] - Y[[0, k, j]]).abs())
                        .sum()
                });
                close(absolute(&X, &Y, &g).unwrap(), right);
            }
        }
    }
    let (X, Y): (Array2<f64>, Array2<f64>) = (numbers((9, 3), 1.0), numbers((17, 3), 9.0));
    let w: ndarray::Array1<f64> = numbers(17, 4.0);
    testing::check!(distance(X, Y)).unwrap();
    testing::check!(kernel(X, Y, w)).unwrap();
}
