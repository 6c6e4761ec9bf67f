//! Meant: rounded values. The mistake: a float expression for an integer result.

use einstan::einstan;

einstan! {
    fn twice(x[n]) -> y[n]: usize {
        y[i] = 2*x[i];
    }
}

fn main() {}
