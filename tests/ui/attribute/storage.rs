use einstan::einstan;

einstan! {
    #[einstan(store)]
    fn nothing(x[n]) -> y[n] { h[i] = exp(x[i]); y[i] = h[i]^2; }

    #[einstan(recompute(h[i]))]
    fn access(x[n]) -> y[n] { h[i] = exp(x[i]); y[i] = h[i]^2; }
}

fn main() {}
