//! Meant: the last expression is the result. The mistake: a tail expression as in Rust.

use einstan::einstan;

einstan! {
    fn mm(X[n, m], W[m, k]) -> Y[n, k] {
        X[i, k]*W[k, j]
    }
}

fn main() {}
