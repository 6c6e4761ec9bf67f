use einstan::einstan;

einstan! {
    fn f(x[n]) {
        y[i] = x[i];
    }
}

fn main() {}
