//! Meant: relaxation of a field. The mistake: reads before and behind.

use einstan::einstan;

einstan! {
    fn relax(x[n]) -> u[n] {
        u[i] = (u[pad(i - 1)] + u[pad(i + 1)])/2 + x[i];
    }
}

fn main() {}
