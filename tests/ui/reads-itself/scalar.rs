use einstan::einstan;

einstan! {
    fn f(x[n]) -> s {
        s = s + x[i] * x[i];
    }
}

fn main() {}
