//! Lengths of results that are none; what follows from that is no error of its own.

einstan::einstan! {
    fn negative(x[n]) -> y[3 - 5] {
        y[i] = 1;
    }

    fn divided(x[n]) -> y[n/0] {
        y[i] = x[i];
    }

    fn real(x[n]) -> y[1.5*n] {
        y[i] = x[i];
    }
}

fn main() {}
