//! Meant: a residual layer. The mistake: an addend that has the summed index.

use einstan::einstan;

einstan! {
    fn res(X[n, m], W[m, m]) -> Y[n, m] {
        Y[i, j] = X[i, k]*W[k, j] + X[i, k];
    }
}

fn main() {}
