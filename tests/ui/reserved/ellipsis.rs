//! Meant: a batched product. The mistake: an ellipsis.

use einstan::einstan;

einstan! {
    fn bmm(X[b, n, m], W[m, k]) -> Y[b, n, k] {
        Y[.., i, j] = X[.., i, p]*W[p, j];
    }
}

fn main() {}
