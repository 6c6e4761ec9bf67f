use einstan::einstan;

einstan! {
    fn gathered(E[v, c], p[t]) -> Y[t, c] {
        Y[i, j] = E[p[i], j];
    }

    fn divided(x[n]) -> y[n] {
        y[i] = x[i / 0];
    }

    fn by_an_index(X[n, m]) -> y[n] {
        y[i] = sum[j](X[i / j, j]);
    }

    fn raised(x[n]) -> y[n] {
        y[i] = x[i^2];
    }

    fn not_constant(x[n]) -> y[n] {
        y[i] = x[pad(i - 1, x[i])];
    }

    fn nothing(x[n]) -> y[n] {
        y[i] = x[0*i];
    }
}

fn main() {}
