//! Meant: a descent. The mistake: `-=`.

use einstan::einstan;

einstan! {
    fn step(mut w[n], g[n], rate) {
        w[i] -= rate*g[i];
    }
}

fn main() {}
