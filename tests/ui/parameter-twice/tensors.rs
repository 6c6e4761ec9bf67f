use einstan::einstan;

einstan! {
    fn f(a[n], a[m]) -> y[n] {
        y[i] = a[i];
    }
}

fn main() {}
