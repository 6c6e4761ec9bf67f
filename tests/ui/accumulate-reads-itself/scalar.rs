//! A scalar that doubles itself.

einstan::einstan! {
    fn f(x[n]) -> s {
        s = sum[i](x[i]);
        s += s;
    }
}

fn main() {}
