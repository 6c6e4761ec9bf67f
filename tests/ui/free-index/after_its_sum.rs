//! Meant: the sum over k of X, times W. The mistake: k is used outside of the reduction that binds it.

use einstan::einstan;

einstan! {
    fn f(X[n, m], W[m, k]) -> Y[n, k] {
        Y[i, j] = sum[p](X[i, p])*W[p, j];
    }
}

fn main() {}
