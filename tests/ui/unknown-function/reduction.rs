use einstan::einstan;

einstan! {
    fn f(x[n]) -> s {
        s = summ[i](x[i]);
    }
}

fn main() {}
