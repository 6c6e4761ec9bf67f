//! Scaled dot-product attention (Vaswani et al. 2017): batch, heads, places, features.

crate::einstan! {
    /// Every place sees every place.
    pub fn attention(Q[b, h, t, e], K[b, h, s, e], V[b, h, s, f]) -> Y[b, h, t, f] {
        S[i,q,x,y] = Q[i,q,x,k]*K[i,q,y,k]/sqrt(len(e));
        P[i,q,x,y] = softmax[y](S[i,q,x,y]);
        Y[i,q,x,j] = P[i,q,x,y]*V[i,q,y,j];
    }

    /// Every place sees itself and those before it. What it does not see is not computed.
    pub fn causal_attention(Q[b, h, t, e], K[b, h, t, e], V[b, h, t, f]) -> Y[b, h, t, f] {
        S[i,q,x,y] = if y <= x { Q[i,q,x,k]*K[i,q,y,k]/sqrt(len(e)) } else { -inf };
        P[i,q,x,y] = softmax[y](S[i,q,x,y]);
        Y[i,q,x,j] = P[i,q,x,y]*V[i,q,y,j];
    }

    /// What is added to the scores says which place sees which: 0, or -infinity where it does not. A place that sees
    /// nothing is NaN, and so is then the gradient by all values: let such a place see itself. Where each sequence has a mask
    /// of its own, as of its length, it is `M[b, t, s]` in an equation of one's own.
    pub fn masked_attention(Q[b, h, t, e], K[b, h, s, e], V[b, h, s, f], const M[t, s]) -> Y[b, h, t, f] {
        S[i,q,x,y] = Q[i,q,x,k]*K[i,q,y,k]/sqrt(len(e)) + M[x,y];
        P[i,q,x,y] = softmax[y](S[i,q,x,y]);
        Y[i,q,x,j] = P[i,q,x,y]*V[i,q,y,j];
    }

    /// Causal attention whose heads stand in groups, which share keys and values (Ainslie et al. 2023): batch, groups,
    /// heads of a group, places, features. One group is multi-query attention.
    pub fn grouped_query_attention(Q[b, g, h, t, e], K[b, g, t, e], V[b, g, t, f]) -> Y[b, g, h, t, f] {
        S[i,p,q,x,y] = if y <= x { Q[i,p,q,x,k]*K[i,p,y,k]/sqrt(len(e)) } else { -inf };
        P[i,p,q,x,y] = softmax[y](S[i,p,q,x,y]);
        Y[i,p,q,x,j] = P[i,p,q,x,y]*V[i,p,y,j];
    }

    /// A whole layer of causal self-attention: batch, places, features, with the weights of each head.
    pub fn multi_head_attention(X[b, t, m], WQ[m, h, e], WK[m, h, e], WV[m, h, f], WO[h, f, o]) -> Y[b, t, o] {
        Q[i,q,x,k] = X[i,x,u]*WQ[u,q,k];
        K[i,q,x,k] = X[i,x,u]*WK[u,q,k];
        V[i,q,x,k] = X[i,x,u]*WV[u,q,k];
        S[i,q,x,y] = if y <= x { Q[i,q,x,k]*K[i,q,y,k]/sqrt(len(e)) } else { -inf };
        P[i,q,x,y] = softmax[y](S[i,q,x,y]);
        H[i,q,x,k] = P[i,q,x,y]*V[i,q,y,k];
        Y[i,x,j] = H[i,q,x,k]*WO[q,k,j];
    }
}
