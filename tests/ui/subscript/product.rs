use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n, n] {
        y[i, j] = x[i * j];
    }
}

fn main() {}
