//! Single tensors as parameters, and what shows them as views of any number of axes.

use super::{Parameters, Path, Visit};
use crate::error::Error;
use crate::float::Float;
use crate::typed::{Axes, Tensor, plain, plain_mut};
use ndarray::{
    Array, ArrayRef, ArrayViewD, ArrayViewMut1, ArrayViewMutD, Axis, Dimension, Ix0, aview0,
};
use std::slice::from_mut;

impl<T: Float, D: Dimension> Parameters for Array<T, D> {
    type Element = T;

    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        write: [&mut Self; W],
        visit: &mut impl Visit<T, R, W>,
    ) -> Result<(), Error> {
        visit.tensor::<D>(path, read.map(|x| &**x), write.map(|x| &mut **x))
    }
}

impl<T: Float, A: Axes> Parameters for Tensor<T, A> {
    type Element = T;

    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        write: [&mut Self; W],
        visit: &mut impl Visit<T, R, W>,
    ) -> Result<(), Error> {
        visit.tensor(path, read.map(|x| plain(x)), write.map(|x| plain_mut(x)))
    }
}

macro_rules! number {
    ($($t:ty)*) => {$(
        impl Parameters for $t {
            type Element = $t;

            fn visit<const R: usize, const W: usize>(
                path: &Path,
                read: [&Self; R],
                write: [&mut Self; W],
                visit: &mut impl Visit<$t, R, W>,
            ) -> Result<(), Error> {
                let read = read.map(|x| aview0(x));
                let mut write = write.map(|x| ArrayViewMut1::from(from_mut(x)).index_axis_move(Axis(0), 0));
                visit.tensor::<Ix0>(path, read.each_ref().map(|x| &**x), write.each_mut().map(|x| &mut **x))
            }
        }
    )*};
}
number!(f32 f64);

/// Shows each tensor of one value.
pub(super) struct Each<F>(pub F);

impl<T, F: FnMut(&Path, ArrayViewD<'_, T>)> Visit<T, 1, 0> for Each<F> {
    fn tensor<D: Dimension>(
        &mut self,
        path: &Path,
        [read]: [&ArrayRef<T, D>; 1],
        []: [&mut ArrayRef<T, D>; 0],
    ) -> Result<(), Error> {
        (self.0)(path, read.view().into_dyn());
        Ok(())
    }
}

/// Shows each tensor of one value, to be changed.
pub(super) struct EachMut<F>(pub F);

impl<T, F: FnMut(&Path, ArrayViewMutD<'_, T>)> Visit<T, 0, 1> for EachMut<F> {
    fn tensor<D: Dimension>(
        &mut self,
        path: &Path,
        []: [&ArrayRef<T, D>; 0],
        [write]: [&mut ArrayRef<T, D>; 1],
    ) -> Result<(), Error> {
        (self.0)(path, write.view_mut().into_dyn());
        Ok(())
    }
}
