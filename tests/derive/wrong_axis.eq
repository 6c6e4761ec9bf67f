fn f(X[n,m], W[m,k], b[n]) -> Y[n,k] {
    Y[i,j] = X[i,p]*W[p,j] + b[j];
    Z[i] = foo(X[i,0]);
}
