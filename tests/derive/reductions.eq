fn trace(A[n, n]) -> t { t = sum[i](A[i,i]); }
fn largest(A[n, m]) -> y[n] { y[i] = max[j](A[i,j]); }
fn product(A[n, m]) -> y[n] { y[i] = prod[j](A[i,j]); }
fn first(A[n, m]) -> y[n] { y[i] = A[i,0]; }
