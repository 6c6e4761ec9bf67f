//! Tensors that own their elements, whose types name their axes.

use super::{Axes, TensorRef};
use crate::error::Error;
use ndarray::Array;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// An array with the types of its axes: `Tensor<f32, (Batch, Pixel)>`.
///
/// ```
/// use einstan_runtime::{AxisType, Tensor};
/// use ndarray::array;
///
/// struct Row;
/// struct Column;
/// impl AxisType for Row {}
/// impl AxisType for Column {
///     const LENGTH: Option<usize> = Some(2);
/// }
///
/// # fn main() -> Result<(), einstan_runtime::Error> {
/// let mut x = Tensor::<_, (Row, Column)>::try_from(array![[1.0, 2.0]])?;
/// x.array_mut()[[0, 1]] = 3.0;
/// assert_eq!(x.sum(), 4.0);
///
/// let error = Tensor::<f64, (Row, Column)>::try_from(array![[1.0]]).unwrap_err();
/// assert_eq!(error.to_string(), "axis 1 is `Column`, which has length 2, and has length 1 here");
/// # Ok(())
/// # }
/// ```
pub struct Tensor<T, A: Axes> {
    axes: PhantomData<fn() -> A>,
    array: Array<T, A::Dimension>,
}

impl<T, A: Axes> Tensor<T, A> {
    /// The lengths are those of the axes.
    #[inline(always)]
    pub(super) fn of(array: Array<T, A::Dimension>) -> Self {
        Tensor {
            axes: PhantomData,
            array,
        }
    }

    /// The array.
    pub fn into_inner(self) -> Array<T, A::Dimension> {
        self.array
    }

    /// The same tensor with other names of its axes.
    ///
    /// # Errors
    ///
    /// A length that is not the fixed one of its new axis.
    pub fn cast<B: Axes<Dimension = A::Dimension>>(self) -> Result<Tensor<T, B>, Error> {
        Tensor::try_from(self.array)
    }
}

impl<T, A: Axes> TryFrom<Array<T, A::Dimension>> for Tensor<T, A> {
    type Error = Error;

    fn try_from(array: Array<T, A::Dimension>) -> Result<Self, Error> {
        A::check(array.shape())?;
        Ok(Self::of(array))
    }
}

impl<T, A: Axes> Deref for Tensor<T, A> {
    type Target = TensorRef<T, A>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        TensorRef::of(&self.array)
    }
}

impl<T, A: Axes> DerefMut for Tensor<T, A> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        TensorRef::of_mut(&mut self.array)
    }
}

impl<T: Clone, A: Axes> Clone for Tensor<T, A> {
    fn clone(&self) -> Self {
        Self::of(self.array.clone())
    }

    fn clone_from(&mut self, other: &Self) {
        self.array.clone_from(&other.array);
    }
}

impl<T: fmt::Debug, A: Axes> fmt::Debug for Tensor<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.array, f)
    }
}

impl<T: PartialEq, A: Axes> PartialEq for Tensor<T, A> {
    fn eq(&self, other: &Self) -> bool {
        self.array == other.array
    }
}

impl<T: PartialEq, A: Axes> PartialEq<Array<T, A::Dimension>> for Tensor<T, A> {
    fn eq(&self, other: &Array<T, A::Dimension>) -> bool {
        self.array == *other
    }
}

/// A result whose lengths are those of its axes, for generated code.
#[doc(hidden)]
#[inline(always)]
pub fn trusted<T, A: Axes>(array: Array<T, A::Dimension>) -> Tensor<T, A> {
    Tensor::of(array)
}
