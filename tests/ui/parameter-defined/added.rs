//! A parameter that is added to.

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        x[i] += 1;
        y[i] = x[i];
    }
}

fn main() {}
