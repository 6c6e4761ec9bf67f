//! The loss, for any axis of classes, and what is written without axis types.

use crate::axes::Batch;
use einstan::einstan;

einstan! {
    pub fn cross_entropy(Z[Batch, class], t[Batch]: usize) -> e {
        P[i,j] = log_softmax[j](Z[i,j]);
        e = -mean[i](P[i,t[i]]);
    }

    pub fn arm(Z[Batch, class]) -> k[Batch]: usize {
        k[i] = argmax[j](Z[i,j]);
    }

    /// Takes arrays: a typed tensor is one, and `array_mut` lends it to be changed.
    pub fn descend(mut W[n, m], G[n, m], rate) {
        W[i,j] = W[i,j] - rate*G[i,j];
    }

    /// The same for vectors.
    pub fn descend_vector(mut w[n], g[n], rate) {
        w[i] = w[i] - rate*g[i];
    }
}
