use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i] - x[i - 1];
    }
}

fn main() {}
