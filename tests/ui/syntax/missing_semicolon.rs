use einstan::einstan;

einstan! {
    fn f(x[n]) -> (y[n], z[n]) {
        y[i] = x[i]
        z[i] = x[i]^2;
    }
}

fn main() {}
