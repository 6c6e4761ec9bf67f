//! A tensor and a length.

einstan::einstan! {
    fn f(a[n], dim a) -> y[n] {
        y[i] = a[i];
    }
}

fn main() {}
