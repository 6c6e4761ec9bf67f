use einstan::einstan;

einstan! {
    fn f(x[3]) -> s {
        s = x[5] * 2;
    }
}

fn main() {}
