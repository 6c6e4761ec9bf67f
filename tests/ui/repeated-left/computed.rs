//! A position that is computed.

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y[2*i] = x[i];
    }
}

fn main() {}
