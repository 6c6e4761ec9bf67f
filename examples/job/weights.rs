//! Weights before the training.

use ndarray::{Array, Dimension, ShapeBuilder};

/// Uniform numbers of variance `gain` / inputs.
pub fn weights<D: Dimension, S: ShapeBuilder<Dim = D>>(
    shape: S,
    gain: f32,
    inputs: usize,
    random: &mut fastrand::Rng,
) -> Array<f32, D> {
    let scale = (3.0 * gain / inputs as f32).sqrt();
    Array::from_shape_simple_fn(shape, || scale * (2.0 * random.f32() - 1.0))
}
