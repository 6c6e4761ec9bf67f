//! The layers and losses against values and gradients that PyTorch computed (`values.py`), in f32 and f64, and as their users
//! call them.

mod called;
mod case;
mod edges;

use case::{Element, Quantity, cases};
use einstan::nn;
use ndarray::{Array1, Array2, Array3, Array4, Array5};

/// A test that a function and its pullback agree with the cases of its name.
macro_rules! layer {
    ($f:ident($($x:ident: $t:ty),*) -> $(($y:ident))+) => {
        #[test]
        #[allow(non_snake_case, unused_parens)]
        fn $f() {
            fn all<T: Element>() {
                for case in cases(stringify!($f)) {
                    $(let $x: $t = case.argument(stringify!($x));)*
                    let (($($y),+), pullback) = nn::$f::vjp($($x.pass()),*).unwrap();
                    $(case.agree::<T>("results", stringify!($y), $y.numbers());)+
                    $(let $y = case.cotangent(stringify!($y), &$y);)+
                    case.gradient::<T>(pullback.call($($y.pass()),+).unwrap().iter());
                }
            }
            all::<f32>();
            all::<f64>();
        }
    };
    ($f:ident $arguments:tt) => {
        layer!($f $arguments -> (Y));
    };
}

layer!(dense(X: Array2<T>, W: Array2<T>, b: Array1<T>));
layer!(bilinear(X: Array2<T>, W: Array3<T>, Z: Array2<T>, b: Array1<T>));
layer!(glu(X: Array2<T>, W: Array2<T>, V: Array2<T>));
layer!(swiglu(X: Array2<T>, W: Array2<T>, V: Array2<T>));
layer!(geglu(X: Array2<T>, W: Array2<T>, V: Array2<T>));
layer!(embedding(E: Array2<T>, tok: Array2<usize>));
layer!(dropout(X: Array2<T>, M: Array2<T>, rate: T));

layer!(leaky_relu(X: Array2<T>, slope: T));
layer!(prelu(X: Array2<T>, slope: Array1<T>));
layer!(elu(X: Array2<T>, alpha: T));
layer!(selu(X: Array2<T>));
layer!(mish(X: Array2<T>));
layer!(gelu_tanh(X: Array2<T>));
layer!(hardsigmoid(X: Array2<T>));
layer!(hardswish(X: Array2<T>));
layer!(hardtanh(X: Array2<T>, low: T, high: T));
layer!(softsign(X: Array2<T>));
layer!(log_sigmoid(X: Array2<T>));
layer!(softmax(A: Array2<T>));
layer!(log_softmax(A: Array2<T>));
layer!(logsumexp(A: Array2<T>));

layer!(conv1d(X: Array3<T>, K: Array3<T>, b: Array1<T>, stride: usize, dilation: usize, padding: usize));
layer!(conv2d(X: Array4<T>, K: Array4<T>, b: Array1<T>, stride: usize, dilation: usize, padding: usize));
layer!(depthwise_conv2d(X: Array4<T>, K: Array3<T>, b: Array1<T>, stride: usize, dilation: usize, padding: usize));
layer!(grouped_conv2d(X: Array5<T>, K: Array5<T>, b: Array2<T>, stride: usize, dilation: usize, padding: usize));
layer!(conv_transpose2d(X: Array4<T>, K: Array4<T>, b: Array1<T>, stride: usize, padding: usize));
layer!(max_pool1d(X: Array3<T>, size: usize, stride: usize, padding: usize));
layer!(max_pool2d(X: Array4<T>, size: usize, stride: usize, padding: usize));
layer!(avg_pool1d(X: Array3<T>, size: usize, stride: usize, padding: usize));
layer!(avg_pool2d(X: Array4<T>, size: usize, stride: usize, padding: usize));
layer!(global_avg_pool2d(X: Array4<T>));

layer!(layer_norm(X: Array2<T>, scale: Array1<T>, shift: Array1<T>, epsilon: T));
layer!(rms_norm(X: Array2<T>, scale: Array1<T>, epsilon: T));
layer!(group_norm(X: Array5<T>, scale: Array2<T>, shift: Array2<T>, epsilon: T));
layer!(batch_norm(X: Array2<T>, scale: Array1<T>, shift: Array1<T>, epsilon: T) -> (Y)(mu)(var));
layer!(batch_norm2d(X: Array4<T>, scale: Array1<T>, shift: Array1<T>, epsilon: T) -> (Y)(mu)(var));
layer!(fixed_norm(X: Array2<T>, mu: Array1<T>, var: Array1<T>, scale: Array1<T>, shift: Array1<T>, epsilon: T));
layer!(fixed_norm2d(X: Array4<T>, mu: Array1<T>, var: Array1<T>, scale: Array1<T>, shift: Array1<T>, epsilon: T));

#[test]
fn running() {
    fn all<T: Element>() {
        for case in cases("running") {
            let (mut mu, seen): (Array1<T>, Array1<T>) =
                (case.argument("mu"), case.argument("seen"));
            nn::running(&mut mu, &seen, case.argument("momentum")).unwrap();
            case.agree::<T>("results", "mu", mu.numbers());
        }
    }
    all::<f32>();
    all::<f64>();
}

layer!(attention(Q: Array4<T>, K: Array4<T>, V: Array4<T>));
layer!(causal_attention(Q: Array4<T>, K: Array4<T>, V: Array4<T>));
layer!(masked_attention(Q: Array4<T>, K: Array4<T>, V: Array4<T>, M: Array2<T>));
layer!(grouped_query_attention(Q: Array5<T>, K: Array4<T>, V: Array4<T>));
layer!(multi_head_attention(X: Array3<T>, WQ: Array3<T>, WK: Array3<T>, WV: Array3<T>, WO: Array3<T>));
layer!(rotary(X: Array4<T>, first: T, base: T));
layer!(rotary_halves(X: Array5<T>, first: T, base: T));

layer!(rnn(X: Array3<T>, h0: Array2<T>, W: Array2<T>, U: Array2<T>, b: Array1<T>));
layer!(gru(X: Array3<T>, h0: Array2<T>, W: Array3<T>, U: Array3<T>, b: Array2<T>, c: Array2<T>));
layer!(lstm(X: Array3<T>, h0: Array2<T>, c0: Array2<T>, W: Array3<T>, U: Array3<T>, b: Array2<T>) -> (H)(C));

layer!(cross_entropy(A: Array2<T>, label: Array1<usize>));
layer!(soft_cross_entropy(A: Array2<T>, T: Array2<T>));
layer!(squared_error(Y: Array2<T>, T: Array2<T>));
layer!(absolute_error(Y: Array2<T>, T: Array2<T>));
layer!(huber(Y: Array2<T>, T: Array2<T>, delta: T));
layer!(binary_cross_entropy(A: Array2<T>, T: Array2<T>));
layer!(kl_divergence(L: Array2<T>, T: Array2<T>));
layer!(ctc(L: Array3<T>, target: Array2<usize>, steps: Array1<usize>, labels: Array1<usize>, blank: usize));
