#![allow(non_snake_case)]

use einstan::{Error, einstan};
use ndarray::{Array1, Array2};

pub mod other {
    einstan::einstan! {
        pub fn norm(x[n]) -> s {
            s = sum[i](x[i]^2);
        }
    }
}

einstan! {
    pub axis Pixel = 784;

    fn swish(x) = x*sigmoid(x);

    /// A dense layer.
    pub fn dense(X[n, m], W[m, h], b[h]) -> Y[n, h] {
        H[i, j] = X[i, k]*W[k, j] + b[j];
        Y[i, j] = swish(H[i, j])*{n as f64};
    }

    pub fn loss(X[n, m], W[m, h], b[h]) -> s {
        Z = dense(X, W, b);
        q = other::norm(b);
        s = q + sum[i, j: h](Z[i, j]^2);
    }

    pub fn pixels(P[n, Pixel]) -> Q[n] {
        Q[i] = sum[p](P[i, p]);
    }
}

pub fn calls(X: &Array2<f64>, b: &Array1<f64>) -> Result<Array1<f64>, Error> {
    let Y = dense(X, X, b)?;
    let gradient: dense::Gradient<f64> = dense::vjp(X, X, b)?.1.call(&Y)?;
    let t = gradient.X[[0, 0]];
    einstan!(z[i] = t*b[i] + exp(t)*b[i])
}
