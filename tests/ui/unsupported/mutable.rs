use einstan::einstan;

einstan! {
    fn f(mut W[n], g[n]) -> y[n] {
        y[i] = g[i] * W[i];
    }
}

fn main() {}
