//! What a sum stands around: the factor, all addends, the sum that is there.

einstan::einstan! {
    fn factor(X[n, k], a) -> y[n] {
        y[i] = a * exp(X[i, k]) + 1;
    }

    fn addends(X[n, k], Z[n, k]) -> y[n] {
        y[i] = 2 * (X[i, k] - Z[i, k]);
    }

    fn inner(X[n, k]) -> s {
        s = sum[i](X[i, k]);
    }

    fn divided(x[n]) -> s {
        s = 1 / x[i];
    }
}

fn main() {}
