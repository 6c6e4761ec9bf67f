use einstan::einstan;

einstan! {
    fn f(weights[n]) -> y[n] {
        y[i] = wieghts[i];
    }
}

fn main() {}
