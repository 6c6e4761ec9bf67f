//! Reductions over the neighbours of each place, at lengths where the way of computing them changes, beside loops by hand; their
//! derivatives beside differences.

use einstan::{Error, einstan};
use ndarray::{Array1, Array2, ArrayView1, array};

einstan! {
    pub fn least(X[h, w], dim r) -> Y[h, w] {
        Y[y,x] = min[u: 2*r + 1, v: 2*r + 1](X[pad(y + u - len(r), inf), pad(x + v - len(r), inf)]);
    }
    pub fn held(X[h, w], dim r) -> Y[h, w] {
        Y[y,x] = min[u: 2*r + 1, v: 2*r + 1](X[clamp(y + u - len(r)), clamp(x + v - len(r))]);
    }
    pub fn products(x[n], dim k) -> y[n] { y[i] = prod[j: k](x[pad(i + 1 - j, 1)]); }
    pub fn reversed(x[n], k[m]) -> y[n] { y[i] = x[pad(j - i + len(n) - 1)]*k[j]; }
    pub fn exponentials(x[n], dim s) -> y[n] { y[i] = sum[j: 3](exp(x[pad(len(s)*i + j - 1)])); }
    /// What does not move with the window is read in it as well.
    pub fn scaled(x[n], c[m]) -> y[n] { y[i] = sum[j: 3](if i >= j { exp(x[i-j]*c[0]) } else { 0 }); }
    pub fn heat(u0[n], k[r], dim steps) -> u[steps, n] {
        u[t,i] = if t == 0 { u0[i] } else { sum[j](u[t-1, pad(i + j - 1)]*k[j]) };
    }
}

const LENGTHS: [usize; 8] = [0, 1, 2, 5, 31, 33, 64, 70];

fn numbers(n: usize) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| ((i * 7) as f64).sin() + 1.5)
}

fn close(found: impl IntoIterator<Item = f64>, right: impl IntoIterator<Item = f64>) {
    let (found, right): (Vec<f64>, Vec<f64>) =
        (found.into_iter().collect(), right.into_iter().collect());
    assert_eq!(found.len(), right.len());
    for (a, b) in found.into_iter().zip(right) {
        assert!(
            a == b || (a - b).abs() < 1e-7 * (1.0 + b.abs()),
            "{a} is not {b}"
        );
    }
}

/// The element at a position, or what stands outside.
fn at(x: ArrayView1<'_, f64>, i: isize, outside: f64) -> f64 {
    let inside = usize::try_from(i).ok().and_then(|i| x.get(i));
    inside.copied().unwrap_or(outside)
}

/// The derivative of the sum of a function's results by each number, as differences.
fn differences(
    x: &Array1<f64>,
    f: impl Fn(&Array1<f64>) -> Result<Array1<f64>, Error>,
) -> Result<Vec<f64>, Error> {
    let step = 1e-6;
    let sum = |i: usize, by: f64| {
        let mut x = x.clone();
        x[i] += by;
        Ok(f(&x)?.sum())
    };
    (0..x.len())
        .map(|i| Ok((sum(i, step)? - sum(i, -step)?) / (2.0 * step)))
        .collect()
}

#[test]
fn the_least_of_each_window() -> Result<(), Error> {
    for h in LENGTHS {
        let x = Array2::from_shape_fn((h, h + 3), |(i, j)| ((i * 7 + j * 3) as f64).sin());
        let w = h + 3;
        let near = |(y, x): (usize, usize)| {
            let rows = y.saturating_sub(2)..(y + 3).min(h);
            rows.flat_map(move |a| (x.saturating_sub(2)..(x + 3).min(w)).map(move |b| (a, b)))
        };
        let right = x
            .indexed_iter()
            .map(|(at, _)| near(at).fold(f64::INFINITY, |m, p| m.min(x[p])));
        let (y, pullback) = least::vjp(&x, 2)?;
        close(y.clone(), right.clone());
        // What lies nearest to an edge stands for what is beyond: it is in the window anyhow.
        if h > 0 {
            close(held(&x, 2)?, right);
        }
        let gradient = pullback.call(&y.mapv(|_| 1.0))?.X;
        close([gradient.sum()], [(h * w) as f64]);
    }
    Ok(())
}

#[test]
fn sums_and_products_of_windows() -> Result<(), Error> {
    let k = array![0.5, -1.0, 2.0, 0.1];
    for n in LENGTHS {
        let x = numbers(n);
        let places = 0..n as isize;
        let product = |i: isize| (0..4).map(|j| at(x.view(), i + 1 - j, 1.0)).product();
        close(products(&x, 4)?, places.clone().map(product));
        let last = n as isize - 1;
        let sum = |i: isize| {
            (0..4)
                .map(|j| at(x.view(), j - i + last, 0.0) * k[j as usize])
                .sum()
        };
        close(reversed(&x, &k)?, places.clone().map(sum));
        let sum = |i: isize| (0..3).map(|j| at(x.view(), 2 * i + j - 1, 0.0).exp()).sum();
        close(exponentials(&x, 2)?, places.map(sum));

        let ones = Array1::ones(n);
        let gradient = products::vjp(&x, 4)?.1.call(&ones)?.x;
        close(gradient, differences(&x, |x| products(x, 4))?);
        let gradient = reversed::vjp(&x, &k)?.1.call(&ones)?.x;
        close(gradient, differences(&x, |x| reversed(x, &k))?);
        let gradient = exponentials::vjp(&x, 2)?.1.call(&ones)?.x;
        close(gradient, differences(&x, |x| exponentials(x, 2))?);
    }
    Ok(())
}

#[test]
fn what_does_not_move_with_a_window() -> Result<(), Error> {
    let c = array![0.7, 9.0];
    for n in LENGTHS {
        let x = numbers(n);
        let sum = |i: usize| (0..3.min(i + 1)).map(|j| f64::exp(x[i - j] * c[0])).sum();
        close(scaled(&x, &c)?, (0..n).map(sum));
        let gradient = scaled::vjp(&x, &c)?.1.call(&Array1::ones(n))?;
        close(gradient.x, differences(&x, |x| scaled(x, &c))?);
        close(gradient.c, differences(&c, |c| scaled(&x, c))?);
        assert_eq!(scaled(&x, &array![]).is_err(), n > 0);
    }
    Ok(())
}

#[test]
fn windows_of_a_recurrence() -> Result<(), Error> {
    let k = array![0.25, 0.5, 0.25];
    for n in LENGTHS {
        let mut row = numbers(n);
        let mut right = row.to_vec();
        let u = heat(&row, &k, 6)?;
        for _ in 1..6 {
            let next = |i: usize| {
                (0..3)
                    .map(|j| at(row.view(), (i + j) as isize - 1, 0.0) * k[j])
                    .sum()
            };
            row = Array1::from_shape_fn(n, next);
            right.extend(row.iter());
        }
        close(u, right);
    }
    Ok(())
}
