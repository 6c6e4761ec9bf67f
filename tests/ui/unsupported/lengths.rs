use einstan::einstan;

einstan! {
    fn f(x[n], y[m]) -> z[n + m] {
        z[i] = x[i];
    }
}

fn main() {}
