//! Meant: the mean. The mistake: len of a tensor.

use einstan::einstan;

einstan! {
    fn average(x[n]) -> m {
        m = sum[i](x[i])/len(x);
    }
}

fn main() {}
