//! Meant: two layers. The mistake: an argument is forgotten.

use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i, j] = X[i, p]*W[p, j] + b[j]; }
    fn net(X[n, m], W[m, k]) -> Y[n, k] {
        Y = dense(X, W);
    }
}

fn main() {}
