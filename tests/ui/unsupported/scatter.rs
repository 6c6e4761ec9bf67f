use einstan::einstan;

einstan! {
    fn f(X[t, c], tok[t]: usize) -> Y[t, c] {
        Y[tok[i], j] += X[i, j];
    }
}

fn main() {}
