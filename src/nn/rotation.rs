//! Rotary position embedding (Su et al. 2021): pairs of features are turned by an angle that grows with the place.

crate::einstan! {
    /// Pairs are neighbours, as in the article: batch, heads, places, features. `first` is the place of the first, and
    /// `base` is 10,000 in the article.
    pub fn rotary(X[b, h, t, e], const first, const base) -> Y[b, h, t, e] {
        A[x: t, k: e] = (x + first)*pow(base, -(k - k % 2)/len(e));
        Y[i,q,x,k] = X[i,q,x,k]*cos(A[x,k])
            + (if k % 2 == 0 { -X[i,q,x,k+1] } else { X[i,q,x,k-1] })*sin(A[x,k]);
    }

    /// Pairs are the halves of the features, as in Llama (Touvron et al. 2023): batch, heads, places, halves, features of a half.
    pub fn rotary_halves(X[b, h, t, 2, e], const first, const base) -> Y[b, h, t, 2, e] {
        A[x: t, k: e] = (x + first)*pow(base, -k/len(e));
        Y[i,q,x,p,k] = X[i,q,x,p,k]*cos(A[x,k])
            + (if p == 0 { -X[i,q,x,1,k] } else { X[i,q,x,0,k] })*sin(A[x,k]);
    }
}
