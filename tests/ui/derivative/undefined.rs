use einstan::einstan;

einstan! {
    fn f(x[n]) -> (J[n], s) {
        J[i] = d(s) / d(x[i]);
        s = sum[i](x[i]^2);
    }
}

fn main() {}
