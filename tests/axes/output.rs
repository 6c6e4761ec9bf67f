#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Arm, Batch, Hidden, Plane};
use einstan::{Error, Tensor};

/// An output of another layer.
pub fn wrong(
    x: &Tensor<f32, (Batch, Plane)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
    z: &mut Tensor<f32, (Batch, Arm)>,
) -> Result<(), Error> {
    layers::hidden::into(x, w, b, z)
}

fn main() {}
