//! A window of which nothing says how wide it is.

einstan::einstan! {
    fn summed(x[n]) -> y[n] {
        y[i] = sum[u](x[pad(i + u)]);
    }

    fn product(x[n], a) -> y[n] {
        y[i] = x[pad(i + u)] * a^u;
    }
}

fn main() {}
