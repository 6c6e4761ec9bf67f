#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Arm, Batch, Hidden, Plane};
use einstan::{Error, Tensor};

/// The gradient by one weight, kept as that by another one.
pub fn by_v(
    x: &Tensor<f32, (Batch, Plane)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
) -> Result<Tensor<f32, (Hidden, Arm)>, Error> {
    let (h, pullback) = layers::hidden::vjp(x, w, b)?;
    Ok(pullback.call(&h)?.W)
}

/// A gradient of one layer where that of another one belongs.
pub fn of_output(
    x: &Tensor<f32, (Batch, Plane)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
    gradient: &mut layers::output::Gradient<f32>,
) -> Result<(), Error> {
    let (h, mut pullback) = layers::hidden::vjp(x, w, b)?;
    pullback.accumulate(&h, gradient)
}

fn main() {}
