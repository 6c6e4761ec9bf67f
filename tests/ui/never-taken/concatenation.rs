//! Two tensors one after the other, in a result that is as long as the first.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n], y[m]) -> z[n] {
        z[i] = if i < len(n) { x[i] } else { y[i - len(n)] };
    }
}

fn main() {}
