//! A training step over kept memory allocates nothing, that of an optimiser neither.

use einstan::{einstan, optim};
use ndarray::{Array1, Array2};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the allocations of each thread.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|c| c.set(c.get() + 1));
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `f` makes.
fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.get();
    f();
    COUNT.get() - before
}

einstan! {
    pub fn loss(const X[n, p], W1[p, h], b1[h], W2[h, c], b2[c], const T[n, c]) -> E {
        Y1[i,j] = X[i,k]*W1[k,j] + b1[j];
        H[i,j] = tanh(Y1[i,j]);
        Y2[i,j] = H[i,k]*W2[k,j] + b2[j];
        L[i,j] = log_softmax[j](Y2[i,j]);
        E = -sum[i,j](T[i,j]*L[i,j]) / len(n);
    }

    /// Its temporaries run in blocks of rows.
    pub fn kernel(X[n, d], Z[m, d], a[m]) -> y[n] {
        y[i] = sum[j](exp(-sum[k]((X[i,k] - Z[j,k])^2)) * a[j]);
    }

    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i,j] = X[i,k]*W[k,j] + b[j];
    }
}

fn ones(rows: usize, columns: usize) -> Array2<f32> {
    Array2::from_elem((rows, columns), 0.01)
}

#[test]
fn a_training_step_allocates_nothing() {
    let (x, t) = (ones(64, 784), ones(64, 10));
    let (w1, b1, w2, b2) = (
        ones(784, 32),
        Array1::zeros(32),
        ones(32, 10),
        Array1::zeros(10),
    );
    let mut workspace = loss::Workspace::default();
    let mut gradient = loss::Gradient::zeros_like(&w1, &b1, &w2, &b2);
    let mut step = || {
        loss::value_and_grad_in(&x, &w1, &b1, &w2, &b2, &t, &mut workspace, &mut gradient).unwrap();
    };
    for threads in [1, 2] {
        // To hand work over from outside of a pool takes a few bytes.
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let again = pool.install(|| {
            step();
            allocations(&mut step)
        });
        assert_eq!(again, 0, "{threads} threads");
    }
}

#[test]
fn a_kept_pullback_allocates_nothing() {
    let (x, w, b, dy) = (ones(50, 30), ones(30, 20), Array1::zeros(20), ones(50, 20));
    let mut workspace = dense::Workspace::default();
    let mut gradient = dense::Gradient::zeros_like(&x, &w, &b);
    let mut y = ones(50, 20);
    let mut step = |rows: usize| {
        let s = ndarray::s![..rows, ..];
        let mut gradient = dense::Gradient {
            X: gradient.X.slice_mut(s).to_owned(),
            W: gradient.W.clone(),
            b: gradient.b.clone(),
        };
        let (x, dy) = (x.slice(s), dy.slice(s));
        let mut y = y.slice_mut(s);
        allocations(|| {
            let mut pullback = dense::vjp_in(&x, &w, &b, &mut workspace, &mut y).unwrap();
            pullback.call_into(&dy, &mut gradient).unwrap();
            pullback.accumulate(&dy, &mut gradient).unwrap();
        })
    };
    step(50);
    assert_eq!(step(50), 0, "the same lengths again");
    assert_eq!(step(20), 0, "smaller ones");
}

#[test]
fn blocks_of_shorter_rows_allocate_nothing() {
    let (x, z, a, dy) = (
        ones(30, 2),
        ones(9000, 2),
        Array1::zeros(9000),
        Array1::zeros(30),
    );
    let mut workspace = kernel::Workspace::default();
    let mut y = Array1::zeros(30);
    let mut step = |m: usize| {
        let (z, a) = (z.slice(ndarray::s![..m, ..]), a.slice(ndarray::s![..m]));
        let mut gradient = kernel::Gradient::zeros_like(&x, &z, &a);
        allocations(|| {
            let mut pullback = kernel::vjp_in(&x, &z, &a, &mut workspace, &mut y).unwrap();
            pullback.call_into(&dy, &mut gradient).unwrap();
        })
    };
    step(9000);
    assert_eq!((step(9000), step(8000), step(3000), step(1)), (0, 0, 0, 0));
}

#[test]
fn a_step_of_an_optimiser_allocates_nothing() {
    let layer = |turned: bool| {
        let w = ones(64, 32);
        dense::Gradient {
            X: ones(0, 5),
            W: if turned {
                ones(32, 64).reversed_axes()
            } else {
                w
            },
            b: Array1::from_elem(32, 0.5),
        }
    };
    for turned in [false, true] {
        let mut parameters = (vec![layer(false), layer(false)], 1.0_f32);
        let mut gradient = (vec![layer(turned), layer(turned)], 0.5);
        let mut sgd = optim::Sgd::new(&parameters);
        let mut adam = optim::Adam::new(&parameters);
        let mut adamw = optim::AdamW::new(&parameters);
        sgd.momentum = 0.9;
        let mut step = || {
            allocations(|| {
                optim::clip_norm(&mut gradient, 1.0).unwrap();
                sgd.step(&mut parameters, &gradient).unwrap();
                adam.step(&mut parameters, &gradient).unwrap();
                adamw.step(&mut parameters, &gradient).unwrap();
            })
        };
        step();
        assert_eq!((step(), step()), (0, 0));
    }
}
