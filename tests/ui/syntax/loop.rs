//! Meant: the loop over i. The mistake: a for loop as in Rust.

use einstan::einstan;

einstan! {
    fn double(x[n]) -> y[n] {
        for i in 0..n { y[i] = 2*x[i]; }
    }
}

fn main() {}
