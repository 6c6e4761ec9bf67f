//! Meant: the sum of each row. The mistake: the axis of a sum as an argument, as in NumPy.

use einstan::einstan;

einstan! {
    fn row(X[n, m]) -> s[n] {
        s[i] = sum(X[i, j], axis=1);
    }
}

fn main() {}
