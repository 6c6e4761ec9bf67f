//! Results and gradients have the same bits on any number of threads: every piece of work of the benchmark, at lengths at
//! which threads share it.

#![allow(non_snake_case)] // variables are called like the parameters

#[path = "../benches/table/equations.rs"]
mod equations;

use equations::*;
use ndarray::{Array, Array1, Array2, Array3, Array4, Dimension};

einstan::einstan! {
    /// Loops that threads share and that are one with their rows where no thread has a part.
    pub fn images(X[n, c, h, w], B[n, c, h, w], g[c]) -> (Y[n, c, h, w], m[n, c]) {
        Y[i,k,y,x] = g[k]*tanh(X[i,k,y,x]) + B[i,k,y,x];
        m[i,k] = mean[y,x](X[i,k,y,x]*B[i,k,y,x]);
    }
    pub fn all_at_once(X[n, c, h, w], B[n, c, h, w]) -> Y[n, c, h, w] {
        Y[i,k,y,x] = exp(X[i,k,y,x])*B[i,k,y,x];
    }
    /// Long rows of recurrences, up and down.
    pub fn steps(X[t, m], a[m]) -> G[t, m] {
        H[t,j] = a[j]*H[pad(t - 1), j] + tanh(X[t,j]);
        G[t,j] = a[j]*G[pad(t + 1), j] + H[t,j];
    }
}

/// Numbers that look random and are the same every time.
fn numbers<D: Dimension, S: ndarray::ShapeBuilder<Dim = D>>(lens: S, seed: f32) -> Array<f32, D> {
    let mut at = seed;
    Array::from_shape_simple_fn(lens, || {
        at += 1.0;
        (at * 12.9898).sin()
    })
}

type Bits = Vec<u32>;

/// The same on pools of several sizes, and outside of any.
fn same(name: &str, work: impl Fn() -> Bits + Sync) {
    let on = |threads: usize| {
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(&work)
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{name} on {threads} threads");
    }
    assert!(work() == one, "{name} outside of a pool");
}

fn bits<D: Dimension>(x: &Array<f32, D>) -> impl Iterator<Item = u32> + '_ {
    x.iter().map(|x| x.to_bits())
}

/// The value and the gradient of a function with a tensor as its result.
macro_rules! tensor {
    ($function:ident($($x:expr),* $(; $($t:expr),*)?)) => {
        same(stringify!($function), || {
            let (y, pullback) = $function::vjp($($x,)* $($($t),*)?).unwrap();
            let gradient = pullback.call(&y).unwrap();
            let parts = gradient.iter().flat_map(|(_, part)| part.iter().map(|x| x.to_bits()).collect::<Bits>());
            bits(&y).chain(parts).collect()
        })
    };
}

/// The same where it is a number.
macro_rules! scalar {
    ($function:ident($($x:expr),* $(; $($t:expr),*)?)) => {
        same(stringify!($function), || {
            let (e, gradient) = $function::value_and_grad($($x,)* $($($t),*)?).unwrap();
            let parts = gradient.iter().flat_map(|(_, part)| part.iter().map(|x| x.to_bits()).collect::<Bits>());
            std::iter::once(e.to_bits()).chain(parts).collect()
        })
    };
}

#[test]
fn images_of_all_shapes() {
    for (n, c, h, w) in [
        (40, 3, 30, 50),
        (1, 3, 300, 200),
        (1, 1, 700, 90),
        (2, 2, 3, 20_001),
    ] {
        let (x, b): (Array4<f32>, Array4<f32>) =
            (numbers([n, c, h, w], 1.0), numbers([n, c, h, w], 2.0));
        let g: Array1<f32> = numbers(c, 3.0);
        tensor!(all_at_once(&x, &b));
        same("images", || {
            let ((y, m), pullback) = images::vjp(&x, &b, &g).unwrap();
            let gradient = pullback.call(&y, &m).unwrap();
            let parts = gradient.iter();
            let parts =
                parts.flat_map(|(_, part)| part.iter().map(|x| x.to_bits()).collect::<Bits>());
            bits(&y).chain(bits(&m)).chain(parts).collect()
        });
    }
}

#[test]
fn layers() {
    let [X, W] =
        [([130, 301], 1.0), ([301, 129], 2.0)].map(|(n, s)| numbers::<ndarray::Ix2, _>(n, s));
    let b: Array1<f32> = numbers(129, 3.0);
    tensor!(dense(&X, &W, &b));
    let (W2, b2): (Array2<f32>, Array1<f32>) = (numbers([129, 10], 4.0), numbers(10, 5.0));
    let mut T = Array2::<f32>::zeros([130, 10]);
    (0..130).for_each(|i| T[[i, i % 10]] = 1.0);
    scalar!(mlp(&W, &b, &W2, &b2; &X, &T));
    let (X, K): (Array4<f32>, Array4<f32>) =
        (numbers([5, 9, 21, 23], 1.0), numbers([17, 9, 3, 3], 2.0));
    tensor!(conv2d(&X, &K));
    let [Q, K, V] = [1.0, 2.0, 3.0].map(|s| numbers::<ndarray::Ix4, _>([2, 3, 70, 17], s));
    tensor!(attention(&Q, &K, &V));
    // One head of one sequence.
    let [Q, K, V] = [1.0, 2.0, 3.0].map(|s| numbers::<ndarray::Ix4, _>([1, 1, 200, 33], s));
    tensor!(attention(&Q, &K, &V));
}

#[test]
fn products() {
    let [A, B] = [1.0, 2.0].map(|s| numbers::<ndarray::Ix2, _>([67, 33], s));
    let W: Array3<f32> = numbers([35, 33, 33], 3.0);
    tensor!(bilinear(&A, &W, &B));
    let T: Array3<f32> = numbers([50, 51, 52], 1.0);
    let (B, C): (Array2<f32>, Array2<f32>) = (numbers([51, 17], 2.0), numbers([52, 17], 3.0));
    tensor!(mttkrp(&T, &B, &C));
    let (X, Y): (Array2<f32>, Array2<f32>) = (numbers([130, 65], 1.0), numbers([121, 65], 2.0));
    tensor!(sqdist(&X, &Y));
    let [A, B] = [1.0, 2.0].map(|s| numbers::<ndarray::Ix3, _>([17, 41, 41], s));
    tensor!(bmm(&A, &B));
    let (A, B, C): (Array2<f32>, Array2<f32>, Array2<f32>) = (
        numbers([1000, 10], 1.0),
        numbers([10, 1000], 2.0),
        numbers([1000, 10], 3.0),
    );
    tensor!(chain(&A, &B, &C));
    let [u, v] = [1.0, 2.0].map(|s| numbers::<ndarray::Ix1, _>(3_000_000, s));
    scalar!(dot(&u, &v));
}

#[test]
fn rows() {
    let X: Array2<f32> = numbers([300, 257], 1.0);
    tensor!(softmax_rows(&X));
    let T = X.mapv(f32::abs);
    scalar!(xent_onehot(&X; &T));
    let t = Array1::from_shape_fn(300, |i| i * 7 % 257);
    scalar!(xent_label(&X; &t));
    let (g, b): (Array1<f32>, Array1<f32>) = (numbers(257, 2.0), numbers(257, 3.0));
    tensor!(layernorm(&X, &g, &b));
    let x: Array1<f32> = numbers(200_001, 1.0);
    tensor!(gelu_tanh(&x));
    let tok = Array1::from_shape_fn(9000, |i| i * i % 300);
    tensor!(embed(&X; &tok));
    let (X, a): (Array2<f32>, Array1<f32>) = (numbers([5, 90_001], 1.0), numbers(90_001, 2.0));
    tensor!(steps(&X, &a));
}
