//! A derivative is of a tensor.

einstan::einstan! {
    fn f(x[n]) -> g[n] {
        g[i] = d(exp(x[i])) / d(x[i]);
    }

    fn g(x[n], y[n]) -> g[n] {
        g[i] = d(x[i] * y[i]) / d(x[i]);
    }
}

fn main() {}
