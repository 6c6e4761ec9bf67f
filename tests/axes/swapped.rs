#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Batch, Hidden, Plane};
use einstan::{Error, Tensor};

pub fn exchanged(
    x: &Tensor<f32, (Batch, Plane)>,
    w: &Tensor<f32, (Plane, Hidden)>,
    b: &Tensor<f32, (Hidden,)>,
) -> Result<Tensor<f32, (Batch, Hidden)>, Error> {
    layers::hidden(w, x, b)
}

fn main() {}
