//! Texts and characters.

einstan::einstan! {
    fn text(x[n]) -> y[n] {
        y[i] = "2" * x[i];
    }

    fn character(x[n]) -> y[n] {
        y[i] = 'a' * x[i];
    }
}

fn main() {}
