use einstan::einstan;

einstan! {
    fn f(X[n, m]: f16, &b) -> y[n], s {
        a[i] = X[i, ] + * 2;
        y[i] = X[i, j] ** 2;
        s = 2(X[0, 0]);
    }

    fn g(x) = 2 * x

    fn h(x[n]) -> s {
        s = x[i] * g(x[i]) 3;
    }
}

fn main() {}
