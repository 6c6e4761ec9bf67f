//! Meant: the positive part. The mistake: a ternary as in C.

use einstan::einstan;

einstan! {
    fn pos(x[n]) -> y[n] {
        y[i] = x[i] > 0 ? x[i] : 0;
    }
}

fn main() {}
