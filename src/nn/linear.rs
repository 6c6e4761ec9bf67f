//! Products with weights.

crate::einstan! {
    /// A dense layer.
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i,j] = X[i,k]*W[k,j] + b[j];
    }

    /// A bilinear layer: each output is a form of two inputs (Tenenbaum and Freeman 2000).
    pub fn bilinear(X[n, p], W[k, p, q], Z[n, q], b[k]) -> Y[n, k] {
        Y[i,j] = X[i,u]*W[j,u,v]*Z[i,v] + b[j];
    }
}
