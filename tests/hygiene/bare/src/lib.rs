//! einstan without std in scope, without ndarray among the dependencies, in an older edition.

#![no_std]
#![deny(warnings, missing_docs, clippy::all)]
#![forbid(unsafe_code)]

eins::einstan! {
    /// Documented.
    pub fn loss(x[n], y[n]) -> E { E = sum[i]((x[i] - y[i])^2) / len(n); }
    #[einstan(test)]
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    /// Of no library.
    pub axis Row = 2;
    #[einstan(test)]
    pub fn rows(X[Row, m], w[m]) -> y[Row] { y[i] = X[i,j]*w[j]; }
    #[einstan(test(range = -1..1, tolerance = 1e-5))]
    pub fn scalar(a, b) -> c { c = a*b + exp(a); }
}

/// Calls it.
pub fn call() -> Result<f64, eins::Error> {
    let a = 2.0;
    let c = eins::einstan!(c = a*a)?;
    scalar::grad(c, 1.0).map(|g| g.a + g.b)
}
