use einstan::einstan;

einstan! {
    fn layer(X[n, m], k: usize, dim c) -> Y[n] {
        Y[i] = sum[j](X[i,j]) * k + len(c);
    }

    fn rank(x[n]) -> Y[n] {
        Y = layer(x, 2, len(n));
    }

    fn number(X[n, m]) -> Y[n] {
        Y = layer(X, 0.5, 3);
    }

    fn length(X[n, m]) -> Y[n] {
        Y = layer(X, 1, 0.5);
    }

    fn expression(X[n, m]) -> Y[n] {
        Y = layer(X + X, 1, 3);
    }
}

fn main() {}
