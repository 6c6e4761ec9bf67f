//! Meant: the norm of each row. The mistake: an index summed inside sqrt of one square.

use einstan::einstan;

einstan! {
    fn norms(X[n, m]) -> r[n] {
        r[i] = sqrt(X[i, j]^2);
    }
}

fn main() {}
