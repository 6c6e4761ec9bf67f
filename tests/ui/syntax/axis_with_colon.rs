//! Meant: an axis. The mistake: a colon for the length of an axis.

use einstan::einstan;

einstan! {
    axis Pixel: 784;
    fn layer(X[n, Pixel], w[Pixel]) -> y[n] {
        y[i] = X[i, k]*w[k];
    }
}

fn main() {}
