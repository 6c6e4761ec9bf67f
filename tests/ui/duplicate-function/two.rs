use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i];
    }
    fn f(x[n]) -> z[n] {
        z[i] = x[i];
    }
}

fn main() {}
