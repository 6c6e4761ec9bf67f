//! An axis and a function of one name.

einstan::einstan! {
    axis Layer = 3;

    fn Layer(x[n]) -> y[n] {
        y[i] = x[i];
    }
}

fn main() {}
