use einstan::einstan;

einstan! {
    fn f(tanh[n]) -> y[n] {
        y[i] = 1;
    }
}

fn main() {}
