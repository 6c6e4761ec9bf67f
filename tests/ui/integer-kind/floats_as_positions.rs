//! Meant: a lookup. The mistake: the tokens have no integer type.

use einstan::einstan;

einstan! {
    fn embed(E[v, c], tok[t]) -> Y[t, c] {
        Y[i, j] = E[tok[i], j];
    }
}

fn main() {}
