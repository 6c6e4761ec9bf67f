#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Batch, Hidden, Plane};
use einstan::{Error, Tensor};

/// The argument where the cotangent of the result belongs.
pub fn wrong(
    x: &Tensor<f32, (Batch, Plane)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
) -> Result<layers::hidden::Gradient<f32>, Error> {
    let (_, pullback) = layers::hidden::vjp(x, w, b)?;
    pullback.call(x)
}

fn main() {}
