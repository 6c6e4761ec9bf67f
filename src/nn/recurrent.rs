//! Recurrent layers: steps, batch, features; `h0` is the state before the first step.
//!
//! PyTorch's weights have outputs before inputs, and all gates in a row: `weight_ih` of an LSTM, which is 4k by m, becomes
//! `W[m, 4, k]` as `weight_ih.reshape(4, k, m).permute(2, 0, 1)`, and `weight_hh` becomes `U` likewise.

crate::einstan! {
    /// Elman's network (1990). PyTorch's two biases are to be added: `b` is their sum.
    pub fn rnn(X[t, n, m], h0[n, k], W[m, k], U[k, k], b[k]) -> H[t, n, k] {
        A[s,i,j] = X[s,i,u]*W[u,j] + b[j];
        H[s,i,j] = tanh(A[s,i,j] + (if s == 0 { h0[i,u] } else { H[s-1,i,u] })*U[u,j]);
    }

    /// A gated recurrent unit (Cho et al. 2014), as PyTorch has it. The gates are reset, update, new; `b` and `c` are
    /// PyTorch's `bias_ih` and `bias_hh`, of which the second one stands within the product with the reset gate.
    pub fn gru(X[t, n, m], h0[n, k], W[m, 3, k], U[k, 3, k], b[3, k], c[3, k]) -> H[t, n, k] {
        A[s,i,g,j] = X[s,i,u]*W[u,g,j] + b[g,j];
        P[s: t, i, j] = if s == 0 { h0[i,j] } else { H[s-1,i,j] };
        B[s,i,g,j] = P[s,i,u]*U[u,g,j] + c[g,j];
        Z[s,i,j] = sigmoid(A[s,i,1,j] + B[s,i,1,j]);
        N[s,i,j] = tanh(A[s,i,2,j] + sigmoid(A[s,i,0,j] + B[s,i,0,j])*B[s,i,2,j]);
        H[s,i,j] = (1 - Z[s,i,j])*N[s,i,j] + Z[s,i,j]*P[s,i,j];
    }

    /// Long short-term memory (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000), as PyTorch has it, with its
    /// cells. The gates are input, forget, cell, output. PyTorch's two biases are to be added: `b` is their sum.
    pub fn lstm(X[t, n, m], h0[n, k], c0[n, k], W[m, 4, k], U[k, 4, k], b[4, k]) -> (H[t, n, k], C[t, n, k]) {
        A[s,i,g,j] = X[s,i,u]*W[u,g,j] + b[g,j];
        G[s,i,g,j] = A[s,i,g,j] + (if s == 0 { h0[i,u] } else { H[s-1,i,u] })*U[u,g,j];
        C[s,i,j] = sigmoid(G[s,i,1,j])*(if s == 0 { c0[i,j] } else { C[s-1,i,j] })
            + sigmoid(G[s,i,0,j])*tanh(G[s,i,2,j]);
        H[s,i,j] = sigmoid(G[s,i,3,j])*tanh(C[s,i,j]);
    }
}
