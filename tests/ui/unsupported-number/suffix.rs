use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = 2f32 * x[i];
    }
}

fn main() {}
