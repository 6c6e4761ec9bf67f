use einstan::einstan;

einstan! {
    fn f(a) -> Y[n] {
        Y[i] = a;
    }
}

fn main() {}
