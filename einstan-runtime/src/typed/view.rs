//! Views of tensors, whose types name their axes.

use super::{Axes, Tensor, TensorRef};
use crate::error::Error;
use ndarray::{ArrayView, ArrayViewMut};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $array:ident) => {
        $(#[$doc])*
        pub struct $name<'a, T, A: Axes> {
            axes: PhantomData<fn() -> A>,
            array: $array<'a, T, A::Dimension>,
        }

        impl<'a, T, A: Axes> $name<'a, T, A> {
            /// The lengths are those of the axes.
            pub(super) fn of(array: $array<'a, T, A::Dimension>) -> Self {
                $name { axes: PhantomData, array }
            }

            /// The view of the array.
            pub fn into_inner(self) -> $array<'a, T, A::Dimension> {
                self.array
            }

            /// The same view with other names of its axes.
            ///
            /// # Errors
            ///
            /// A length that is not the fixed one of its new axis.
            pub fn cast<B: Axes<Dimension = A::Dimension>>(self) -> Result<$name<'a, T, B>, Error> {
                $name::try_from(self.array)
            }
        }

        impl<'a, T, A: Axes> TryFrom<$array<'a, T, A::Dimension>> for $name<'a, T, A> {
            type Error = Error;

            fn try_from(array: $array<'a, T, A::Dimension>) -> Result<Self, Error> {
                A::check(array.shape())?;
                Ok(Self::of(array))
            }
        }

        impl<T, A: Axes> Deref for $name<'_, T, A> {
            type Target = TensorRef<T, A>;

            #[inline(always)]
            fn deref(&self) -> &Self::Target {
                TensorRef::of(&self.array)
            }
        }

        impl<T: fmt::Debug, A: Axes> fmt::Debug for $name<'_, T, A> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.array, f)
            }
        }

        impl<T: PartialEq, A: Axes> PartialEq for $name<'_, T, A> {
            fn eq(&self, other: &Self) -> bool {
                self.array == other.array
            }
        }
    };
}

view!(
    /// A view of a tensor, with the types of its axes.
    TensorView,
    ArrayView
);

impl<T: Clone, A: Axes> TensorView<'_, T, A> {
    /// A copy.
    pub fn to_owned(&self) -> Tensor<T, A> {
        (**self).to_owned()
    }
}

view!(
    /// A mutable view of a tensor, with the types of its axes.
    TensorViewMut,
    ArrayViewMut
);

impl<T, A: Axes> DerefMut for TensorViewMut<'_, T, A> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        TensorRef::of_mut(&mut self.array)
    }
}

impl<T, A: Axes> Clone for TensorView<'_, T, A> {
    fn clone(&self) -> Self {
        Self::of(self.array.clone())
    }
}

impl<T, A: Axes> Copy for TensorView<'_, T, A> where A::Dimension: Copy {}
