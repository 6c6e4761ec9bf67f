//! Work that conditions on indices leave out: causal attention beside full attention, a triangular product, a padded
//! stencil, a loop over time.
//!
//!     cargo bench --bench masked
//!
//! Medians of interleaved rounds, on one thread; where memory is kept, that of `vjp_in`.
//!
//! Notes. Half of the work was predicted to leave 0.52 of the time: 0.5 and what the division of a triangle costs. Measured on
//! two cores that others used too, forward and with backward: 0.54 and 0.55 without AVX, 0.57 and 0.57 with AVX2, 0.60 and
//! 0.58 with AVX-512, whose products are so fast that what does not halve shows. What it took: products of small depth are
//! slow, so that 16 rows of a triangle are copied with zeros and taken at once (one by one they took a quarter of the whole
//! time); rows of a softmax that end within a vector took 43 ns more each, so that vectors of exponentials are whole; and
//! pages of two matrices of all pairs took as long as all products, until rows of them were kept in cache.

use einstan::einstan;
use ndarray::Array2;
use std::hint::black_box;
use std::time::{Duration, Instant};

einstan! {
    pub fn full(Q[t, c], K[t, c], V[t, h]) -> Y[t, h] {
        S[i, j] = Q[i, k] * K[j, k] / sqrt(len(c));
        A[i, j] = softmax[j](S[i, j]);
        Y[i, l] = A[i, j] * V[j, l];
    }
    pub fn causal(Q[t, c], K[t, c], V[t, h]) -> Y[t, h] {
        S[i, j] = if j <= i { Q[i, k] * K[j, k] / sqrt(len(c)) } else { -inf };
        A[i, j] = softmax[j](S[i, j]);
        Y[i, l] = A[i, j] * V[j, l];
    }
    pub fn band(Q[t, c], K[t, c], V[t, h]) -> Y[t, h] {
        S[i, j] = if j <= i && i < j + 128 { Q[i, k] * K[j, k] / sqrt(len(c)) } else { -inf };
        A[i, j] = softmax[j](S[i, j]);
        Y[i, l] = A[i, j] * V[j, l];
    }
    pub fn product(A[n, n], B[n, m]) -> C[n, m] {
        C[i, k] = A[i, j] * B[j, k];
    }
    pub fn lower(A[n, n], B[n, m]) -> C[n, m] {
        C[i, k] = sum[j](if j <= i { A[i, j] * B[j, k] } else { 0 });
    }
    pub fn inside(X[n, m]) -> Y[n, m] {
        Y[i, j] = X[i, j] + X[i, j] * X[i, j];
    }
    pub fn padded(X[n, m]) -> Y[n, m] {
        Y[i, j] = X[pad(i - 1), j] + X[pad(i + 1), j] + X[i, pad(j - 1)] + X[i, pad(j + 1)] - 4 * X[i, j];
    }
}

/// Numbers that look random and are the same every time.
fn numbers(rows: usize, columns: usize, seed: f32) -> Array2<f32> {
    let mut at = seed;
    Array2::from_shape_simple_fn((rows, columns), move || {
        at += 1.0;
        (at * 12.9898).sin()
    })
}

/// The median over rounds of the time that a call takes, of each of some ways.
fn medians<const N: usize>(mut ways: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut times: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..23 {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            let start = Instant::now();
            way();
            way();
            if round >= 2 {
                times.push(start.elapsed() / 2);
            }
        }
    }
    times.map(|mut t| {
        t.sort();
        t[t.len() / 2]
    })
}

fn row(name: &str, part: Duration, whole: Duration) {
    let milli = |d: Duration| d.as_secs_f64() * 1e3;
    let ratio = part.as_secs_f64() / whole.as_secs_f64();
    println!(
        "{name:44} {:8.3} ms of {:8.3} ms {ratio:6.2}",
        milli(part),
        milli(whole)
    );
}

fn main() {
    println!("level {}", einstan::__private::rt::simd_level());
    let (q, k, v) = (
        numbers(1024, 64, 0.0),
        numbers(1024, 64, 1e4),
        numbers(1024, 64, 2e4),
    );
    let dy = numbers(1024, 64, 3e4);
    let [a, b, c] = medians([
        &mut || drop(black_box(full(&q, &k, &v))),
        &mut || drop(black_box(causal(&q, &k, &v))),
        &mut || drop(black_box(band(&q, &k, &v))),
    ]);
    row("causal attention, t = 1024, head 64", b, a);
    row("the same over the last 128", c, a);
    let [a, b, c] = medians([
        &mut || {
            drop(black_box(
                full::vjp(&q, &k, &v).unwrap().1.call(&dy).unwrap(),
            ))
        },
        &mut || {
            drop(black_box(
                causal::vjp(&q, &k, &v).unwrap().1.call(&dy).unwrap(),
            ))
        },
        &mut || {
            drop(black_box(
                band::vjp(&q, &k, &v).unwrap().1.call(&dy).unwrap(),
            ))
        },
    ]);
    row("causal attention and backward", b, a);
    row("the same over the last 128", c, a);
    let mut y = Array2::zeros((1024, 64));
    let mut kept = (
        full::Workspace::default(),
        full::Gradient::zeros_like(&q, &k, &v),
    );
    let mut kept_causal = (
        causal::Workspace::default(),
        causal::Gradient::zeros_like(&q, &k, &v),
    );
    let mut z = y.clone();
    let [a, b] = medians([
        &mut || {
            drop(black_box(
                full::vjp_in(&q, &k, &v, &mut kept.0, &mut y).unwrap(),
            ))
        },
        &mut || {
            drop(black_box(
                causal::vjp_in(&q, &k, &v, &mut kept_causal.0, &mut z).unwrap(),
            ))
        },
    ]);
    row("causal attention, kept memory", b, a);
    let [a, b] = medians([
        &mut || {
            let mut pullback = full::vjp_in(&q, &k, &v, &mut kept.0, &mut y).unwrap();
            pullback.call_into(&dy, &mut kept.1).unwrap();
        },
        &mut || {
            let mut pullback = causal::vjp_in(&q, &k, &v, &mut kept_causal.0, &mut z).unwrap();
            pullback.call_into(&dy, &mut kept_causal.1).unwrap();
        },
    ]);
    row("causal attention and backward, kept memory", b, a);
    let (m, x) = (numbers(512, 512, 0.0), numbers(512, 512, 1e4));
    let [a, b] = medians([&mut || drop(black_box(product(&m, &x))), &mut || {
        drop(black_box(lower(&m, &x)))
    }]);
    row("product with a triangle, 512", b, a);
    let [a, b] = medians([&mut || drop(black_box(inside(&m))), &mut || {
        drop(black_box(padded(&m)))
    }]);
    row("padded stencil of five points and x + x^2", b, a);
}
