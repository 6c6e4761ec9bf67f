//! The nearest function is one of tensors.

einstan::einstan! {
    fn layer(x[n]) -> y[n] {
        y[i] = 2 * x[i];
    }

    fn misspelt(x[n]) -> y[n] {
        y[i] = layr(x) * x[i];
    }

    fn far(x[n]) -> y[n] {
        y[i] = quaternion(x[i]);
    }
}

fn main() {}
