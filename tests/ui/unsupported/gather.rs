use einstan::einstan;

einstan! {
    fn f(E[v, c], tok[t]: usize) -> Y[t, c] {
        Y[i, j] = E[tok[i], j];
    }
}

fn main() {}
