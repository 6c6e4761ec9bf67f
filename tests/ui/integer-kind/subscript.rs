//! Numbers that stand in subscripts.

einstan::einstan! {
    fn parameter(E[v], p[n]) -> y[n] {
        y[i] = E[p[i]];
    }

    fn intermediate(E[v], x[n]) -> y[n] {
        p[i] = floor(x[i]);
        y[i] = E[p[i]];
    }
}

fn main() {}
