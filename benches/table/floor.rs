//! The least time that a row can take on a core of this kind.
//!
//! The largest of operations over the peak of multiply-adds, bytes over the rate of the last cache, and exponentials or
//! hyperbolic tangents over the best rate that was measured. The rates are those of one Zen 4 core with AVX-512 (AVX2 has
//! the same peak there); two cores have twice as much of each. The peak is a hard bound; the other rates are what
//! good kernels reach, and memory that is fresh costs more.

use crate::rows::{Direction, Row};

const OPERATIONS: f64 = 115e9;
const BYTES: f64 = 45e9;
const EXPONENTIALS: f64 = 4.2e9;
const TANGENTS: f64 = 3.2e9;

/// Microseconds, on so many cores; nothing where only the call itself costs.
pub fn floor(row: &Row, direction: Direction, threads: usize) -> Option<f64> {
    let both = direction == Direction::Both;
    // With gradients, a product of two tensors is one product for the value and one for each of the tensors.
    let products = |multiply_adds: f64| {
        let passes = if both { 3.0 } else { 1.0 };
        2.0 * multiply_adds * passes / OPERATIONS
    };
    // How many times all of a tensor of so many numbers is read or written.
    let passes = |count: usize, forward: f64, with_gradients: f64| {
        let passes = if both { with_gradients } else { forward };
        4.0 * count as f64 * passes / BYTES
    };
    let exponentials = |count: usize| count as f64 / EXPONENTIALS;

    let square = 1024 * 1024;
    let seconds = match row.name {
        "dense_128" => products(128.0 * 784.0 * 128.0),
        "dense_1024" => products(1024.0 * 1024.0 * 1024.0),
        // No gradient by X: two products for the first layer, three for the second one.
        "mlp_step" => 2.0 * 128.0 * (2.0 * 784.0 * 128.0 + 3.0 * 128.0 * 10.0) / OPERATIONS,
        "softmax" => exponentials(square).max(passes(square, 2.0, 5.0)),
        "xent_onehot" => exponentials(square).max(passes(square, 2.0, 3.0)),
        "xent_label" => exponentials(square).max(passes(square, 1.0, 2.0)),
        "layernorm" => passes(4096 * 512, 2.0, 5.0),
        "attention" => products(2.0 * 32.0 * 256.0 * 256.0 * 64.0),
        "conv2d" => products(16.0 * 30.0 * 30.0 * 64.0 * 32.0 * 9.0),
        "bilinear" => products(128.0 * 64.0 * 64.0 * 64.0),
        "mttkrp" => products(128.0 * 128.0 * 128.0 * 32.0),
        "sqdist" => products(512.0 * 512.0 * 64.0),
        // The gradient takes the tangents a second time, which is cheaper than keeping them.
        "gelu_4m" => (4 << 20) as f64 * if both { 2.0 } else { 1.0 } / TANGENTS,
        "bmm" => products(64.0 * 64.0 * 64.0 * 64.0),
        "chain" => products(2.0 * 1000.0 * 10.0 * 10.0),
        _ => return None,
    };
    Some(seconds * 1e6 / threads as f64)
}
