//! Meant: an intermediate. The mistake: `let` as in Rust.

use einstan::einstan;

einstan! {
    fn two(X[n, m], W[m, k]) -> Y[n, k] {
        let A[i, j] = X[i, k]*W[k, j];
        Y[i, j] = relu(A[i, j]);
    }
}

fn main() {}
