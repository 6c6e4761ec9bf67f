//! Warnings that there are not.

einstan::einstan! {
    #[einstan(allow(dead-code))]
    fn unknown(x[n]) -> y[n] {
        y[i] = 2 * x[i];
    }

    #[einstan(allow)]
    fn none(x[n]) -> y[n] {
        y[i] = 2 * x[i];
    }
}

fn main() {}
