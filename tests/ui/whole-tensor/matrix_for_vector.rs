//! Meant: two layers. The mistake: a matrix where a vector is asked for.

use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i, j] = X[i, p]*W[p, j] + b[j]; }
    fn net(X[n, m], W[m, k], B[n, k]) -> Y[n, k] {
        Y = dense(X, W, B);
    }
}

fn main() {}
