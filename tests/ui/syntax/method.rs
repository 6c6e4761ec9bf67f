//! Meant: a method. The mistake: a method of a number, as in Rust.

use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i].exp();
    }
}

fn main() {}
