//! Types of axes, and tuples of them.

use crate::error::Error;
use ndarray::{Dimension, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

/// The type of an axis, as `axis Pixel = 784;` in `einstan!` declares it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no axis",
    note = "`axis {Self};` in `einstan!` declares one, `axis {Self} = 784;` one of a fixed length"
)]
pub trait AxisType: 'static {
    /// The length, if it is fixed.
    const LENGTH: Option<usize> = None;

    /// What messages call it.
    fn name() -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }
}

/// An axis without a name: of a length that is computed, given by the caller, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dyn;

impl AxisType for Dyn {}

/// The axes of a tensor: a tuple of [`AxisType`]s, `(Batch, Pixel)` or `(Pixel,)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name the axes of a tensor",
    note = "the axes of a tensor are a tuple of axis types, `(Batch, Pixel)`, of one axis `(Pixel,)`"
)]
pub trait Axes: sealed::Sealed + 'static {
    /// Of the arrays that have so many axes.
    type Dimension: Dimension;

    /// Checks lengths against those that the types fix.
    #[doc(hidden)]
    fn check(lens: &[usize]) -> Result<(), Error>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! axes {
    ($($dimension:ty: $($axis:ident)+;)*) => {$(
        impl<$($axis: AxisType),+> sealed::Sealed for ($($axis,)+) {}
        impl<$($axis: AxisType),+> Axes for ($($axis,)+) {
            type Dimension = $dimension;

            fn check(lens: &[usize]) -> Result<(), Error> {
                let each = [$((<$axis as AxisType>::LENGTH, <$axis as AxisType>::name as fn() -> &'static str)),+];
                if lens.len() != each.len() {
                    return Err(Error::named_rank(each.len(), lens.len()));
                }
                for (axis, (&found, (wanted, name))) in lens.iter().zip(each).enumerate() {
                    match wanted {
                        Some(wanted) if wanted != found => {
                            return Err(Error::named_axis(axis, name(), wanted, found));
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    )*};
}
axes! {
    Ix1: A;
    Ix2: A B;
    Ix3: A B C;
    Ix4: A B C D;
    Ix5: A B C D E;
    Ix6: A B C D E F;
    IxDyn: A B C D E F G;
    IxDyn: A B C D E F G H;
    IxDyn: A B C D E F G H I;
    IxDyn: A B C D E F G H I J;
    IxDyn: A B C D E F G H I J K;
    IxDyn: A B C D E F G H I J K L;
}

/// The length of an axis: a constant, if its type fixes it.
#[inline(always)]
pub const fn length<A: AxisType>(found: usize) -> usize {
    match A::LENGTH {
        Some(fixed) => fixed,
        None => found,
    }
}

/// Whether the type of an axis fixes its length.
pub const fn is_fixed<A: AxisType>() -> bool {
    A::LENGTH.is_some()
}

/// Whether an axis can have a length. Evaluated while the program is compiled.
pub const fn agree<A: AxisType>(wanted: usize) -> bool {
    match A::LENGTH {
        Some(fixed) => fixed == wanted,
        None => true,
    }
}
