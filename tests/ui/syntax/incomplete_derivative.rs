use einstan::einstan;

einstan! {
    fn f(x[n]) -> (y[n], J[n, n]) {
        y[i] = x[i]^2;
        J[i, j] = d(y[i]);
    }
}

fn main() {}
