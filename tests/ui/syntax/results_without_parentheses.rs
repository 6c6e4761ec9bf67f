//! Meant: two results. The mistake: two results without parentheses.

use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n], s {
        y[i] = 2*x[i];
        s = sum[i](x[i]);
    }
}

fn main() {}
