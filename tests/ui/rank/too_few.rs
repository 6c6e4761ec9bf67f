use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> y[n] {
        y[i] = sum[j](X[i]);
    }
}

fn main() {}
