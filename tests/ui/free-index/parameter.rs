//! An offset that no parameter gives.

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[clamp(i + p)];
    }
}

fn main() {}
