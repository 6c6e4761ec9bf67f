Y[i,j] = softmax[j](A[i,j])
