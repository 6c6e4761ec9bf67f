use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> k: usize {
        k = argmax[i, j](X[i, j]);
    }
}

fn main() {}
