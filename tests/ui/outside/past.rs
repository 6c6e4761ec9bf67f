use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i + 1];
    }

    fn g(x[n]) -> y[2*n] {
        y[2*i + 2] += x[i];
    }
}

fn main() {}
