//! The dimension that an index is given is not the one that it is read along.
use einstan::einstan;

einstan! {
    fn left(X[n, m]) -> Y[n] { Y[i: m] = X[i,0]; }
    fn reduction(X[n, m]) -> s { s = sum[i: n, j: n](X[i,j]); }
    fn twice(X[n, m]) -> s { s = sum[i: n](1) + sum[i: m](1); }
}

fn main() {}
