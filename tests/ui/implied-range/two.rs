//! The smaller of two lengths.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n], z[m]) -> y[k] {
        y[i] = x[i + 1] * z[2*i];
    }
}

fn main() {}
