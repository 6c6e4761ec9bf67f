//! Meant: x after a step. The mistake: an assignment to what it reads, as in Rust.

use einstan::einstan;

einstan! {
    fn step(x[n], g[n]) -> y[n] {
        y[i] = x[i];
        y[i] = y[i] - 0.1*g[i];
    }
}

fn main() {}
