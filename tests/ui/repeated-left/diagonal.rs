use einstan::einstan;

einstan! {
    fn f(x[n]) -> Y[n, n] {
        Y[j, j] = x[j];
    }
}

fn main() {}
