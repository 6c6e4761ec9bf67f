fn s1(x) = tanh(x);

pub fn s2(A[n, o]) -> P[n, o] {
    P[i,j] = softmax[j](A[i,j]);
}

pub fn error(const T[n, o], Y[n, o]) -> E {
    E = -sum[i,j](T[i,j] * ln(Y[i,j])) / len(n);
}

pub fn network(const X[n, m], const T[n, o], W1[m, h], b1[h], W2[h, o], b2[o]) -> E {
    Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
    H       = s1(Y1);
    Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
    Y       = s2(Y2);
    E       = error(T, Y);
}
