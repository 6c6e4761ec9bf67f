//! Meant: differences. The mistake: the result has as many values as x.

use einstan::einstan;

einstan! {
    fn diff(x[n]) -> d[n] {
        d[i] = x[i + 1] - x[i];
    }
}

fn main() {}
