use einstan::einstan;

einstan! {
    fn circle(x[n]) -> (u[n], v[n]) {
        u[t] = x[t] + v[t];
        v[t] = x[t] * u[t];
    }
    fn apart(x[n]) -> (u[n], v[n]) {
        u[t] = x[t] + v[pad(t - 1)];
        v[s] = x[s] * u[s];
    }
    fn grid(x[n, n]) -> T[n, n] {
        T[i, j] = x[i, j] + T[pad(i - 1), j] + T[i, pad(j - 1)] + T[j, i];
    }
}

fn main() {}
