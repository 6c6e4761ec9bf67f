use einstan::einstan;

einstan! {
    fn f(X[3], Y[4]) -> s {
        s = X[i] * Y[i];
    }
}

fn main() {}
