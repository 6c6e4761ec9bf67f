//! Checks of derivatives against differences, and against each other.
//!
//! Generated derivatives need no check of yours: they follow from the equations. A check shows that the equations have the
//! derivatives that you expect of them, holds for rules that you wrote by hand, and is a second opinion on the compiler.
//!
//! **Beside a function**, `#[einstan(test)]` emits a test for `cargo test`, and nothing in any other build. The lengths and
//! the arguments are made at random: from 0.5 to 1.5, where roots and logarithms are smooth, or from what
//! `#[einstan(test(range = -1..1))]` says; integers are 0 or 1. `tolerance = 1e-4` stands beside `range`.
//!
//! ```
//! use einstan::einstan;
//!
//! einstan! {
//!     /// A layer, whose derivatives are tested.
//!     #[einstan(test(range = -1..1))]
//!     pub fn layer(X[n, m], W[m, k], b[k]) -> Y[n, k] {
//!         Y[i, j] = tanh(X[i, k] * W[k, j] + b[j]);
//!     }
//! }
//! ```
//!
//! The test is called `__einstan_layer::__test::derivatives`, in the module of the invocation. Rust runs no tests that stand
//! in the body of a function, and warns of them.
//!
//! **With arguments of yours**, [`check!`] takes a call, and [`Check`] closures, so that any derivative can be checked, a
//! generated one or another.
//!
//! ```
//! use einstan::testing::{Check, FailureKind};
//! use ndarray::{Array1, array};
//!
//! // The cube, with a derivative by hand that forgets the factor.
//! let failure = Check::new("cube", |x: &Array1<f64>| Ok(x.mapv(|x| x * x * x)))
//!     .vjp(|x, y| Ok((x.mapv(|x| x * x * x), y * x * x)))
//!     .at(&array![1.0, 2.0])
//!     .unwrap_err();
//! assert_eq!(failure.kind(), FailureKind::Vjp);
//! assert!(failure.to_string().starts_with("cube: the gradient of ⟨ȳ, f⟩ by the parameter at [0] is"));
//! ```
//!
//! # What is compared
//!
//! | derivative | with |
//! | --- | --- |
//! | `vjp`, the gradient of ⟨ȳ, f⟩ for cotangents ȳ at random | differences by each parameter |
//! | `jvp`, the tangent J v for directions v at random | differences along v |
//! | `vjp` and `jvp` | each other: ⟨ȳ, J v⟩ = ⟨Jᵀ ȳ, v⟩, to rounding |
//! | `hvp`, the Hessian times a direction H v | differences of the gradient along v, and ⟨u, H v⟩ = ⟨v, H u⟩ |
//! | `jacobian` | differences by each parameter |
//! | the values that come with `vjp` and `jvp` | the function's |
//!
//! Differences are central ones at four steps, extrapolated to the step zero, and come with what they may be off by
//! (Ridders 1982); where that is too much, smaller steps are tried. They are in the element type of the function, so that
//! those of `f32` are coarse: a thousandth, where `f64` gives a millionth.
//!
//! At a corner of the function (`relu` at 0, a tie of `max`) no difference is the derivative that einstan defines there. A
//! number where the differences to the two sides disagree at every step is skipped and counted in the [`Report`], as is one
//! whose differences are not precise. A derivative of which every number is skipped has failed.

mod call;
mod check;
mod difference;
mod draw;
mod failure;
mod judge;
mod random;
mod run;
mod space;
mod vector;

#[doc(inline)]
pub use crate::__check as check;
pub use check::Check;
pub use failure::{Failure, FailureKind, Report};
pub use vector::Vector;

#[doc(hidden)]
pub use call::{Argument, check_of};
#[doc(hidden)]
pub use draw::{Draw, arguments};
