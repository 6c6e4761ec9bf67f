//! Meant: X times W transposed, W has (out, in). The mistake: W's indices the wrong way round.

use einstan::einstan;

einstan! {
    fn linear(X[batch, inp], W[out, inp]) -> Y[batch, out] {
        Y[i, j] = X[i, k]*W[k, j];
    }
}

fn main() {}
