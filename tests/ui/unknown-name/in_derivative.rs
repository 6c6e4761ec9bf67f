use einstan::einstan;

einstan! {
    fn f(x[n], w[n]) -> A[n] {
        h[i] = x[i] * w[i];
        e = sum[i](h[i]^2);
        A[i] = d(e) / d(h[q[i]]);
    }
}

fn main() {}
