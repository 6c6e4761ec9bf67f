//! Arrays whose types name their axes.
//!
//! Every length that a type fixes was checked when the tensor was made, and nothing safe changes one: no mutable reference
//! to an array is given away, only mutable views.

mod axes;
mod reference;
mod signature;
mod tensor;
mod view;

pub use axes::{Axes, AxisType, Dyn, agree, is_fixed, length};
pub use reference::{TensorRef, plain, plain_mut};
pub use signature::{Anything, Exactly, Gives, Takes, UsedAs, gives, takes};
pub use tensor::{Tensor, named, trusted};
pub use view::{TensorView, TensorViewMut};
