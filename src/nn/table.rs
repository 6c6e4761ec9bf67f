//! Vectors of tokens.

crate::einstan! {
    /// For each token of a batch of texts its row of the table (Bengio et al. 2003). Tokens from 0 to the number of rows - 1.
    pub fn embedding(E[v, c], tok[n, t]: usize) -> Y[n, t, c] {
        Y[i,s,j] = E[tok[i,s], j];
    }
}
