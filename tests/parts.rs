//! Long rows, of which threads take parts, and loops that are divided for it: values beside those of loops by hand, on one
//! thread and on three.

#![allow(non_snake_case)] // variables are called like the parameters

use einstan::einstan;
use ndarray::{Array1, Array2, s};

einstan! {
    /// One row; a part reads beside its place, and from the other end.
    pub fn row(X[n]) -> Y[n] {
        Y[i] = X[i]*X[len(n) - 1 - i] + X[clamp(i + 1)] + i;
    }

    /// In place: each element is read where it is written.
    pub fn moved(mut x[n], y[n]) {
        x[i] = 0.5*x[i] + y[i]^2;
    }

    /// What is added up over the rows reads what the rows say first.
    pub fn columns(X[n, m]) -> (y[n], g[m], Z[n, m]) {
        y[i] = sum[j](X[i,j]^2);
        Z[i,j] = X[i,j]*y[i];
        g[j] = sum[i](X[i,j]*y[i]);
    }

    /// What is added up is read before it changes.
    pub fn changed(mut X[n, m]) -> g[m] {
        g[j] = sum[i](X[i,j]);
        X[i,j] = 2*X[i,j] + 1;
    }

    /// Places that are read from a tensor: several rows go to one.
    pub fn gathered(E[v, d], const q[t]: usize) -> Y[t, d] {
        Y[i,j] = E[q[i],j];
    }

    /// What is computed along j first is read along j by loops of other kinds.
    pub fn hoisted(x[m], A[n, m], B[b, m]) -> Y[b, n] {
        Y[b,i] = sum[j](exp(x[j]) * max(A[i,j], B[b,j]));
    }

    /// Rows of a recurrence, up and down.
    pub fn steps(X[t, m], a) -> (H[t, m], G[t, m]) {
        H[t,j] = a*H[pad(t - 1), j] + X[t,j];
        G[t,j] = a*G[pad(t + 1), j] + H[t,j];
    }

    pub fn norm(X[n, m], g[m], b[m]) -> Y[n, m] {
        mu[i] = mean[j](X[i,j]);
        Y[i,j] = (X[i,j] - mu[i])*g[j] + b[j];
    }
}

const N: usize = 700;
const M: usize = 600;

fn numbers(n: usize, seed: f64) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| ((i as f64 + seed) * 12.9898).sin())
}

fn table(seed: f64) -> Array2<f64> {
    numbers(N * M, seed).into_shape_with_order((N, M)).unwrap()
}

fn on_threads(test: impl Fn() + Send + Sync) {
    for threads in [1, 3] {
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(&test);
    }
}

fn close<'a>(
    found: impl IntoIterator<Item = &'a f64>,
    right: impl IntoIterator<Item = f64>,
    what: &str,
) {
    let mut right = right.into_iter();
    for (at, &x) in found.into_iter().enumerate() {
        let y = right.next().unwrap();
        assert!(
            (x - y).abs() <= 1e-9 * (1.0 + y.abs()),
            "{what}[{at}]: {x} instead of {y}"
        );
    }
    assert!(right.next().is_none(), "{what} is shorter");
}

#[test]
fn one_row() {
    for n in [0, 1, 2, 255, 256, 257, 300_001] {
        let X = numbers(n, 1.0);
        let right = || {
            (0..n).map(|i| {
                let next = X[(i + 1).min(n - 1)];
                X[i] * X[n - 1 - i] + next + i as f64
            })
        };
        on_threads(|| {
            close(&row(&X).unwrap(), right(), "Y");
            // With gaps, and from the other end.
            let mut Y = Array1::from_elem(3 * n, f64::NAN);
            row::into(&X, &mut Y.slice_mut(s![..;-3])).unwrap();
            close(Y.slice(s![..;-3]), right(), "Y");
        });
    }
}

#[test]
fn in_place() {
    let (x, y) = (numbers(400_003, 1.0), numbers(400_003, 2.0));
    on_threads(|| {
        let mut found = x.clone();
        moved(&mut found, &y).unwrap();
        close(&found, x.iter().zip(&y).map(|(x, y)| 0.5 * x + y * y), "x");
    });
}

#[test]
fn sums_over_rows() {
    let X = table(1.0);
    let y: Vec<f64> = X
        .rows()
        .into_iter()
        .map(|r| r.iter().map(|x| x * x).sum())
        .collect();
    let of = |j: usize| X.column(j).iter().zip(&y).map(|(x, y)| x * y).sum::<f64>();
    on_threads(|| {
        let (found, g, Z) = columns(&X).unwrap();
        close(&found, y.iter().copied(), "y");
        close(&g, (0..M).map(of), "g");
        close(
            &Z,
            (0..N * M).map(|at| X[[at / M, at % M]] * y[at / M]),
            "Z",
        );
        let mut changing = X.clone();
        let g = changed(&mut changing).unwrap();
        close(&g, (0..M).map(|j| X.column(j).sum()), "g");
        close(&changing, X.iter().map(|x| 2.0 * x + 1.0), "X");
    });
}

#[test]
fn loops_after_a_row() {
    for (n, b, m) in [(5, 3, 40), (40, 50, 7), (3, 40, 300), (20, 9, 30_011)] {
        let (x, y) = (numbers(m, 1.0), numbers(n * m, 2.0));
        let A = y.into_shape_with_order((n, m)).unwrap();
        let B = numbers(b * m, 3.0).into_shape_with_order((b, m)).unwrap();
        let of = |at: usize| {
            let (b, i) = (at / n, at % n);
            (0..m)
                .map(|j| x[j].exp() * A[[i, j]].max(B[[b, j]]))
                .sum::<f64>()
        };
        on_threads(|| close(&hoisted(&x, &A, &B).unwrap(), (0..n * b).map(of), "Y"));
    }
}

#[test]
fn recurrences_of_long_rows() {
    const T: usize = 4;
    const ROW: usize = 200_003;
    let X = numbers(T * ROW, 1.0)
        .into_shape_with_order((T, ROW))
        .unwrap();
    let (mut H, mut G) = (X.clone(), Array2::<f64>::zeros((T, ROW)));
    for j in 0..ROW {
        for t in 1..T {
            H[[t, j]] += 0.5 * H[[t - 1, j]];
        }
        for t in (0..T).rev() {
            let after = if t + 1 < T { G[[t + 1, j]] } else { 0.0 };
            G[[t, j]] = 0.5 * after + H[[t, j]];
        }
    }
    on_threads(|| {
        let (h, g) = steps(&X, 0.5).unwrap();
        close(&h, H.iter().copied(), "H");
        close(&g, G.iter().copied(), "G");
    });
}

#[test]
fn gradients_that_are_added_up() {
    let (E, q) = (table(1.0), Array1::from_shape_fn(5_000, |i| i * i % N));
    let dY = numbers(5_000 * M, 3.0)
        .into_shape_with_order((5_000, M))
        .unwrap();
    let mut right = Array2::<f64>::zeros((N, M));
    for (&at, row) in q.iter().zip(dY.rows()) {
        right.row_mut(at).scaled_add(1.0, &row);
    }
    on_threads(|| {
        let (_, pullback) = gathered::vjp(&E, &q).unwrap();
        close(&pullback.call(&dY).unwrap().E, right.iter().copied(), "∂E");
    });
    let (g, b, dY) = (numbers(M, 1.0), numbers(M, 2.0), table(4.0));
    let mu: Vec<f64> = E.rows().into_iter().map(|r| r.mean().unwrap()).collect();
    on_threads(|| {
        let (_, pullback) = norm::vjp(&E, &g, &b).unwrap();
        let gradient = pullback.call(&dY).unwrap();
        close(&gradient.b, (0..M).map(|j| dY.column(j).sum()), "∂b");
        let by = |j: usize| {
            (0..N)
                .map(|i| dY[[i, j]] * (E[[i, j]] - mu[i]))
                .sum::<f64>()
        };
        close(&gradient.g, (0..M).map(by), "∂g");
        // Added to what is there.
        let (_, mut pullback) = norm::vjp(&E, &g, &b).unwrap();
        let mut twice = gradient.clone();
        pullback.accumulate(&dY, &mut twice).unwrap();
        for ((name, twice), (_, once)) in twice.iter().zip(gradient.iter()) {
            close(twice, once.iter().map(|x| 2.0 * x), name);
        }
    });
}

#[test]
fn the_plan_says_so() {
    assert!(row::PLAN.contains("for parts of i in n, shared\n    Y[i] = .. along i"));
    assert!(moved::PLAN.contains("for parts of i in n, shared"));
    let apart = "for parts of j in m, shared\n    for i in n\n      ∂g[j] += .. along j";
    assert!(norm::PLAN.contains(apart), "{}", norm::PLAN);
    let gathers = "for parts of j in d, shared\n    for i in t\n      ∂E[q[i],j] += .. along j";
    assert!(gathered::PLAN.contains(gathers), "{}", gathered::PLAN);
    // A sum that reads what changes later stays where it is.
    assert!(!changed::PLAN.contains("for parts"), "{}", changed::PLAN);
}
