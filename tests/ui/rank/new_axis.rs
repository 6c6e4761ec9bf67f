//! Meant: the bias as a row of one. The mistake: an axis too many, as numpy's b[None, :].

use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, p]*W[p, j] + b[1, j];
    }
}

fn main() {}
