use einstan::einstan;

einstan! {
    fn f(x[n]) -> Y[n] {
        Y[0] = x[i] * x[i];
    }
}

fn main() {}
