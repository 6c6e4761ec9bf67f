use einstan::einstan;

einstan! {
    fn f(x[n]) -> u[n] {
        u[i] = x[i] + u[pad(i - 1)] + u[pad(i + 1)];
    }
}

fn main() {}
