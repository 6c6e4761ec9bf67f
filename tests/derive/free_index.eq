Y[i] = X[i,k]
