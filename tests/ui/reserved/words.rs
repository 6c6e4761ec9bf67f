//! Words of the notation and of Rust.

einstan::einstan! {
    fn reduction(x[n]) -> mean {
        mean = sum[i](x[i]);
    }

    fn keyword(x[n]) -> y[n] {
        y[type] = x[type];
    }

    fn rest(X[n, m]) -> Y[n, m] {
        Y[i, j] = X[.., j];
    }
}

fn main() {}
