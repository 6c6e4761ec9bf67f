//! Meant: an element of a matrix. The mistake: two pairs of brackets, as in C.

use einstan::einstan;

einstan! {
    fn double(X[n, m]) -> Y[n, m] {
        Y[i, j] = 2*X[i][j];
    }
}

fn main() {}
