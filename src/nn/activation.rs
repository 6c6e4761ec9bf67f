//! Activations that are no words of the notation, on matrices.
//!
//! In equations of one's own, for any rank, a scalar function says the same:
//! `fn leaky_relu(x, slope) = if x > 0 { x } else { slope*x };`

crate::einstan! {
    /// The identity for positive numbers, and `slope` times the number for others.
    pub fn leaky_relu(X[n, k], const slope) -> Y[n, k] {
        Y[i,j] = if X[i,j] > 0 { X[i,j] } else { slope*X[i,j] };
    }

    /// [`leaky_relu()`] with slopes that are learnt, one for each column (He et al. 2015).
    pub fn prelu(X[n, k], slope[k]) -> Y[n, k] {
        Y[i,j] = if X[i,j] > 0 { X[i,j] } else { slope[j]*X[i,j] };
    }

    /// The exponential linear unit (Clevert et al. 2015).
    pub fn elu(X[n, k], const alpha) -> Y[n, k] {
        Y[i,j] = if X[i,j] > 0 { X[i,j] } else { alpha*expm1(X[i,j]) };
    }

    /// The self-normalising unit (Klambauer et al. 2017).
    pub fn selu(X[n, k]) -> Y[n, k] {
        Y[i,j] = 1.0507009873554805*(if X[i,j] > 0 { X[i,j] } else { 1.6732632423543772*expm1(X[i,j]) });
    }

    /// Mish (Misra 2019).
    pub fn mish(X[n, k]) -> Y[n, k] {
        Y[i,j] = X[i,j]*tanh(softplus(X[i,j]));
    }

    /// The tangent form of gelu (Hendrycks and Gimpel 2016); the word `gelu` is the exact one.
    pub fn gelu_tanh(X[n, k]) -> Y[n, k] {
        Y[i,j] = 0.5*X[i,j]*(1 + tanh(sqrt(2/pi)*(X[i,j] + 0.044715*X[i,j]^3)));
    }

    /// A sigmoid of straight lines: `(x + 3)/6` between 0 and 1.
    pub fn hardsigmoid(X[n, k]) -> Y[n, k] {
        Y[i,j] = if X[i,j] > 3 { 1 } else if X[i,j] <= -3 { 0 } else { (X[i,j] + 3)/6 };
    }

    /// The number times its [`hardsigmoid()`] (Howard et al. 2019).
    pub fn hardswish(X[n, k]) -> Y[n, k] {
        Y[i,j] = if X[i,j] > 3 { X[i,j] } else if X[i,j] <= -3 { 0 } else { X[i,j]*(X[i,j] + 3)/6 };
    }

    /// The number, but no less than `low` and no more than `high`; 0 and 6 make what is called relu6.
    pub fn hardtanh(X[n, k], const low, const high) -> Y[n, k] {
        Y[i,j] = if X[i,j] <= low { low } else if X[i,j] >= high { high } else { X[i,j] };
    }

    /// `x/(1 + |x|)`.
    pub fn softsign(X[n, k]) -> Y[n, k] {
        Y[i,j] = X[i,j]/(1 + abs(X[i,j]));
    }

    /// The logarithm of the sigmoid, without overflow.
    pub fn log_sigmoid(X[n, k]) -> Y[n, k] {
        Y[i,j] = -softplus(-X[i,j]);
    }
}
