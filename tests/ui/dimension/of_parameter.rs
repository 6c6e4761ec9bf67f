use einstan::einstan;

einstan! {
    fn f(x[2 * n]) -> s {
        s = sum[i](x[i]);
    }
}

fn main() {}
