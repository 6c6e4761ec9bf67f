//! Meant: the identity. The mistake: a diagonal by `=`.

use einstan::einstan;

einstan! {
    fn eye(v[n]) -> D[n, n] {
        D[i, i] = v[i];
    }
}

fn main() {}
