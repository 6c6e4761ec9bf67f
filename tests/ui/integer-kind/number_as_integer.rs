use einstan::einstan;

einstan! {
    fn f(x[n]) -> k[n]: usize {
        k[i] = x[i];
    }
}

fn main() {}
