Y[i,j] = X[i,k]*W[k,j] + b[j]
