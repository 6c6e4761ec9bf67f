//! Meant: Y = X W. The mistake: `@` for the matrix product, as in Python.

use einstan::einstan;

einstan! {
    fn mm(X[n, m], W[m, k]) -> Y[n, k] {
        Y = X @ W;
    }
}

fn main() {}
