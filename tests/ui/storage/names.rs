use einstan::einstan;

einstan! {
    #[einstan(store(Hiden))]
    fn misspelt(x[n]) -> y[n] { Hidden[i] = exp(x[i]); y[i] = Hidden[i]^2; }

    #[einstan(recompute(x))]
    fn parameter(x[n]) -> y[n] { h[i] = exp(x[i]); y[i] = h[i]^2; }

    #[einstan(recompute(y))]
    fn result(x[n]) -> y[n] { y[i] = exp(x[i]); }

    #[einstan(store(k))]
    fn integer(x[n], t[n]: usize) -> y[n] { k[i] = t[i]; y[i] = x[i]*k[i]; }

    #[einstan(store(h), recompute(h))]
    fn both(x[n]) -> y[n] { h[i] = exp(x[i]); y[i] = h[i]^2; }

    #[einstan(store(h, h))]
    fn twice(x[n]) -> y[n] { h[i] = exp(x[i]); y[i] = h[i]^2; }
}

fn main() {}
