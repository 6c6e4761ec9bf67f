//! Meant: pi. The mistake: the constant of Rust by its path.

use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = sin(std::f64::consts::PI*x[i]);
    }
}

fn main() {}
