//! Meant: X times W transposed. The mistake: `.T` as in NumPy.

use einstan::einstan;

einstan! {
    fn mm(X[n, m], W[k, m]) -> Y[n, k] {
        Y[i, j] = X[i, p]*W.T[p, j];
    }
}

fn main() {}
