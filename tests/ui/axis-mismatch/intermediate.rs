use einstan::einstan;

einstan! {
    fn f(X[n, m], V[k]) -> y[n] {
        H[i, j] = X[i, j]^2;
        y[i] = H[i, p] * V[p];
    }
}

fn main() {}
