//! Meant: Y from A. The mistake: the equations in the wrong order.

use einstan::einstan;

einstan! {
    fn two(X[n, m], W[m, k]) -> Y[n, k] {
        Y[i, j] = relu(A[i, j]);
        A[i, j] = X[i, p]*W[p, j];
    }
}

fn main() {}
