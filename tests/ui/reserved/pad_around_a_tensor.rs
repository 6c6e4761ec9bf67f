//! Meant: neighbours, zero outside. The mistake: pad around the tensor, not the position.

use einstan::einstan;

einstan! {
    fn shift(x[n]) -> y[n] {
        y[i] = pad(x[i - 1]);
    }
}

fn main() {}
