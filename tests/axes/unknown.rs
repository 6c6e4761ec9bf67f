use einstan::{Tensor, einstan};

einstan! {
    pub fn f(X[Batch, 3]) -> Y[Batch] {
        Y[i] = sum[j](X[i,j]);
    }
}

pub struct Color;

pub fn kept(x: Tensor<f64, (Color,)>) -> Tensor<f64, (Color,)> {
    x
}

pub fn bare(x: Tensor<f64, Color>) -> Tensor<f64, Color> {
    x
}

fn main() {}
