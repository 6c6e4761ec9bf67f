fn soft(A[n, m]) -> P[n, m] {
    Z[i,j] = exp(A[i,j]);
    P[i,j] = Z[i,j] / sum[j](Z[i,j]);
}
pub fn twice(A[n, m]) -> E {
    Z = soft(A);
    Q = soft(Z);
    E = sum[i,j](Q[i,j]^2);
}
