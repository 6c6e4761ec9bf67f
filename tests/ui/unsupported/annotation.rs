use einstan::einstan;

einstan! {
    fn f(a, dim n) -> s {
        y[i: 2*n] = a;
        s = sum[i](y[i]);
    }
}

fn main() {}
