fn normalised(X[n, d], g[d], b[d]) -> Y[n, d] {
    M[i] = mean[j](X[i,j]);
    V[i] = mean[j]((X[i,j] - M[i])^2);
    Y[i,j] = g[j]*(X[i,j] - M[i])/sqrt(V[i] + 1e-5) + b[j];
}
