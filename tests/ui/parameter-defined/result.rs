//! A parameter that is a result too is one mistake.

einstan::einstan! {
    fn f(x[n]) -> x[n] {
        x[i] = 2 * x[i];
    }
}

fn main() {}
