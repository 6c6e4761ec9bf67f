//! Parameters that are changed: `mut`.

use einstan::einstan;
use ndarray::{Array1, Array2, array, s};

einstan! {
    /// W ← W - lr G, in place.
    pub fn sgd(mut W[n, m], G[n, m], lr) { W[i, j] += -lr * G[i, j]; }

    /// Two tensors, one after the other.
    pub fn momentum(mut W[n], mut V[n], G[n], lr, beta) {
        V[i] = beta * V[i] + G[i];
        W[i] = W[i] - lr * V[i];
    }

    /// Every element reads its neighbours.
    pub fn smooth(mut x[n]) { x[i] = (x[clamp(i - 1)] + x[i] + x[clamp(i + 1)]) / 3; }

    /// Twice, with a result of what stood in between.
    pub fn twice(mut x[n], a) -> s {
        x[i] = a * x[i];
        s = sum[i](x[i]);
        x[i] += 1;
    }

    /// Into positions that are given.
    pub fn count(mut c[v]: usize, tok[t]: usize) { c[tok[i]] += 1; }

    /// A product is added.
    pub fn outer(mut W[n, m], x[b, n], y[b, m]) { W[i, j] += x[k, i] * y[k, j]; }

    /// Transposed: no element is read where it is written.
    pub fn transpose(mut A[n, n]) { A[i, j] = A[j, i]; }

    pub fn tick(mut t, mut k: i64) { t = t + 1.5; k += 2; }

    /// Nothing changes it.
    pub fn kept(mut x[n]) -> s { s = sum[i](x[i]); }

    /// Each reads what the other was.
    pub fn swap(mut a[n], mut b[n]) {
        old[i] = 1 * a[i];
        a[i] = 1 * b[i];
        b[i] = 1 * old[i];
    }

    /// What it gathers from itself.
    pub fn permuted(mut x[n], p[n]: usize) { x[i] = x[p[i]]; }

    /// Through a temporary that is larger than every tensor, and computed some rows at a time.
    pub fn attend(mut W[n, m], X[n, k]) {
        W[i, c] = sum[j](exp(0.01 * W[i, d] * W[j, d]) * X[j, p] * X[i, p] * W[j, c]);
    }

    pub fn kernel(mut W[n, m], X[n, m]) { W[i, c] = sum[j](exp(0.01 * W[i, d] * W[j, d]) * X[j, c]); }

    fn halved(A[n], a) -> (B[n], s) { B[i] = 0.5*A[i] + a; s = sum[i](A[i]); }

    /// What calls return, embedded ones and others.
    pub fn by_calls(mut W[n], mut t) {
        (W, t) = halved(W, t);
        W[i] += 1;
        (W, _) = halved(W, 0);
        W = outside::tripled(W);
    }

    pub fn along(mut X[n, m], w[m]) { X[i, j] = X[i, j] / sum[k](X[i, k]^2) + w[j]; }
}

mod outside {
    einstan::einstan! {
        pub fn tripled(A[n]) -> B[n] { B[i] = 3*A[i]; }
    }
}

#[test]
fn what_calls_return() {
    let (mut w, mut t) = (array![2.0, 4.0], 10.0);
    by_calls(&mut w, &mut t).unwrap();
    assert_eq!((w, t), (array![18.0, 19.5], 6.0));
}

#[test]
fn in_place() {
    let mut w = array![[1.0, 2.0], [3.0, 4.0]];
    sgd(&mut w, &array![[1.0, 0.0], [2.0, -4.0]], 0.5).unwrap();
    assert_eq!(w, array![[0.5, 2.0], [2.0, 6.0]]);
    for plan in [sgd::PLAN, momentum::PLAN, outer::PLAN] {
        assert!(!plan.contains("memory"), "{plan}");
    }
    let mut w32 = Array2::<f32>::zeros((3, 300));
    sgd(&mut w32, &Array2::ones((3, 300)), 2.0).unwrap();
    assert!(w32.iter().all(|x| *x == -2.0));
    // A part of a larger array, with other strides.
    let mut all = Array2::<f64>::ones((4, 4));
    sgd(
        &mut all.slice_mut(s![..;2, 1..3]),
        &array![[1.0, 2.0], [3.0, 4.0]],
        1.0,
    )
    .unwrap();
    assert_eq!(all.row(0).to_vec(), [1.0, 0.0, -1.0, 1.0]);
    assert_eq!(all.row(1).to_vec(), [1.0; 4]);
    assert_eq!(all.row(2).to_vec(), [1.0, -2.0, -3.0, 1.0]);
}

#[test]
fn one_after_the_other() {
    let (mut w, mut v) = (array![1.0, 2.0], array![0.5, 0.0]);
    momentum(&mut w, &mut v, &array![1.0, -1.0], 0.1, 0.5).unwrap();
    assert_eq!(v, array![1.25, -1.0]);
    assert_eq!(w, array![1.0 - 0.1 * 1.25, 2.1]);
    let mut x = array![1.0, 2.0];
    assert_eq!(twice(&mut x, 3.0).unwrap(), 9.0);
    assert_eq!(x, array![4.0, 7.0]);
    let (mut a, mut b) = (array![1.0, 2.0], array![3.0, 4.0]);
    swap(&mut a, &mut b).unwrap();
    assert_eq!((a, b), (array![3.0, 4.0], array![1.0, 2.0]));
}

#[test]
fn through_a_buffer() {
    let mut x = array![3.0, 6.0, 9.0, 0.0];
    smooth(&mut x).unwrap();
    assert_eq!(x, array![4.0, 6.0, 5.0, 3.0]);
    let mut a = Array2::from_shape_fn((300, 300), |(i, j)| (i * 300 + j) as f64);
    let before = a.clone();
    transpose(&mut a).unwrap();
    assert_eq!(a, before.t());
    let mut x = array![1.0, 2.0, 3.0];
    permuted(&mut x, &array![2, 0, 0]).unwrap();
    assert_eq!(x, array![3.0, 1.0, 1.0]);
    let mut x = array![[1.0, 2.0], [3.0, 4.0]];
    along(&mut x, &array![10.0, 20.0]).unwrap();
    assert_eq!(x, array![[10.2, 20.4], [10.12, 20.16]]);
}

#[test]
fn rows_of_a_block_read_what_stood_there() {
    let (n, m) = (300, 3);
    let w = Array2::from_shape_fn((n, m), |(i, j)| ((i * 7 + j * 3) % 11) as f64 - 5.0);
    let x = Array2::from_shape_fn((n, m), |(i, j)| ((i * 5 + j) % 7) as f64 - 3.0);
    let weight = |i: usize, j: usize| (0.01 * w.row(i).dot(&w.row(j))).exp();
    let sum = |of: &dyn Fn(usize, usize, usize) -> f64| {
        Array2::from_shape_fn((n, m), |(i, c)| (0..n).map(|j| of(i, j, c)).sum::<f64>())
    };
    let near = |a: &Array2<f64>, b: &Array2<f64>| {
        a.iter()
            .zip(b)
            .all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
    };
    assert!(kernel::PLAN.contains("at a time"), "{}", kernel::PLAN);
    let mut found = w.clone();
    kernel(&mut found, &x).unwrap();
    assert!(near(&found, &sum(&|i, j, c| weight(i, j) * x[[j, c]])));
    let mut found = w.clone();
    attend(&mut found, &x).unwrap();
    let each = |i: usize, j: usize, c: usize| weight(i, j) * x.row(i).dot(&x.row(j)) * w[[j, c]];
    assert!(near(&found, &sum(&each)));
}

#[test]
fn sums_and_integers() {
    let mut c = Array1::<usize>::zeros(3);
    count(&mut c, &array![2, 0, 2, 2]).unwrap();
    assert_eq!(c, array![1, 0, 3]);
    let mut w = Array2::<f64>::ones((2, 2));
    outer(
        &mut w,
        &array![[1.0, 2.0], [0.0, 1.0]],
        &array![[1.0, 1.0], [5.0, 0.0]],
    )
    .unwrap();
    assert_eq!(w, array![[2.0, 2.0], [8.0, 3.0]]);
    let (mut t, mut k) = (1.0, 5i64);
    tick(&mut t, &mut k).unwrap();
    assert_eq!((t, k), (2.5, 7));
    let mut x = array![1.0, 2.0];
    assert_eq!(kept(&mut x).unwrap(), 3.0);
}

#[test]
fn an_error_changes_nothing() {
    let mut c = array![5usize, 5];
    let error = count(&mut c, &array![0, 1, 2]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "count: `c` is written at position 2 of axis 0, which has length 2 (`tok[2]` is 2)"
    );
    assert_eq!(c, array![5, 5]);
    let mut w = array![[1.0, 2.0]];
    let error = sgd(&mut w, &array![[1.0]], 0.5).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sgd: dimension `m` is 2 in `W` (axis 1) but 1 in `G` (axis 1)"
    );
    assert_eq!(w, array![[1.0, 2.0]]);
}

#[test]
fn what_is_written_says_so() {
    assert_eq!(
        momentum::NOTATION,
        "fn momentum(mut W[n], mut V[n], G[n], lr, beta) {\n    V[i] = beta * V[i] + G[i];\n    W[i] = W[i] - lr * V[i];\n}\n"
    );
}
