y = x[i]*z[i])
