fn network(X[n, m], W1[m, h], b1[h], W2[h, k], b2[k], const T[n, k]) -> E {
    H[i,j] = tanh(X[i,k]*W1[k,j] + b1[j]);
    Y[i,j] = softmax[j](H[i,k]*W2[k,j] + b2[j]);
    E = -sum[i,j](T[i,j]*ln(Y[i,j])) / len(n);
}
