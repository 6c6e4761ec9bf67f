use einstan::einstan;

einstan! {
    fn f(X[n, m], W[m, k], b[m]) -> Y[n, k] {
        Y[i, j] = X[i, p] * W[p, j] + b[p];
    }
}

fn main() {}
