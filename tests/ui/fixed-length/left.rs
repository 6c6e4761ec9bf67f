//! A position that is written.

einstan::einstan! {
    fn f(x[n]) -> y[3] {
        y[5] += x[i] * x[i];
    }
}

fn main() {}
