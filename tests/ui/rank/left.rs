use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n, n] {
        y[i] = x[i];
    }
}

fn main() {}
