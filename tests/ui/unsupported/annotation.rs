use einstan::einstan;

einstan! {
    fn f(a) -> y[3] {
        y[i: 3] = a;
    }
}

fn main() {}
