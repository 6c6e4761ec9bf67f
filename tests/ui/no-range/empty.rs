use einstan::einstan;

einstan! {
    fn f(x[3], k[5]) -> y[m] {
        y[i] = x[i + r] * k[r];
    }

    fn g(x[n]) -> y[n] {
        y[i] = x[pad(i + r)];
    }
}

fn main() {}
