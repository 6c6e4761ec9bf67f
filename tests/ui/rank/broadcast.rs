//! Meant: the bias along the last axis. The mistake: the bias without its index (broadcasting).

use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, p]*W[p, j] + b;
    }
}

fn main() {}
