//! Nothing safe changes the lengths of a typed tensor.

use einstan::{Tensor, einstan};

einstan! {
    pub axis Row;
    pub axis Column = 3;
}

pub fn turned(mut x: Tensor<f64, (Row, Column)>) {
    x.swap_axes(0, 1);
}

pub fn emptied(mut x: Tensor<f64, (Row, Column)>) {
    x.view_mut().slice_collapse(ndarray::s![.., ..2]);
}

fn main() {}
