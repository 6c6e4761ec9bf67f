//! Arrays whose types name their axes.
//!
//! Every length that a type fixes was checked when the tensor was made, and nothing of the interface changes one: no mutable
//! reference to an array is given away, only mutable views. Generated code, which keeps to it, has `trusted` and `plain_mut`;
//! they are no part of the interface, and nothing else may call them. No memory depends on it: functions check the lengths that
//! they are called with.

mod axes;
mod reference;
mod signature;
mod tensor;
mod view;

pub use axes::{Axes, AxisType, Dyn, agree, is_fixed, length};
pub use reference::{TensorRef, plain, plain_mut};
pub use signature::{Accepts, Anything, At, Gives, Takes, UsedAs, gives, takes};
pub use tensor::{Tensor, trusted};
pub use view::{TensorView, TensorViewMut};
