//! Meant: times the constant. The mistake: a Rust constant without braces.

use einstan::einstan;

#[allow(dead_code)]
const RATE: f64 = 0.5;

einstan! {
    fn scaled(x[n]) -> y[n] {
        y[i] = RATE*x[i];
    }
}

fn main() {}
