//! References to tensors whose types name their axes.

use super::{Axes, Tensor, TensorView, TensorViewMut};
use ndarray::{ArrayRef, ArrayViewMut};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A tensor by reference, with the types of its axes: what `ArrayRef` is to arrays, and an `ArrayRef` for reading.
///
/// Functions take `&TensorRef<T, (Batch, Pixel)>`; `&Tensor`, `&TensorView` and `&TensorViewMut` coerce to it.
#[repr(transparent)]
pub struct TensorRef<T, A: Axes> {
    axes: PhantomData<fn() -> A>,
    array: ArrayRef<T, A::Dimension>,
}

impl<T, A: Axes> TensorRef<T, A> {
    /// The lengths are those of the axes.
    #[inline(always)]
    pub(super) fn of(array: &ArrayRef<T, A::Dimension>) -> &Self {
        // SAFETY: a TensorRef is an ArrayRef and a member without a size, laid out as the former.
        unsafe { &*(std::ptr::from_ref(array) as *const Self) }
    }

    /// The same, to be changed.
    #[inline(always)]
    pub(super) fn of_mut(array: &mut ArrayRef<T, A::Dimension>) -> &mut Self {
        // SAFETY: as above.
        unsafe { &mut *(std::ptr::from_mut(array) as *mut Self) }
    }

    /// A view, with the same axes.
    pub fn view(&self) -> TensorView<'_, T, A> {
        TensorView::of(self.array.view())
    }

    /// A mutable view, with the same axes.
    pub fn view_mut(&mut self) -> TensorViewMut<'_, T, A> {
        TensorViewMut::of(self.array.view_mut())
    }

    /// A mutable view of the array, in which elements can be set.
    pub fn array_mut(&mut self) -> ArrayViewMut<'_, T, A::Dimension> {
        self.array.view_mut()
    }

    /// A copy.
    pub fn to_owned(&self) -> Tensor<T, A>
    where
        T: Clone,
    {
        Tensor::of(self.array.to_owned())
    }
}

impl<T, A: Axes> Deref for TensorRef<T, A> {
    type Target = ArrayRef<T, A::Dimension>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.array
    }
}

impl<T: fmt::Debug, A: Axes> fmt::Debug for TensorRef<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.array, f)
    }
}

impl<T: PartialEq, A: Axes> PartialEq for TensorRef<T, A> {
    fn eq(&self, other: &Self) -> bool {
        self.array == other.array
    }
}

/// An argument as the array that it is, for generated code.
#[doc(hidden)]
#[inline(always)]
pub fn plain<T, A: Axes>(tensor: &TensorRef<T, A>) -> &ArrayRef<T, A::Dimension> {
    &tensor.array
}

/// An output as the array that it is, for generated code, which leaves its lengths alone.
#[doc(hidden)]
#[inline(always)]
pub fn plain_mut<T, A: Axes>(tensor: &mut TensorRef<T, A>) -> &mut ArrayRef<T, A::Dimension> {
    &mut tensor.array
}
