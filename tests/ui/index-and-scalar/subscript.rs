//! An integer scalar that a left-hand side has for an index.

einstan::einstan! {
    fn f(x[n], i: usize) -> y[n] {
        y[i] = x[i];
    }
}

fn main() {}
