//! Fixed lengths that contradict the equations: which the macro knows.

use einstan::einstan;

einstan! {
    pub axis Pixel = 28*28;
    pub axis Unit = 100;
    pub axis Batch;

    pub fn names(X[Batch, Pixel], W[Unit, n]) -> Y[Batch, n] {
        Y[i,j] = X[i,p]*W[p,j];
    }

    pub fn numbers(X[Batch, Unit], W[784, n]) -> Y[Batch, n] {
        Y[i,j] = X[i,p]*W[p,j];
    }
}

fn main() {}
