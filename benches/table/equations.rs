//! The eighteen pieces of work as equations.

use einstan::einstan;

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }

    pub fn mlp(W1[m, h], b1[h], W2[h, c], b2[c], const X[n, m], const T[n, c]) -> E {
        H[i, j] = tanh(X[i, k] * W1[k, j] + b1[j]);
        Z[i, j] = H[i, k] * W2[k, j] + b2[j];
        E = -sum[i, j](T[i, j] * log_softmax[j](Z[i, j])) / len(n);
    }

    /// What follows the gradient in a step of training.
    pub fn descend(
        mut W1[m, h], mut b1[h], mut W2[h, c], mut b2[c],
        W1_bar[m, h], b1_bar[h], W2_bar[h, c], b2_bar[c],
    ) {
        W1[i, j] += -0.1 * W1_bar[i, j];
        b1[j] += -0.1 * b1_bar[j];
        W2[i, j] += -0.1 * W2_bar[i, j];
        b2[j] += -0.1 * b2_bar[j];
    }

    pub fn softmax_rows(X[n, m]) -> Y[n, m] {
        Y[i, j] = softmax[j](X[i, j]);
    }

    pub fn xent_onehot(X[n, m], const T[n, m]) -> E {
        E = -sum[i, j](T[i, j] * log_softmax[j](X[i, j])) / len(n);
    }

    pub fn xent_label(X[n, m], t[n]: usize) -> E {
        L[i, j] = log_softmax[j](X[i, j]);
        E = -sum[i](L[i, t[i]]) / len(n);
    }

    pub fn layernorm(X[n, m], g[m], b[m]) -> Y[n, m] {
        mu[i] = mean[j](X[i, j]);
        v[i] = mean[j]((X[i, j] - mu[i])^2);
        Y[i, j] = (X[i, j] - mu[i]) / sqrt(v[i] + 1e-5) * g[j] + b[j];
    }

    pub fn attention(Q[b, h, t, d], K[b, h, s, d], V[b, h, s, e]) -> O[b, h, t, e] {
        S[b, h, i, j] = Q[b, h, i, c] * K[b, h, j, c] / sqrt(len(d));
        P[b, h, i, j] = softmax[j](S[b, h, i, j]);
        O[b, h, i, c] = P[b, h, i, j] * V[b, h, j, c];
    }

    pub fn conv2d(X[n, c, h, w], K[o, c, r, s]) -> Y[n, o, h - r + 1, w - s + 1] {
        Y[n, o, y, x] = X[n, c, y + r, x + s] * K[o, c, r, s];
    }

    pub fn bilinear(A[n, p], W[m, p, q], B[n, q]) -> Y[n, m] {
        Y[i, o] = A[i, k] * W[o, k, l] * B[i, l];
    }

    pub fn mttkrp(T[n, m, p], B[m, q], C[p, q]) -> M[n, q] {
        M[i, r] = T[i, j, k] * B[j, r] * C[k, r];
    }

    pub fn sqdist(X[n, p], Y[m, p]) -> D[n, m] {
        D[i, j] = sum[k]((X[i, k] - Y[j, k])^2);
    }

    pub fn gelu_tanh(X[n]) -> Y[n] {
        Y[i] = 0.5*X[i]*(1 + tanh(0.7978845608*(X[i] + 0.044715*X[i]^3)));
    }

    pub fn bmm(A[b, n, m], B[b, m, k]) -> C[b, n, k] {
        C[b, i, j] = A[b, i, k] * B[b, k, j];
    }

    pub fn chain(A[n, m], B[m, k], C[k, p]) -> Y[n, p] {
        Y[i, l] = A[i, j] * B[j, k] * C[k, l];
    }

    pub fn embed(E[v, p], tok[t]: usize) -> Y[t, p] {
        Y[t, c] = E[tok[t], c];
    }

    pub fn dot(u[n], v[n]) -> s {
        s = u[i] * v[i];
    }
}
