//! Meant: a square. The mistake: `**` for a power.

use einstan::einstan;

einstan! {
    fn square(x[n]) -> y[n] {
        y[i] = x[i]**2;
    }
}

fn main() {}
