y[i] = 3x
