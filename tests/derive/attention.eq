/// Scaled dot products.
pub fn attention(Q[b, t, d], K[b, s, d], V[b, s, e]) -> O[b, t, e] {
    S[b,i,j] = Q[b,i,c] * K[b,j,c] / sqrt(len(d));
    P[b,i,j] = softmax[j](S[b,i,j]);
    O[b,i,c] = P[b,i,j] * V[b,j,c];
}
