//! A parameter and an intermediate.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n], w[n]) -> y[n] {
        h[i] = exp(x[i]);
        y[i] = 2 * x[i];
    }
}

fn main() {}
