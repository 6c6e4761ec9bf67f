//! Meant: norm, then times two. The mistake: a function of tensors called inside an expression.

use einstan::einstan;

einstan! {
    fn norm(x[n]) -> r { r = sqrt(sum[i](x[i]^2)); }
    fn unit(x[n]) -> y[n] {
        y[i] = x[i]/norm(x);
    }
}

fn main() {}
