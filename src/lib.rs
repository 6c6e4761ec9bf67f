//! Network layers, and any tensor program, as index equations.
//!
//! ```
//! use einstan::einstan;
//! use ndarray::array;
//!
//! einstan! {
//!     /// A dense layer.
//!     pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
//!         Y[i, j] = X[i, k] * W[k, j] + b[j];
//!     }
//! }
//!
//! # fn main() -> Result<(), einstan::Error> {
//! let x = array![[1.0, 2.0]];
//! let w = array![[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]];
//! let b = array![0.5, 0.5, 0.5];
//! let (y, pullback) = dense::vjp(&x, &w, &b)?;
//! assert_eq!(y, array![[1.5, 2.5, 4.5]]);
//! let gradient = pullback.call(&array![[1.0, 1.0, 1.0]])?;
//! assert_eq!(gradient.X, array![[3.0, 2.0]]);
//! # Ok(())
//! # }
//! ```
//!
//! Beside the macro: `nn` has layers and losses, [`optim`] trains, [`testing`] checks derivatives, `store` keeps parameters in
//! files.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `nn` | `nn`, layers and losses as equations; to compile their derivatives takes a while |
//! | `rayon`, a default | large work is divided between the threads of rayon's pool |
//! | `safetensors` | `store`, parameters in files of the format safetensors |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "nn")]
#[cfg_attr(docsrs, doc(cfg(feature = "nn")))]
pub mod nn;
pub mod optim;
pub mod parameters;
#[cfg(feature = "safetensors")]
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
pub mod store;
pub mod testing;

/// The programs in the pages are compiled and run with the tests of the documentation.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}

    #[doc = include_str!("../docs/calculus.md")]
    mod calculus {}

    #[doc = include_str!("../docs/reference.md")]
    mod reference {}
}

pub use einstan_runtime::{
    AxisType, Dyn, Error, ErrorKind, Float, NamedAxes as Axes, Parameters, Tensor, TensorRef,
    TensorView, TensorViewMut,
};

/// Compiles index equations.
///
/// See the documentation of the crate.
#[macro_export]
macro_rules! einstan {
    ($($tokens:tt)*) => {
        $crate::__einstan! { [$crate] $($tokens)* }
    };
}

#[doc(hidden)]
pub use einstan_macros::__einstan;

/// What generated code names. Not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use core;
    pub use einstan_runtime as rt;
    pub use ndarray as nd;
}
