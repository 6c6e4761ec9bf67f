use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y = g(x);
    }

    fn g(x[n]) -> y[n] {
        y = f(x);
    }

    fn outside(x[n]) -> y[n] {
        y = f(x);
    }
}

fn main() {}
