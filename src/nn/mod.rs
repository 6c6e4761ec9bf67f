//! Layers and losses, as equations that can be read, called and changed: with the feature `nn`.
//!
//! Each is an einstan function: it can be called by itself, has every derivative that `einstan!` generates, and can stand
//! in a whole-tensor equation, through which derivatives flow:
//!
//! ```
//! use einstan::{einstan, nn};
//! use ndarray::{Array1, Array2, array};
//!
//! einstan! {
//!     /// The mean cross-entropy of a two-layer network.
//!     fn loss(const X[n, p], W1[p, h], b1[h], W2[h, c], b2[c], label[n]: usize) -> E {
//!         H1 = nn::dense(X, W1, b1);
//!         H = gelu(H1);
//!         Y = nn::dense(H, W2, b2);
//!         E = nn::cross_entropy(Y, label);
//!     }
//! }
//!
//! # fn main() -> Result<(), einstan::Error> {
//! let (x, label) = (array![[1.0, 2.0], [0.5, -1.0]], array![0, 2]);
//! let (w1, b1) = (Array2::from_elem((2, 4), 0.1), Array1::zeros(4));
//! let (w2, b2) = (Array2::from_elem((4, 3), 0.2), Array1::zeros(3));
//! let (e, gradient) = loss::value_and_grad(&x, &w1, &b1, &w2, &b2, &label)?;
//! assert!((e - f64::ln(3.0)).abs() < 1e-12);
//! assert_eq!(gradient.W1.dim(), (2, 4));
//! # Ok(())
//! # }
//! ```
//!
//! # Conventions
//!
//! - Ranks are those of the signatures. What has more axes is brought there by `into_shape_with_order`, which makes a view of
//!   an array in standard order and is an error for others, or by `to_shape`, which copies those; activations that the notation
//!   has as words (`relu`, `gelu`, `silu`, `tanh`, `sigmoid`, `softplus`) work on any rank.
//! - Weights of [`dense()`] are inputs by outputs, so that the equation reads from left to right. A weight that is stored the
//!   other way round, as PyTorch does, is passed as its transposed view, which costs nothing.
//! - Images are batch, channels, height, width, and kernels outputs, inputs, height, width, as in PyTorch.
//! - Losses of labels and of distributions are means over the batch, and those that compare number by number means over all
//!   numbers: squared, absolute, Huber's and binary. [`ctc()`] gives one number for each sequence. What a loss compares with is
//!   constant: no derivative by it is made.
//! - A typed tensor is passed as the array that it derefs to, and in the body of a function with axis types the results
//!   have the axes that their uses say: the layers work with axis types and without.
//!
//! Errors are those of every function: lengths that don't agree, labels and tokens that are out of range. Nothing panics.

mod activation;
mod alignment;
mod convolution;
mod gated;
mod heads;
mod linear;
mod loss;
mod mask;
mod normalisation;
mod pooling;
mod recurrent;
mod rotation;
mod simplex;
mod table;
mod transposed;

pub use activation::*;
pub use alignment::*;
pub use convolution::*;
pub use gated::*;
pub use heads::*;
pub use linear::*;
pub use loss::*;
pub use mask::*;
pub use normalisation::*;
pub use pooling::*;
pub use recurrent::*;
pub use rotation::*;
pub use simplex::*;
pub use table::*;
pub use transposed::*;
