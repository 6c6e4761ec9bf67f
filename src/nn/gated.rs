//! Gated linear units (Shazeer, "GLU variants improve transformer", 2020): two products, one of which gates the other.

crate::einstan! {
    /// The gate is a sigmoid (Dauphin et al. 2017).
    pub fn glu(X[n, m], W[m, k], V[m, k]) -> Y[n, k] {
        A[i,j] = X[i,k]*W[k,j];
        B[i,j] = X[i,k]*V[k,j];
        Y[i,j] = sigmoid(A[i,j])*B[i,j];
    }

    /// The gate is a silu.
    pub fn swiglu(X[n, m], W[m, k], V[m, k]) -> Y[n, k] {
        A[i,j] = X[i,k]*W[k,j];
        B[i,j] = X[i,k]*V[k,j];
        Y[i,j] = silu(A[i,j])*B[i,j];
    }

    /// The gate is a gelu.
    pub fn geglu(X[n, m], W[m, k], V[m, k]) -> Y[n, k] {
        A[i,j] = X[i,k]*W[k,j];
        B[i,j] = X[i,k]*V[k,j];
        Y[i,j] = gelu(A[i,j])*B[i,j];
    }
}
