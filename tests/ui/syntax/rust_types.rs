//! Meant: X is a matrix. The mistake: Rust types of parameters.

use einstan::einstan;

einstan! {
    fn dense(X: Array2<f64>, W: Array2<f64>) -> Y[n, k] {
        Y[i, j] = X[i, k]*W[k, j];
    }
}

fn main() {}
