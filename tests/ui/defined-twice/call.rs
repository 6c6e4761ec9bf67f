//! A call that defines a tensor again.

einstan::einstan! {
    fn both(x[n]) -> (y[n], z[n]) {
        y[i] = x[i];
        z[i] = 2 * x[i];
    }

    fn f(x[n]) -> h[n] {
        (h, h) = both(x);
    }

    fn g(x[n]) -> h[n] {
        h[i] = x[i];
        (h, _) = both(x);
    }
}

fn main() {}
