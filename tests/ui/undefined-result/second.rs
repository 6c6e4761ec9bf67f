use einstan::einstan;

einstan! {
    fn f(x[n]) -> (y[n], z[n]) {
        y[i] = x[i];
    }
}

fn main() {}
