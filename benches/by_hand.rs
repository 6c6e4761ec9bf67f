//! The generated code beside the same lines by hand on ndarray: medians of interleaved rounds, on one thread.
//!
//!     cargo bench --bench by_hand
//!
//! Notes. A dense layer by hand is `dot` and `+`, ndarray's defaults; softmax is its maximum, exp, sum and division with
//! ndarray's own operations. The allocating calls are timed on both sides. A round is several calls of one way and then
//! as many of the other, as each would be called in a program: the allocator gives memory back to the system when a way
//! has freed much of it, as softmax by hand does after every call, and were the ways called in turn, the other one would
//! pay for that by page faults in its own results (some 2 ms in 4 MiB, three times what a softmax of them takes).

use einstan::einstan;
use ndarray::{Array1, Array2, Axis};
use std::hint::black_box;
use std::time::{Duration, Instant};

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }
    pub fn dense_tn(X[m, n], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[k, i] * W[k, j] + b[j];
    }
    pub fn dense_nt(X[n, m], W[k, m], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[j, k] + b[j];
    }
    pub fn softmax_rows(X[n, m]) -> Y[n, m] {
        Y[i, j] = softmax[j](X[i, j]);
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

/// Calls of one way in a round.
const CALLS: u32 = 8;

/// The median over rounds of the time that a call takes, of each of two ways.
fn pair(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| f());
        start.elapsed() / CALLS
    };
    for _ in 0..2 {
        time(&mut ours);
        time(&mut theirs);
    }
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..51 {
        a.push(time(&mut ours));
        b.push(time(&mut theirs));
    }
    a.sort();
    b.sort();
    (a[a.len() / 2], b[b.len() / 2])
}

fn row(name: &str, (ours, theirs): (Duration, Duration)) {
    let micro = |d: Duration| d.as_secs_f64() * 1e6;
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "{name:32} {:10.1} µs {:10.1} µs {ratio:8.2} times",
        micro(ours),
        micro(theirs)
    );
}

fn softmax_by_hand(x: &Array2<f32>) -> Array2<f32> {
    let largest = x.map_axis(Axis(1), |row| row.fold(f32::NEG_INFINITY, |a, &b| a.max(b)));
    let e = (x - &largest.insert_axis(Axis(1))).mapv(f32::exp);
    let sum = e.sum_axis(Axis(1)).insert_axis(Axis(1));
    e / sum
}

fn main() {
    let (n, m, k) = (128, 784, 128);
    let (x, w, b) = (
        numbers(n, m, 0.0),
        numbers(m, k, 5e5),
        Array1::from_elem(k, 0.5f32),
    );
    let (xt, wt) = (
        x.t().as_standard_layout().into_owned(),
        w.t().as_standard_layout().into_owned(),
    );
    let dy = numbers(n, k, 9e5);
    println!(
        "level {}\n{:32} {:>13} {:>13} {:>8}",
        einstan::__private::rt::simd_level(),
        "",
        "einstan",
        "by hand",
        "faster"
    );

    let close = |a: &Array2<f32>, b: &Array2<f32>| {
        assert!(
            a.iter()
                .zip(b)
                .all(|(a, b)| (a - b).abs() < 1e-3 * (1.0 + b.abs()))
        )
    };
    close(&dense(&x, &w, &b).unwrap(), &(x.dot(&w) + &b));
    close(&dense_tn(&xt, &w, &b).unwrap(), &(x.dot(&w) + &b));
    close(&dense_nt(&x, &wt, &b).unwrap(), &(x.dot(&w) + &b));
    let big = numbers(1024, 1024, 0.0);
    close(&softmax_rows(&big).unwrap(), &softmax_by_hand(&big));

    row(
        "dense",
        pair(
            || drop(black_box(dense(&x, &w, &b))),
            || drop(black_box(x.dot(&w) + &b)),
        ),
    );
    row(
        "dense, X transposed",
        pair(
            || drop(black_box(dense_tn(&xt, &w, &b))),
            || drop(black_box(xt.t().dot(&w) + &b)),
        ),
    );
    row(
        "dense, W transposed",
        pair(
            || drop(black_box(dense_nt(&x, &wt, &b))),
            || drop(black_box(x.dot(&wt.t()) + &b)),
        ),
    );
    let both = |d: &Array2<f32>| {
        let y = x.dot(&w) + &b;
        (y, d.dot(&w.t()), x.t().dot(d), d.sum_axis(Axis(0)))
    };
    row(
        "dense, with gradients",
        pair(
            || {
                let (y, pullback) = dense::vjp(&x, &w, &b).unwrap();
                drop(black_box((y, pullback.call(&dy).unwrap())));
            },
            || drop(black_box(both(&dy))),
        ),
    );
    row(
        "dense, X transposed, gradients",
        pair(
            || {
                let (y, pullback) = dense_tn::vjp(&xt, &w, &b).unwrap();
                drop(black_box((y, pullback.call(&dy).unwrap())));
            },
            || {
                let y = xt.t().dot(&w) + &b;
                drop(black_box((
                    y,
                    w.dot(&dy.t()),
                    xt.dot(&dy),
                    dy.sum_axis(Axis(0)),
                )));
            },
        ),
    );
    row(
        "dense, W transposed, gradients",
        pair(
            || {
                let (y, pullback) = dense_nt::vjp(&x, &wt, &b).unwrap();
                drop(black_box((y, pullback.call(&dy).unwrap())));
            },
            || {
                let y = x.dot(&wt.t()) + &b;
                drop(black_box((
                    y,
                    dy.dot(&wt),
                    dy.t().dot(&x),
                    dy.sum_axis(Axis(0)),
                )));
            },
        ),
    );
    row(
        "softmax, 1024 x 1024",
        pair(
            || drop(black_box(softmax_rows(&big))),
            || drop(black_box(softmax_by_hand(&big))),
        ),
    );
}
