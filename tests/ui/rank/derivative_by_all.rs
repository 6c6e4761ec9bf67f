//! Meant: the gradient of e. The mistake: `d(e)/d(x)` without the indices of x.

use einstan::einstan;

einstan! {
    fn grad(x[n]) -> g[n] {
        e = sum[i](x[i]^2);
        g[i] = d(e)/d(x);
    }
}

fn main() {}
