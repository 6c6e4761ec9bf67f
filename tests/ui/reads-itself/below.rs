use einstan::einstan;

einstan! {
    fn f(x[n]) -> v[n] {
        v[i] = 2 * u[i];
        u[i] = x[i] + 1;
    }
    fn outside(x[n]) -> u[n] {
        u[i] = x[i] + u[i - 1];
    }
    fn undefined(x[n]) -> (u[n], g[n]) {
        u[i] = x[i] + d(u[i]) / d(x[i]) + u[pad(i - 1)];
        g[i] = 1;
    }
}

fn main() {}
