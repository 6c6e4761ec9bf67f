//! Meant: the sum of each column. The mistake: a slice `:`.

use einstan::einstan;

einstan! {
    fn first(X[n, m]) -> y[m] {
        y[j] = X[:, j]*1;
    }
}

fn main() {}
