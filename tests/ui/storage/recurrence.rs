use einstan::einstan;

einstan! {
    #[einstan(recompute(H))]
    fn f(x[n]) -> y[n] { H[t] = tanh(x[t] + H[pad(t - 1)]); y[t] = H[t]^2; }
}

fn main() {}
