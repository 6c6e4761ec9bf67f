//! Passes einstan on.

pub use eins as tensors;
pub use eins::einstan as equations;
pub use eins::*;

/// A macro of its own that uses einstan.
#[macro_export]
macro_rules! layer {
    ($name:ident) => {
        $crate::equations! {
            /// A layer.
            #[einstan(test)]
            pub fn $name(X[n, m], W[m, k]) -> Y[n, k] { Y[i,j] = tanh(X[i,k]*W[k,j]); }
        }
    };
}
