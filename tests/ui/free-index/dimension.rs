//! A dimension where its length is meant.

einstan::einstan! {
    fn reversed(x[n]) -> y[n] {
        y[i] = x[n - 1 - i];
    }

    fn last(x[n]) -> s {
        s = x[n];
    }
}

fn main() {}
