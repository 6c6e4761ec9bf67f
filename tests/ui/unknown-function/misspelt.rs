use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = sigmod(x[i]);
    }
}

fn main() {}
