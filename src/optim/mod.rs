//! Optimisers: what a step does to each number is an equation, and [`Parameters`](trait@crate::Parameters) carry it over a model.
//!
//! ```
//! use einstan::{einstan, optim};
//! use ndarray::array;
//!
//! einstan! {
//!     pub fn fit(const X[n, m], const t[n], w[m], b) -> E { E = mean[i]((X[i,k]*w[k] + b - t[i])^2); }
//! }
//!
//! # fn main() -> Result<(), einstan::Error> {
//! let (x, t) = (array![[0.0], [1.0], [2.0]], array![1.0, 3.0, 5.0]);
//! let mut line = fit::Gradient { w: array![0.0], b: 0.0 };
//! let mut adam = optim::Adam::new(&line);
//! for step in 0..500 {
//!     adam.rate = if step < 400 { 0.1 } else { 0.01 };
//!     let (_error, mut gradient) = fit::value_and_grad(&x, &t, &line.w, line.b)?;
//!     optim::clip_norm(&mut gradient, 10.0)?;
//!     adam.step(&mut line, &gradient)?;
//! }
//! assert!((line.w[0] - 2.0_f64).abs() < 1e-3 && (line.b - 1.0).abs() < 1e-3);
//! # Ok(())
//! # }
//! ```
//!
//! Definitions and defaults are those of PyTorch. The settings are public fields, `f64` whatever the tensors hold, and may be
//! changed between steps. So are the tensors that an optimiser keeps, with the shapes of the parameters: to save them, to
//! restart.
//!
//! A step checks all lengths first: where it returns an error, parameters and optimiser are as before. Arrays of any strides
//! are stepped; those whose elements lie side by side, in the same order in all tensors of a name, are the fastest. A step
//! allocates nothing, but for the velocity of [`Sgd`], which the first step with momentum makes, and for what it takes
//! to hand parts of large tensors to rayon's threads from outside of its pool.

mod adam;
mod adamw;
mod clip;
mod moments;
mod rows;
mod setting;
mod sgd;
mod shapes;

pub use adam::Adam;
pub use adamw::AdamW;
pub use clip::clip_norm;
pub use sgd::Sgd;
