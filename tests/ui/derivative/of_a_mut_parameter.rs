use einstan::einstan;

einstan! {
    fn f(mut W[n], x[n]) -> g[n] {
        W[i] = 2 * x[i];
        g[i] = d(W[i]) / d(x[i]);
    }
}

fn main() {}
