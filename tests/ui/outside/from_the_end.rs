//! Positions are not counted from the end.

einstan::einstan! {
    fn named(x[n]) -> s {
        s = x[-1];
    }

    fn number(X[n, 3]) -> y[n] {
        y[i] = X[i, -2];
    }
}

fn main() {}
