//! A branch that an earlier condition leaves nothing.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = if i < 2 { x[i] } else if i == 1 { 0 } else { 2 * x[i] };
    }

    fn first(x[n]) -> y[n] {
        y[i] = if i == 0 { x[0] } else { x[i - 1] };
    }
}

fn main() {}
