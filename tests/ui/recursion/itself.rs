use einstan::einstan;

einstan! {
    fn g(a) = 1 + g(a);
    fn f(x[n]) -> y[n] {
        y[i] = 2 * x[i];
    }
}

fn main() {}
