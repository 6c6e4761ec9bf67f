//! Meant: a sum with bounds. The mistake: a range of Rust in the brackets of sum.

use einstan::einstan;

einstan! {
    fn partial(x[n]) -> s {
        s = sum[i in 0..3](x[i]);
    }
}

fn main() {}
