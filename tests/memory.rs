//! No buffer is larger than the largest tensor of the user, but for small blocks: measured by what is allocated at once.

use einstan::einstan;
use ndarray::{Array1, Array2, Array3, Axis, array};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Notes the largest allocation of each thread.
struct Noting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|c| c.set(c.get().max(layout.size())));
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// The size of the largest allocation that `f` makes, in elements of `f64`.
fn largest<R>(f: impl FnOnce() -> R) -> (R, usize) {
    LARGEST.set(0);
    let out = f();
    (out, LARGEST.get() / size_of::<f64>())
}

einstan! {
    pub fn kernel(X[n, d], Z[m, d], a[m]) -> y[n] {
        y[i] = sum[j](exp(-sum[k]((X[i,k] - Z[j,k])^2)) * a[j]);
    }
    /// The same with intermediates that have names, and so may be held.
    pub fn kernel_held(X[n, d], Z[m, d], a[m]) -> y[n] {
        D[i,j] = sum[k]((X[i,k] - Z[j,k])^2);
        K[i,j] = exp(-D[i,j]);
        y[i] = K[i,j] * a[j];
    }

    pub fn attention(Q[b, t, d], K[b, s, d], V[b, s, e]) -> O[b, t, e] {
        O[i,j,c] = softmax[l](Q[i,j,k]*K[i,l,k] / sqrt(len(d))) * V[i,l,c];
    }
    pub fn attention_held(Q[b, t, d], K[b, s, d], V[b, s, e]) -> O[b, t, e] {
        S[i,j,l] = Q[i,j,k]*K[i,l,k] / sqrt(len(d));
        P[i,j,l] = softmax[l](S[i,j,l]);
        O[i,j,c] = P[i,j,l] * V[i,l,c];
    }

    pub fn total(X[n, k], Y[m, k], w[n]) -> s {
        s = sum[i,j](exp(X[i,k]*Y[j,k]) * (i + w[i]));
    }
    pub fn total_held(X[n, k], Y[m, k], w[n]) -> s {
        P[i,j] = exp(X[i,k]*Y[j,k]);
        s = sum[i,j](P[i,j] * (i + w[i]));
    }

    /// A softmax that is read by two indices: no block of rows has all that is needed.
    pub fn similar(X[n, d], Z[m, d]) -> G[n, n] {
        G[i,j] = sum[l](softmax[l](X[i,k]*Z[l,k]) * softmax[l](X[j,q]*Z[l,q]));
    }
    pub fn similar_held(X[n, d], Z[m, d]) -> G[n, n] {
        S[i,l] = X[i,k]*Z[l,k];
        P[i,l] = softmax[l](S[i,l]);
        G[i,j] = P[i,l] * P[j,l];
    }

    /// A chain that needs a whole row before the next temporary.
    pub fn rows(X[n, k], Y[m, k]) -> y[n] {
        y[i] = logsumexp[j](X[i,k]*Y[j,k] - max[j](X[i,k]*Y[j,k])) + mean[j](tanh(X[i,k]*Y[j,k]));
    }
    pub fn rows_held(X[n, k], Y[m, k]) -> y[n] {
        P[i,j] = X[i,k]*Y[j,k];
        Q[i,j] = tanh(P[i,j]);
        y[i] = logsumexp[j](P[i,j] - max[j](P[i,j])) + mean[j](Q[i,j]);
    }
}

fn numbers(rows: usize, columns: usize, seed: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        ((i * columns + j) as f64 * 0.7 + seed).sin()
    })
}

fn close<D: ndarray::Dimension>(a: &ndarray::Array<f64, D>, b: &ndarray::Array<f64, D>) {
    let scale = b.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
    assert_eq!(a.shape(), b.shape());
    assert!(
        a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-10 * scale),
        "{a} is not {b}"
    );
}

/// The most elements of a small block.
const SMALL: usize = 16384;

#[test]
fn a_kernel_sum_holds_no_matrix_of_all_pairs() {
    let (x, z, a) = (
        numbers(700, 3, 0.0),
        numbers(900, 3, 1.0),
        numbers(900, 1, 2.0),
    );
    let (a, dy) = (a.remove_axis_last(), Array1::from_elem(700, 0.5));
    let ((y, g), most) = largest(|| {
        let (y, pullback) = kernel::vjp(&x, &z, &a).unwrap();
        (y, pullback.call(&dy).unwrap())
    });
    assert!(most <= SMALL, "{most} elements");
    let (held, pullback) = kernel_held::vjp(&x, &z, &a).unwrap();
    let h = pullback.call(&dy).unwrap();
    close(&y, &held);
    close(&g.X, &h.X);
    close(&g.Z, &h.Z);
    close(&g.a, &h.a);
}

#[test]
fn attention_in_one_equation_holds_no_scores() {
    let cube = |b: usize, t: usize, d: usize, seed: f64| {
        Array3::from_shape_fn((b, t, d), |(i, j, k)| {
            (((i * t + j) * d + k) as f64 * 0.3 + seed).cos()
        })
    };
    let (q, k, v) = (
        cube(2, 300, 4, 0.0),
        cube(2, 500, 4, 1.0),
        cube(2, 500, 5, 2.0),
    );
    let d_out = cube(2, 300, 5, 3.0);
    let ((o, g), most) = largest(|| {
        let (o, pullback) = attention::vjp(&q, &k, &v).unwrap();
        (o, pullback.call(&d_out).unwrap())
    });
    assert!(most <= SMALL, "{most} elements");
    let (held, pullback) = attention_held::vjp(&q, &k, &v).unwrap();
    let h = pullback.call(&d_out).unwrap();
    close(&o, &held);
    close(&g.Q, &h.Q);
    close(&g.K, &h.K);
    close(&g.V, &h.V);
}

#[test]
fn a_sum_over_all_pairs_holds_some_rows() {
    let (x, y) = (numbers(600, 2, 0.0), numbers(800, 2, 1.0));
    let w = numbers(600, 1, 2.0).remove_axis_last();
    let ((s, g), most) = largest(|| total::value_and_grad(&x, &y, &w).unwrap());
    assert!(most <= SMALL, "{most} elements");
    let (held, h) = total_held::value_and_grad(&x, &y, &w).unwrap();
    close(&array![s], &array![held]);
    close(&g.X, &h.X);
    close(&g.Y, &h.Y);
    close(&g.w, &h.w);
}

#[test]
fn rows_that_are_needed_whole_come_in_blocks() {
    let (x, y) = (numbers(500, 2, 0.0), numbers(700, 2, 1.0));
    let dy = Array1::from_elem(500, 0.5);
    let ((v, g), most) = largest(|| {
        let (v, pullback) = rows::vjp(&x, &y).unwrap();
        (v, pullback.call(&dy).unwrap())
    });
    assert!(most <= SMALL, "{most} elements");
    let (held, pullback) = rows_held::vjp(&x, &y).unwrap();
    let h = pullback.call(&dy).unwrap();
    close(&v, &held);
    close(&g.X, &h.X);
    close(&g.Y, &h.Y);
}

#[test]
fn a_softmax_is_not_cut_along_itself() {
    let (x, z) = (numbers(90, 2, 0.0), numbers(70, 2, 1.0));
    let (g, pullback) = similar::vjp(&x, &z).unwrap();
    let (held, other) = similar_held::vjp(&x, &z).unwrap();
    close(&g, &held);
    let c = numbers(90, 90, 2.0);
    let (g, h) = (pullback.call(&c).unwrap(), other.call(&c).unwrap());
    close(&g.X, &h.X);
    close(&g.Z, &h.Z);
}

#[test]
fn empty_blocks() {
    let (x, z) = (Array2::<f64>::zeros((0, 3)), Array2::zeros((5, 3)));
    let a = Array1::zeros(5);
    let (y, pullback) = kernel::vjp(&x, &z, &a).unwrap();
    let g = pullback.call(&Array1::zeros(0)).unwrap();
    assert_eq!((y.len(), g.Z), (0, Array2::zeros((5, 3))));
    let y = kernel(
        &Array2::<f64>::zeros((4, 3)),
        &Array2::zeros((0, 3)),
        &Array1::zeros(0),
    );
    assert_eq!(y.unwrap(), Array1::<f64>::zeros(4));
}

trait RemoveLast {
    fn remove_axis_last(self) -> Array1<f64>;
}

impl RemoveLast for Array2<f64> {
    fn remove_axis_last(self) -> Array1<f64> {
        self.remove_axis(Axis(1))
    }
}
