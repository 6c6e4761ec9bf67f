//! A scalar for a coefficient.

einstan::einstan! {
    fn f(x[n], k: usize, dim m) -> y[m] {
        y[i] = x[k*i];
    }
}

fn main() {}
