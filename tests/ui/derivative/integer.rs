use einstan::einstan;

einstan! {
    fn f(x[n], t[n]: usize) -> J[n, n] {
        J[i, j] = d(t[i]) / d(x[j]);
    }
}

fn main() {}
