//! Meant: upsampling by two. The mistake: a float in a position.

use einstan::einstan;

einstan! {
    fn up(x[n]) -> y[2*n] {
        y[i] = x[floor(i*0.5)];
    }
}

fn main() {}
