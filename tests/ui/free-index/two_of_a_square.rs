//! Meant: the mean squared error. The mistake: the square of a difference is one factor, nothing sums.

use einstan::einstan;

einstan! {
    fn mse(Y[n, m], T[n, m]) -> E {
        E = (Y[i, j] - T[i, j])^2;
    }
}

fn main() {}
