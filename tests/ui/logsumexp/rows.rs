//! The logarithm of a sum of exponentials.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(X[n, m]) -> y[n] {
        y[i] = ln(sum[j](exp(X[i, j])));
    }
}

fn main() {}
