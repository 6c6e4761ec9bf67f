use einstan::einstan;

einstan! {
    fn f(X[n, m]) -> k[n] {
        k[i] = argmax[j](X[i, j]);
    }
}

fn main() {}
