fn g(x[n], W[n, m]) -> g[n] {
    y[j] = tanh(x[i]*W[i,j]);
    e = sum[j](y[j]^2);
    g[i] = d(e)/d(y[a]) * d(y[a])/d(x[i]);
}
