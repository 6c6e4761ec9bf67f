use einstan::einstan;

einstan! {
    fn f(x[n], a) -> y[n] {
        y[i] = x[i] * a[i];
    }
}

fn main() {}
