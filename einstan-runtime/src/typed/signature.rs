//! What a caller that names axes asks of a function of another invocation, while the program is compiled.
//!
//! `Arguments` is a tuple with the axes of each argument, `()` for what has none. A function without axis types takes and gives
//! any.

/// A function that takes tensors of these axes.
#[diagnostic::on_unimplemented(
    message = "the axes of the arguments are not those that this function takes",
    label = "called with the axes `{Arguments}`"
)]
pub trait Takes<Arguments> {}

/// What a function then gives as the axis at place `AT` of its result `K`.
pub trait Gives<Arguments, const K: usize, const AT: usize> {
    /// `Exactly` an axis, or `Anything`.
    type Axis;
}

/// Of a function with axis types.
pub struct Exactly<Axis>(core::marker::PhantomData<Axis>);

/// Of a function without.
pub struct Anything;

/// An axis that can be used as another one.
#[diagnostic::on_unimplemented(
    message = "an axis of this result is not the one that the function gives",
    label = "used with the axis `{Axis}`"
)]
pub trait UsedAs<Axis> {}

impl<Axis> UsedAs<Axis> for Exactly<Axis> {}
impl<Axis> UsedAs<Axis> for Anything {}

/// Checks the arguments.
pub const fn takes<F: Takes<Arguments>, Arguments>() {}

/// Checks an axis of a result.
pub const fn gives<F, Arguments, const K: usize, const AT: usize, Axis>()
where
    F: Gives<Arguments, K, AT>,
    F::Axis: UsedAs<Axis>,
{
}
