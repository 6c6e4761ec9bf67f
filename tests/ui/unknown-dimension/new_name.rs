use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[k] {
        y[i] = x[i];
    }
}

fn main() {}
