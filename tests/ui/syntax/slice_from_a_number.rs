//! Meant: some rows. The mistake: a slice with bounds.

use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> y[m] {
        y[j] = sum[i: 2](X[1:3, j]);
    }
}

fn main() {}
