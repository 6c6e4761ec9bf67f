//! One column of all that is computed.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(X[n, m]) -> y[n] {
        H[i, j] = exp(X[i, j]);
        y[i] = H[i, 0];
    }
}

fn main() {}
