use einstan::einstan;

mod nn {
    einstan::einstan! {
        pub fn layer(X[n, m], k: usize, a, dim c) -> Y[n] {
            Y[i] = a * sum[j](X[i,j]) * k + len(c);
        }

        pub fn single(x[n]: f32) -> y[n] {
            y[i] = x[i];
        }
    }
}

einstan! {
    fn rank(x[n]) -> Y[n] {
        Y = nn::layer(x, 2, 0.5, len(n));
    }

    fn number(X[n, m]) -> Y[n] {
        Y = nn::layer(X, 0.5, 0.5, 3);
    }

    fn negative(X[n, m]) -> Y[n] {
        Y = nn::layer(X, 2, 1, 0.5);
    }

    fn count(X[n, m]) -> Y[n] {
        Y = nn::layer(X, 2);
    }

    fn uses(X[n, m]) -> Y[n, m] {
        H = nn::layer(X, 2, 1, 3);
        Y[i,j] = H[i,j];
    }

    fn element(x[n]) -> y[n] {
        y = nn::single(x);
    }

    fn nothing(x[n]) -> y[n] {
        y = nn::lost(x);
    }
}

fn main() {}
