use einstan::einstan;

einstan! {
    fn f(x[n], const c[n]) -> J[n] {
        s = sum[i](x[i] * c[i]);
        J[i] = d(s) / d(c[i]);
    }
}

fn main() {}
