//! Dropout.

crate::einstan! {
    /// Dropout with a given mask of 1 (kept) and 0, and the part `rate` that is dropped, from 0 to below 1. What is kept
    /// grows by `1/(1 - rate)`, so that the mean stays.
    ///
    /// Source: Srivastava et al., "Dropout", 2014, inverted as everybody has it.
    pub fn dropout(X[n, k], const M[n, k], const rate) -> Y[n, k] {
        Y[i,j] = X[i,j]*M[i,j] / (1 - rate);
    }
}
