//! Meant: the trace. The mistake: a diagonal alone is not summed.

use einstan::einstan;

einstan! {
    fn trace(A[n, n]) -> t {
        t = A[i, i];
    }
}

fn main() {}
