//! Meant: the sum of each row. The mistake: sum without its index.

use einstan::einstan;

einstan! {
    fn row(X[n, m]) -> s[n] {
        s[i] = sum(X[i, j]);
    }
}

fn main() {}
