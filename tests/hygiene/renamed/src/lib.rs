//! einstan under another name, with every lint that must be clean.

#![deny(warnings, missing_docs, clippy::all, future_incompatible, rust_2018_idioms, unused)]
#![deny(unreachable_pub, missing_debug_implementations, unused_qualifications, unsafe_op_in_unsafe_fn)]
#![deny(clippy::pedantic, clippy::nursery, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![deny(single_use_lifetimes, trivial_casts, trivial_numeric_casts, unused_lifetimes, unused_results, variant_size_differences)]
#![forbid(unsafe_code)]

use eins::einstan;

const CLASSES: usize = 4;

einstan! {
    /// A dense layer.
    ///
    /// With a second paragraph.
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }

    fn swish(x) = x * sigmoid(x);

    #[einstan(test)]
    pub fn loss(X[n, m], W1[m, h], b1[h], W2[h, c], b2[c], const T[n, c], λ) -> E {
        H[i,j] = swish(X[i,k]*W1[k,j] + b1[j]);
        L[i,j] = log_softmax[j](H[i,k]*W2[k,j] + b2[j]);
        E = -sum[i,j](T[i,j]*L[i,j]) / len(n) + λ*sum[p,q](W1[p,q]^2);
    }

    #[einstan(test)]
    pub fn statistics(X[n, m]) -> (mean_of[m], largest[n], at[n]: usize, count) {
        mean_of[j] = mean[i](X[i,j]);
        largest[i] = max[j](X[i,j]);
        at[i] = argmax[j](X[i,j]);
        count = sum[i,j]((X[i,j] > 0));
    }

    pub axis Batch;
    /// Documented.
    pub axis Pixel = 3;
    axis Hidden = {1 + 1};
    pub(crate) axis Class = CLASSES;
    #[cfg(any())]
    axis Absent = 3;
    #[allow(unused)]
    pub axis Allowed = 3;
    #[einstan(test)]
    pub fn hidden(X[Batch, Pixel], W[Pixel, Hidden], b[Hidden]) -> (H[Batch, Hidden], s) {
        H[i,j] = X[i,k]*W[k,j] + b[j];
        s = H[i,j]*H[i,j];
    }
    #[einstan(test, allow(unread))]
    fn network(X[Batch, Pixel], W[Pixel, Hidden], V[Hidden, m], t[Batch]: usize) -> e {
        Y[i,j] = X[i,k]*W[k,l]*V[l,j];
        e = sum[i](Y[i,0]*(t[i] + 1));
    }
    pub fn count(t[n]: usize) -> c[Class] { c[t[i]] += 1; }
    pub fn step(mut W[Pixel, m], G[Pixel, m]) { W[i,j] = W[i,j] - G[i,j]; }
    pub fn one_hot(tok[n]: usize, dim c) -> Y[n, c] { Y[i,j] = (tok[i] == j); }
    pub fn next(tok[n]: i64) -> after[n]: i64 { after[i] = tok[i]*2 + i; }
    #[einstan(test)]
    pub fn fixed(X[3, n]: f32, Scale) -> y[n] { y[i] = X[0,i]*Scale + prod[j](X[j,i]); }
    pub fn seven(A[a, b, c, d, e, f, g]) -> s { s = sum[i,j,k,l,m,n,o](A[i,j,k,l,m,n,o]^2); }
    pub fn chain(A[a, b], B[b, c], C[c, d], D[d, e]) -> Y[a, e] { Y[i,j] = A[i,k]*B[k,l]*C[l,m]*D[m,j]; }
    #[einstan(test)]
    fn private(x[n]) -> s { s = sum[i](x[i]^2); }
    pub(crate) fn internal(x[n]) -> s { s = sum[i](x[i]^2); }
}
einstan!(#[einstan(test)] pub fn short: Y[i,j] = X[i,k] * W[k,j] + b[j]);

/// A module of its own.
pub mod nested {
    eins::einstan! {
        pub fn f(x[n]) -> y[n] { y[i] = x[i]^2; }
        pub(super) fn g(x[n]) -> y[n] { y[i] = x[i]^2; }
    }
}

pub use nested::f as renamed_function;

/// Uses what is private.
///
/// # Errors
///
/// Lengths that do not agree.
pub fn uses(x: &ndarray::Array1<f64>) -> Result<f64, eins::Error> {
    let y = einstan!(y[i] = x[i]*2)?;
    let (_, pullback) = einstan!(vjp s = sum[i](x[i]^2))?;
    let gradient = pullback.call(1.0)?;
    Ok(private(x)? + internal(&nested::g(&y)?)? + gradient.x.sum())
}
