use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> Y[n, m] {
        Y[i, j] = X[j, i];
    }
}

fn main() {}
