fn swish(x) = x*sigmoid(x);
fn activated(X[n, m]) -> Y[n, m] { Y[i,j] = swish(X[i,j]); }
fn exact(X[n, m]) -> Y[n, m] { Y[i,j] = gelu(X[i,j]); }
fn one_hot(tok[n]: usize, dim c) -> Y[n, c] { Y[i,j] = (tok[i] == j); }
