//! Meant: the result. The mistake: the axes of the result the wrong way round.

use einstan::einstan;

einstan! {
    fn mm(X[n, m], W[m, k]) -> Y[k, n] {
        Y[i, j] = X[i, p]*W[p, j];
    }
}

fn main() {}
