//! Quotients, roots and exponentials; what stays finite, and conditions on indices.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn quotient(x[n], w[n]) -> s {
        s = (x[i] != 0) * w[i] / x[i];
    }

    fn elu(x[n], a) -> y[n] {
        y[i] = (x[i] > 0) * x[i] + a * (x[i] <= 0) * (exp(x[i]) - 1);
    }

    fn root(x[n]) -> y[n] {
        y[i] = (x[i] >= 0) * sqrt(x[i]);
    }

    fn finite(x[n]) -> y[n] {
        y[i] = (x[i] > 0) * exp(-x[i]) + (x[i] > 0) * exp(x[i]) / (1 + exp(x[i]));
    }

    fn positions(X[n, n]) -> Y[n, n] {
        Y[i, j] = (j <= i) * ln(X[i, j]);
    }
}

fn main() {}
