//! What a caller that names axes asks of a function of another invocation, while the program is compiled.
//!
//! `Arguments` is a tuple with what is known of each argument: a tuple with an axis or [`Anything`] for each of its axes, or
//! `Anything`. A function without axis types takes and gives anything.

use super::AxisType;

/// An axis, or a tensor, of which nothing is known.
#[derive(Debug)]
pub struct Anything;

/// A function whose parameter `P` takes the argument.
pub trait Takes<Arguments, const P: usize> {}

/// A function that then gives a tensor of these axes as its result `K`.
pub trait Gives<Arguments, const K: usize> {
    /// As for an argument.
    type Axes;
}

/// What is known of the axis at a place of a tensor.
#[diagnostic::on_unimplemented(message = "there is no axis {AT} here")]
pub trait At<const AT: usize> {
    /// An axis, or `Anything`.
    type Axis;
}

impl<const AT: usize> At<AT> for Anything {
    type Axis = Anything;
}

/// An axis of a parameter that takes this one of an argument.
#[diagnostic::on_unimplemented(
    message = "an axis of this argument is not the one that the function takes",
    label = "this is the axis `{Axis}`, and the function takes `{Self}` here"
)]
pub trait Accepts<Axis> {}

impl<Axis: AxisType> Accepts<Axis> for Axis {}
impl<Axis: AxisType> Accepts<Anything> for Axis {}
impl<Axis> Accepts<Axis> for Anything {}

/// An axis of a result that can be used as this one.
#[diagnostic::on_unimplemented(
    message = "an axis of this result is not the one that the function gives",
    label = "used with the axis `{Axis}`, and the function gives `{Self}`"
)]
pub trait UsedAs<Axis> {}

impl<Axis: AxisType> UsedAs<Axis> for Axis {}
impl<Axis: AxisType> UsedAs<Axis> for Anything {}

/// Checks an argument.
pub const fn takes<F: Takes<Arguments, P>, Arguments, const P: usize>() {}

/// Checks an axis of a result.
pub const fn gives<F, Arguments, const K: usize, const AT: usize, Axis>()
where
    F: Gives<Arguments, K>,
    F::Axes: At<AT>,
    <F::Axes as At<AT>>::Axis: UsedAs<Axis>,
{
}

macro_rules! at {
    (@one ($($axis:ident)+) $place:literal $which:ident) => {
        impl<$($axis),+> At<$place> for ($($axis,)+) {
            type Axis = $which;
        }
    };
    ($($axes:tt: $($place:literal $which:ident),+;)+) => {
        $($(at! { @one $axes $place $which })+)+
    };
}
at! {
    (A): 0 A;
    (A B): 0 A, 1 B;
    (A B C): 0 A, 1 B, 2 C;
    (A B C D): 0 A, 1 B, 2 C, 3 D;
    (A B C D E): 0 A, 1 B, 2 C, 3 D, 4 E;
    (A B C D E F): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F;
    (A B C D E F G): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G;
    (A B C D E F G H): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H;
    (A B C D E F G H I): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I;
    (A B C D E F G H I J): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J;
    (A B C D E F G H I J K): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J, 10 K;
    (A B C D E F G H I J K L): 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J, 10 K, 11 L;
}
