use einstan::einstan;

einstan! {
    fn f(X[n, m], Y[n, m]) -> d[n] {
        d[i] = (X[i, k] - Y[i, k])^2;
    }
}

fn main() {}
