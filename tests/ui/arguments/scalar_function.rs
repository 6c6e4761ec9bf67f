use einstan::einstan;

einstan! {
    fn g(a, b) = a * b;
    fn f(x[n]) -> y[n] {
        y[i] = g(x[i]);
    }
}

fn main() {}
