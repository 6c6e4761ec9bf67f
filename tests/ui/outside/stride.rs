//! Meant: pooling by two. The mistake: stride forgotten in the length of the result.

use einstan::einstan;

einstan! {
    fn pool(x[n]) -> y[n] {
        y[i] = max[k: 2](x[2*i + k]);
    }
}

fn main() {}
