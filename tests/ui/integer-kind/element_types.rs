//! One element type for a function.

einstan::einstan! {
    fn f(x[n]: f32, y[n]: f64) -> s {
        s = x[i] * y[i];
    }

    fn zero(t[n]: usize) -> k[n]: usize {
        k[i] = t[i] % 0;
    }
}

fn main() {}
