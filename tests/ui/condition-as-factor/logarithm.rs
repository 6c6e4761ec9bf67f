//! 0 times the logarithm of what is not positive.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = (x[i] > 0) * ln(x[i]);
    }
}

fn main() {}
