#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Batch, Hidden, Plane};
use einstan::{Error, Tensor};

/// A tensor of the layer's result where its argument belongs.
pub fn twice(
    h: &Tensor<f32, (Batch, Hidden)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
) -> Result<Tensor<f32, (Batch, Hidden)>, Error> {
    layers::hidden(h, w, b)
}

fn main() {}
