use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i] + y[i];
    }
}

fn main() {}
