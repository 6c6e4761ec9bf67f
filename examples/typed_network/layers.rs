//! The layers, each with the axes that it takes and gives.

use crate::axes::{Arm, Batch, Hidden, Plane};
use einstan::einstan;

einstan! {
    pub fn hidden(X[Batch, Plane], W[Plane, Hidden], b[Hidden]) -> H[Batch, Hidden] {
        H[i,j] = tanh(X[i,k]*W[k,j] + b[j]);
    }

    pub fn output(H[Batch, Hidden], V[Hidden, Arm], c[Arm]) -> Z[Batch, Arm] {
        Z[i,j] = H[i,k]*V[k,j] + c[j];
    }
}
