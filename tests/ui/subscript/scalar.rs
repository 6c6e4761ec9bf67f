//! A scalar for a coefficient.

einstan::einstan! {
    fn given(x[n], k: usize, dim m) -> y[m] {
        y[i] = x[k*i];
    }

    fn new(x[n], k: usize) -> y[m] {
        y[i] = x[i*k + 1];
    }
}

fn main() {}
