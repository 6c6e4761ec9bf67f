#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::Hidden;
use einstan::{Error, Tensor};
use ndarray::Array2;

/// An array, of which no one knows what its axes are.
pub fn unnamed(
    x: &Array2<f32>,
    w: &Array2<f32>,
    b: &Tensor<f32, (Hidden,)>,
) -> Result<Array2<f32>, Error> {
    Ok(layers::hidden(x, w, b)?.into_inner())
}

/// Of another rank than its type says.
pub fn rank(b: Array2<f32>) -> Result<Tensor<f32, (Hidden,)>, Error> {
    Tensor::try_from(b)
}

fn main() {}
