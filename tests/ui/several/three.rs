use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> y[n] {
        a[i] = P[i];
        b[i] = Q[i];
        y[i] = X[i, j];
    }
}

fn main() {}
