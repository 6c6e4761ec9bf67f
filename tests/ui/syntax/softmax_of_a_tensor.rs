//! Meant: softmax along the last axis. The mistake: softmax of a whole tensor with an axis number, as in PyTorch.

use einstan::einstan;

einstan! {
    fn probs(S[n, m]) -> P[n, m] {
        P = softmax(S, 1);
    }
}

fn main() {}
