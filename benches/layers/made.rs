//! The rows: each layer with the lengths that `benches/layers.py` gives to PyTorch's.

use crate::Row;
use crate::case::{Results, fresh, kept};
use einstan::nn;
use ndarray::{Array, Dimension, IntoDimension};

/// Numbers between -1 and 1 that look random and are the same every time.
fn numbers<L: IntoDimension>(lengths: L) -> Array<f32, L::Dim> {
    let mut state = 1u64;
    Array::from_shape_simple_fn(lengths, move || {
        (next(&mut state) % 2001) as f32 / 1000.0 - 1.0
    })
}

/// Weights as networks have them: larger ones make what they multiply denormal behind a few functions, which is slow everywhere.
fn weights<L: IntoDimension>(lengths: L) -> Array<f32, L::Dim> {
    numbers(lengths) * 0.1
}

/// Whole numbers from 0 to below this.
fn whole<L: IntoDimension>(lengths: L, below: u64) -> Array<usize, L::Dim> {
    let mut state = 1u64;
    Array::from_shape_simple_fn(lengths, move || (next(&mut state) % below) as usize)
}

fn next(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6364136223846793005)
        .wrapping_add(1442695040888963407);
    *state >> 33
}

/// What comes back to a result.
fn cotangent<D: Dimension>(result: &Array<f32, D>) -> Array<f32, D> {
    result.mapv(|_| 0.5)
}

fn nothing<T>(_: T) -> Results {
    Results::new()
}

/// A layer: its arrays, and the arguments.
macro_rules! layer {
    ($f:ident { $($x:ident: $array:expr),* } ($($argument:expr),*) -> $($y:ident)+) => {
        Row {
            name: stringify!($f),
            case: |both| {
                $(let $x = $array;)*
                if !both {
                    return fresh(move || nn::$f($($argument),*).unwrap(), nothing);
                }
                let ($($y),+) = nn::$f($($argument),*).unwrap();
                $(let $y = cotangent(&$y);)+
                fresh(
                    move || {
                        let (y, pullback) = nn::$f::vjp($($argument),*).unwrap();
                        (y, pullback.call($(&$y),+).unwrap())
                    },
                    nothing,
                )
            },
        }
    };
    ($f:ident $arrays:tt $arguments:tt) => { layer!($f $arrays $arguments -> Y) };
}

/// A loss: its arrays, and the arguments.
macro_rules! loss {
    ($f:ident { $($x:ident: $array:expr),* } ($($argument:expr),*)) => {
        Row {
            name: stringify!($f),
            case: |both| {
                $(let $x = $array;)*
                match both {
                    false => fresh(move || nn::$f($($argument),*).unwrap(), nothing),
                    true => fresh(move || nn::$f::value_and_grad($($argument),*).unwrap(), nothing),
                }
            },
        }
    };
}

/// An activation of a matrix.
macro_rules! activation {
    ($f:ident($($setting:expr),*)) => {
        layer!($f { X: numbers((1024, 1024)) } (&X $(, $setting)*))
    };
}

#[allow(non_snake_case, unused_parens)] // called as in the equations
pub static ROWS: [Row; 57] = [
    layer!(dense {
        X: numbers((256, 512)),
        W: numbers((512, 512)),
        b: numbers(512)
    }(&X, &W, &b)),
    layer!(bilinear {
        X: numbers((128, 64)),
        W: numbers((64, 64, 64)),
        Z: numbers((128, 64)),
        b: numbers(64)
    }(&X, &W, &Z, &b)),
    layer!(glu {
        X: numbers((256, 512)),
        W: weights((512, 512)),
        V: weights((512, 512))
    }(&X, &W, &V)),
    layer!(swiglu {
        X: numbers((256, 512)),
        W: weights((512, 512)),
        V: weights((512, 512))
    }(&X, &W, &V)),
    layer!(geglu {
        X: numbers((256, 512)),
        W: weights((512, 512)),
        V: weights((512, 512))
    }(&X, &W, &V)),
    layer!(embedding {
        E: numbers((10_000, 64)),
        tok: whole((32, 128), 10_000)
    }(&E, &tok)),
    layer!(dropout {
        X: numbers((1024, 1024)),
        M: whole((1024, 1024), 2).mapv(|x| x as f32)
    }(&X, &M, 0.5)),
    activation!(leaky_relu(0.1)),
    layer!(prelu {
        X: numbers((1024, 1024)),
        slope: numbers(1024)
    }(&X, &slope)),
    activation!(elu(1.0)),
    activation!(selu()),
    activation!(mish()),
    activation!(gelu_tanh()),
    activation!(hardsigmoid()),
    activation!(hardswish()),
    activation!(hardtanh(0.0, 6.0)),
    activation!(softsign()),
    activation!(log_sigmoid()),
    activation!(softmax()),
    activation!(log_softmax()),
    activation!(logsumexp()),
    layer!(conv1d {
        X: numbers((32, 64, 256)),
        K: numbers((64, 64, 5)),
        b: numbers(64)
    }(&X, &K, &b, 1, 1, 2)),
    layer!(conv2d {
        X: numbers((16, 32, 32, 32)),
        K: numbers((64, 32, 3, 3)),
        b: numbers(64)
    }(&X, &K, &b, 1, 1, 1)),
    layer!(grouped_conv2d {
        X: numbers((16, 4, 16, 32, 32)),
        K: numbers((4, 16, 16, 3, 3)),
        b: numbers((4, 16))
    }(&X, &K, &b, 1, 1, 1)),
    layer!(depthwise_conv2d {
        X: numbers((16, 64, 32, 32)),
        K: numbers((64, 3, 3)),
        b: numbers(64)
    }(&X, &K, &b, 1, 1, 1)),
    layer!(conv_transpose2d {
        X: numbers((16, 64, 16, 16)),
        K: numbers((64, 32, 4, 4)),
        b: numbers(32)
    }(&X, &K, &b, 2, 1)),
    layer!(max_pool1d {
        X: numbers((32, 64, 1024))
    }(&X, 2, 2, 0)),
    layer!(max_pool2d {
        X: numbers((16, 64, 32, 32))
    }(&X, 2, 2, 0)),
    layer!(avg_pool1d {
        X: numbers((32, 64, 1024))
    }(&X, 2, 2, 0)),
    layer!(avg_pool2d {
        X: numbers((16, 64, 32, 32))
    }(&X, 2, 2, 0)),
    layer!(global_avg_pool2d {
        X: numbers((16, 64, 32, 32))
    }(&X)),
    layer!(layer_norm {
        X: numbers((2048, 512)),
        g: numbers(512),
        b: numbers(512)
    }(&X, &g, &b, 1e-5)),
    layer!(rms_norm {
        X: numbers((2048, 512)),
        g: numbers(512)
    }(&X, &g, 1e-5)),
    layer!(group_norm {
        X: numbers((16, 8, 8, 32, 32)),
        g: numbers((8, 8)),
        b: numbers((8, 8))
    }(&X, &g, &b, 1e-5)),
    layer!(batch_norm { X: numbers((1024, 512)), g: numbers(512), b: numbers(512) } (&X, &g, &b, 1e-5) -> Y mu var),
    layer!(batch_norm2d { X: numbers((16, 64, 32, 32)), g: numbers(64), b: numbers(64) } (&X, &g, &b, 1e-5) -> Y mu var),
    layer!(fixed_norm {
        X: numbers((1024, 512)),
        mu: numbers(512),
        var: numbers(512).mapv(f32::abs),
        g: numbers(512),
        b: numbers(512)
    }(&X, &mu, &var, &g, &b, 1e-5)),
    layer!(fixed_norm2d {
        X: numbers((16, 64, 32, 32)),
        mu: numbers(64),
        var: numbers(64).mapv(f32::abs),
        g: numbers(64),
        b: numbers(64)
    }(&X, &mu, &var, &g, &b, 1e-5)),
    Row {
        name: "running",
        // It has no derivative: both directions are one.
        case: |_| {
            let seen = numbers(512);
            kept(
                seen.mapv(|x| 1.0 - x),
                move |mu| nn::running(mu, &seen, 0.1).unwrap(),
                |_, ()| Results::new(),
            )
        },
    },
    layer!(attention {
        Q: numbers((4, 8, 128, 64)),
        K: numbers((4, 8, 128, 64)),
        V: numbers((4, 8, 128, 64))
    }(&Q, &K, &V)),
    layer!(causal_attention {
        Q: numbers((4, 8, 128, 64)),
        K: numbers((4, 8, 128, 64)),
        V: numbers((4, 8, 128, 64))
    }(&Q, &K, &V)),
    layer!(masked_attention {
        Q: numbers((4, 8, 128, 64)),
        K: numbers((4, 8, 128, 64)),
        V: numbers((4, 8, 128, 64)),
        M: numbers((128, 128))
    }(&Q, &K, &V, &M)),
    layer!(grouped_query_attention {
        Q: numbers((4, 2, 4, 128, 64)),
        K: numbers((4, 2, 128, 64)),
        V: numbers((4, 2, 128, 64))
    }(&Q, &K, &V)),
    layer!(multi_head_attention {
        X: numbers((4, 128, 256)),
        A: weights((256, 8, 32)),
        B: weights((256, 8, 32)),
        C: weights((256, 8, 32)),
        D: weights((8, 32, 256))
    }(&X, &A, &B, &C, &D)),
    layer!(rotary {
        X: numbers((4, 8, 128, 64))
    }(&X, 0.0, 1e4)),
    layer!(rotary_halves {
        X: numbers((4, 8, 128, 2, 32))
    }(&X, 0.0, 1e4)),
    layer!(rnn {
        X: numbers((64, 32, 128)),
        h: numbers((32, 128)),
        W: weights((128, 128)),
        U: weights((128, 128)),
        b: numbers(128)
    }(&X, &h, &W, &U, &b)),
    layer!(gru {
        X: numbers((64, 32, 128)),
        h: numbers((32, 128)),
        W: weights((128, 3, 128)),
        U: weights((128, 3, 128)),
        b: numbers((3, 128)),
        c: numbers((3, 128))
    }(&X, &h, &W, &U, &b, &c)),
    layer!(lstm { X: numbers((128, 32, 128)), h: numbers((32, 128)), s: numbers((32, 128)), W: weights((128, 4, 128)), U: weights((128, 4, 128)), b: numbers((4, 128)) } (&X, &h, &s, &W, &U, &b) -> H C),
    loss!(cross_entropy {
        A: numbers((1024, 1024)),
        label: whole(1024, 1024)
    }(&A, &label)),
    loss!(soft_cross_entropy {
        A: numbers((1024, 1024)),
        T: numbers((1024, 1024))
    }(&A, &T)),
    loss!(squared_error {
        A: numbers((1024, 1024)),
        T: numbers((1024, 1024)).mapv(|x| -x)
    }(&A, &T)),
    loss!(absolute_error {
        A: numbers((1024, 1024)),
        T: numbers((1024, 1024)).mapv(|x| -x)
    }(&A, &T)),
    loss!(huber {
        A: numbers((1024, 1024)),
        T: numbers((1024, 1024)).mapv(|x| -x)
    }(&A, &T, 1.0)),
    loss!(binary_cross_entropy {
        A: numbers((1024, 1024)),
        T: numbers((1024, 1024)).mapv(f32::abs)
    }(&A, &T)),
    loss!(kl_divergence {
        L: numbers((1024, 1024)),
        T: numbers((1024, 1024)).mapv(f32::abs)
    }(&L, &T)),
    layer!(ctc {
        L: nn::log_softmax(&numbers((1600, 32)))
            .unwrap()
            .into_shape_with_order((100, 16, 32))
            .unwrap(),
        y: whole((16, 20), 31).mapv(|x| x + 1),
        t: Array::from_elem(16, 100),
        l: Array::from_elem(16, 20)
    }(&L, &y, &t, &l, 0)),
];
