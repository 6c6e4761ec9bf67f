use einstan::einstan;

einstan! {
    fn dense(X[n, m], W[m, k]) -> Y[n, k] {
        Y[i,j] = X[i,k] * W[k,j];
    }

    fn swapped(X[batch, pixels], W[hidden, pixels]) -> Y[batch, hidden] {
        Y = dense(X, W);
    }
}

fn main() {}
