//! Meant: no gradient. The mistake: an option that does not exist.

use einstan::einstan;

einstan! {
    #[einstan(no_grad)]
    fn layer(X[n, m], W[m, k]) -> Y[n, k] {
        Y[i, j] = X[i, p]*W[p, j];
    }
}

fn main() {}
