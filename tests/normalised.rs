//! What normalisations are made of: residuals of a mean, whose sum is zero and is not computed, divisions by roots, which become
//! products, and sums that one walk computes. Values against loops by hand, derivatives against differences.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::{einstan, testing};
use ndarray::{Array1, Array2, Array3, array};

einstan! {
    pub fn standard(X[n, k]) -> Y[n, k] {
        mu[i] = mean[j](X[i,j]);
        var[i] = mean[j]((X[i,j] - mu[i])^2);
        Y[i,j] = (X[i,j] - mu[i])/sqrt(var[i] + 1e-3);
    }
    pub fn standard_images(X[n, 4, k]) -> Y[n, 4, k] {
        mu[i] = mean[j,l](X[i,j,l]);
        var[i] = mean[j,l]((X[i,j,l] - mu[i])^2);
        Y[i,j,l] = (X[i,j,l] - mu[i])/sqrt(var[i] + 1e-3);
    }
    /// The residuals of all rows: each sum over a row is zero too.
    pub fn over_more(X[n, k], c[n]) -> s {
        mu[i] = mean[j](X[i,j]);
        s = sum[i,j](c[i]*(X[i,j] - mu[i])) + sum[i](c[i]^2);
    }
    /// No residuals: of another row, over the other axis, with a factor along the row, of a mean over less, of a power.
    pub fn other_row(X[n, n]) -> s { mu[i] = mean[j](X[i,j]); s = sum[i,j](X[i,j]*(X[j,i] - mu[i])); }
    pub fn turned(X[n, n]) -> s[n] { mu[i] = mean[j](X[i,j]); s[i] = sum[j](X[j,i] - mu[i]); }
    pub fn weighted(X[n, k], w[k]) -> s[n] { mu[i] = mean[j](X[i,j]); s[i] = sum[j](w[j]*(X[i,j] - mu[i])); }
    pub fn columns(X[n, k]) -> s[k] { mu[i] = mean[j](X[i,j]); s[j] = sum[i](X[i,j] - mu[i]); }
    #[einstan(allow(unread))]
    pub fn blocks(X[n, k, l]) -> s[n] { mu[i,j] = mean[p](X[i,j,p]); s[i] = sum[j,p](mu[i,0] - X[i,j,p]); }
    pub fn other_count(X[n, k], y[m]) -> s[n] {
        mu[i] = sum[j](X[i,j])/len(m) + 0*y[0];
        s[i] = sum[j](X[i,j] - mu[i]);
    }
    pub fn diagonal(X[n, n]) -> s { m = mean[i](X[i,i]); s = sum[i,j](X[i,j] - m); }
    /// A sum that is zero is what it is, and so is what depends on it.
    pub fn nothing(X[n, k]) -> (s[n], t) {
        mu[i] = mean[j](X[i,j]);
        s[i] = sum[j](X[i,j] - mu[i]);
        t = sum[i](exp(s[i]));
    }

    pub fn by_roots(X[n, k], v[n], w[k]) -> Y[n, k] {
        Y[i,j] = X[i,j]/sqrt(v[i]) + X[i,j]/(2*sqrt(w[j])) - v[i]/sqrt(v[i]);
    }
    pub fn by_others(X[n, k], v[n]) -> Y[n, k] { Y[i,j] = X[i,j]/v[i]; }
    pub fn moments(X[n, k], Y[n, k]) -> (a[n], b[n], c[n], d[n], e[n], f[n]) {
        a[i] = sum[j](X[i,j]*Y[i,j]^2);
        b[i] = max[j](X[i,j]*Y[i,j]^2);
        c[i] = min[j](X[i,j]);
        d[i] = prod[j](1 + X[i,j]/8);
        e[i] = sum[j](X[i,j]);
        f[i] = sum[j](X[i,j] - a[i]);
    }
    pub fn of_moments(X[n, k], Y[n, k]) -> s {
        (a, b, _, d, e, f) = moments(X, Y);
        s = sum[i](a[i]*b[i] + d[i]*e[i] - f[i]^2);
    }
    pub fn cubes(X[n, k], Y[n, k]) -> s { Z = standard(X); s = sum[i,j](Z[i,j]^3*Y[i,j]); }
}

fn matrix(n: usize, m: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| {
        (i as f64 * 1.3 + j as f64 * 0.7 + 0.2).sin()
    })
}

fn mean(row: ndarray::ArrayView1<'_, f64>) -> f64 {
    row.sum() / row.len() as f64
}

#[test]
fn derivatives_agree_with_differences() -> Result<(), testing::Failure> {
    let (X, c, v) = (matrix(3, 5), array![0.5, -1.0, 2.0], array![0.5, 1.0, 2.0]);
    let w = array![0.5, 1.0, 2.0, 0.1, 0.3];
    testing::check!(standard(X))?;
    testing::check!(over_more(X, c), hvp)?;
    testing::check!(weighted(X, w))?;
    testing::check!(columns(X))?;
    testing::check!(by_roots(X, v, w))?;
    let y = array![0.5, -1.0];
    testing::check!(other_count(X, y))?;
    let Y = matrix(3, 5) + 0.3;
    testing::check!(of_moments(X, Y), hvp)?;
    testing::check!(cubes(X, Y), hvp)?;
    let X = matrix(4, 4);
    testing::check!(other_row(X), hvp)?;
    testing::check!(turned(X))?;
    testing::check!(diagonal(X))?;
    let X = Array3::from_shape_fn((2, 4, 3), |(i, j, k)| (i + 2 * j + k * k) as f64 * 0.1);
    testing::check!(blocks(X))?;
    testing::check!(standard_images(X))?;
    Ok(())
}

#[test]
fn no_pass_is_made_for_the_mean_in_a_variance() {
    for plan in [standard::PLAN, standard_images::PLAN] {
        let (_, backward) = plan.split_once("backward").expect("two passes");
        assert_eq!(backward.matches("= sum over").count(), 2, "{plan}");
    }
}

#[test]
fn values() {
    for (n, k) in [(3, 5), (1, 1), (2, 700)] {
        let x = matrix(n, k);
        let y = standard(&x).unwrap();
        for (x, y) in x.rows().into_iter().zip(y.rows()) {
            let m = mean(x);
            let var = x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / k as f64;
            let near = |(x, y): (&f64, &f64)| ((x - m) / (var + 1e-3).sqrt() - y).abs() < 1e-13;
            assert!(x.iter().zip(y).all(near));
        }
    }
    let q = matrix(4, 4);
    let m: Vec<f64> = q.rows().into_iter().map(mean).collect();
    let expected = Array1::from_shape_fn(4, |i| (0..4).map(|j| q[[j, i]] - m[i]).sum::<f64>());
    assert!(
        (turned(&q).unwrap() - expected)
            .iter()
            .all(|d| d.abs() < 1e-13)
    );
    let (s, t) = nothing(&matrix(3, 5)).unwrap();
    assert!(s.iter().all(|s| s.abs() < 1e-14) && (t - 3.0).abs() < 1e-14);
}

#[test]
fn the_sum_of_residuals_has_no_derivative() {
    let x = matrix(3, 5);
    let (_, pullback) = nothing::vjp(&x).unwrap();
    let g = pullback.call(&array![1.0, 2.0, 3.0], 4.0).unwrap();
    assert!(g.X.iter().all(|d| d.abs() < 1e-14));
    let (e, g) = over_more::value_and_grad(&x, &array![0.5, -1.0, 2.0]).unwrap();
    assert!((e - 5.25).abs() < 1e-14);
    assert!(g.X.iter().all(|d| d.abs() < 1e-14));
    assert!(
        (g.c - array![1.0, -2.0, 4.0])
            .iter()
            .all(|d| d.abs() < 1e-14)
    );
}

#[test]
fn divisions_at_the_ends_of_the_range() {
    let inf = f32::INFINITY;
    for (x, v) in [
        (1.0f32, 0.0),
        (0.0, 0.0),
        (-1.0, 0.0),
        (1.0, inf),
        (inf, inf),
        (inf, 2.0),
        (f32::MAX, 1e-45),
        (1e-45, 1e38),
        (3e38, 1.5),
        (1.0, f32::NAN),
        (1.0, -1.0),
        (f32::MIN_POSITIVE, 1e-38),
    ] {
        let (a, b) = (Array2::from_elem((2, 3), x), Array1::from_elem(2, v));
        let y = by_roots(&a, &b, &Array1::from_elem(3, 1.0)).unwrap();
        let expected = x / v.sqrt() + x / 2.0 - v / v.sqrt();
        let same = |y: f32| {
            y.is_nan() && expected.is_nan() || y == expected || (y / expected - 1.0).abs() < 5e-7
        };
        assert!(
            y.iter().all(|&y| same(y)),
            "{x} and {v}: {y} is not {expected}"
        );
        // Of other divisors the reciprocal may be out of range.
        let y = by_others(&a, &b).unwrap();
        assert!(
            y.iter()
                .all(|&y| y == x / v || y.is_nan() && (x / v).is_nan())
        );
    }
    let tiny = f32::MIN_POSITIVE / 8.0;
    let y = by_others(&array![[tiny, 2.0 * tiny]], &array![tiny]).unwrap();
    assert_eq!(y, array![[1.0, 2.0]]);
}

#[test]
fn sums_in_one_walk() {
    for (n, k) in [(3, 5), (1, 1), (2, 700), (2, 0)] {
        let (x, y) = (matrix(n, k), matrix(n, k) + 0.3);
        if k == 0 {
            assert!(moments(&x, &y).is_err(), "a maximum of nothing");
            continue;
        }
        let (a, b, c, d, e, f) = moments(&x, &y).unwrap();
        for i in 0..n {
            let both = || x.row(i).into_iter().zip(y.row(i)).map(|(x, y)| x * y * y);
            let near = |found: f64, expected: f64| {
                assert!(
                    (found - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
                    "{found} is not {expected}"
                );
            };
            near(a[i], both().sum());
            near(b[i], both().fold(f64::NEG_INFINITY, f64::max));
            near(
                c[i],
                x.row(i).into_iter().copied().fold(f64::INFINITY, f64::min),
            );
            near(d[i], x.row(i).into_iter().map(|x| 1.0 + x / 8.0).product());
            near(e[i], x.row(i).sum());
            near(f[i], x.row(i).sum() - k as f64 * a[i]);
        }
    }
}
