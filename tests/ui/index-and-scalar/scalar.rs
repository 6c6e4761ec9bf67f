use einstan::einstan;

einstan! {
    fn f(x[n], i) -> y[n] {
        y[i] = x[i] * i;
    }
}

fn main() {}
