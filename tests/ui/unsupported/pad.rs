use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[pad(i - 1)];
    }
}

fn main() {}
