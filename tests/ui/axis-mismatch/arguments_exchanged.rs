//! Meant: two layers. The mistake: the arguments in the wrong order.

use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k]) -> Y[n, k] { Y[i, j] = X[i, p]*W[p, j]; }
    fn net(X[a, b], W[b, c]) -> Y[a, c] {
        Y = dense(W, X);
    }
}

fn main() {}
