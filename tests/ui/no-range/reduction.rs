use einstan::einstan;

einstan! {
    fn f(a) -> s {
        s = sum[i](a);
    }
}

fn main() {}
