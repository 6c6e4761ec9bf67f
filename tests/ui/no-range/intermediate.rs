//! Axes of a tensor that no signature declares.

einstan::einstan! {
    fn constant(a, x[n]) -> y[n] {
        h[j] = a;
        y[i] = x[i] * h[0];
    }

    fn scattered(x[n], t[n]: usize) -> s {
        h[t[i]] += x[i];
        s = h[0];
    }
}

fn main() {}
