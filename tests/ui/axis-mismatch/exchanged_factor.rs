//! The subscripts of one of three factors are exchanged.
use einstan::einstan;

einstan! {
    fn scored(A[b, n, m], W[m, k], s[b, k]) -> Y[b, n, k] { Y[t,i,j] = A[t,p,i] * W[p,j] * s[t,j]; }
}

fn main() {}
