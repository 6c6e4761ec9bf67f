//! Meant: a logistic gate. The mistake: a typo in the name of a function.

use einstan::einstan;

einstan! {
    fn gate(x[n]) -> y[n] {
        y[i] = x[i]*sigmod(x[i]);
    }
}

fn main() {}
