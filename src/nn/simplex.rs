//! Rows that add up to one.

crate::einstan! {
    /// Rows of positive numbers that add up to 1 (Bridle 1990); stable for large numbers.
    pub fn softmax(A[n, k]) -> Y[n, k] {
        Y[i,j] = softmax[j](A[i,j]);
    }

    /// The logarithm of [`softmax()`], computed without it.
    pub fn log_softmax(A[n, k]) -> Y[n, k] {
        Y[i,j] = log_softmax[j](A[i,j]);
    }

    /// The logarithm of the sum of the exponentials of each row.
    pub fn logsumexp(A[n, k]) -> y[n] {
        y[i] = logsumexp[j](A[i,j]);
    }
}
