//! What a function takes and gives, as vectors of numbers.

use crate::{Axes, Float, Tensor};
use einstan_runtime::Elementary;
use ndarray::{Array, ArrayViewD, ArrayViewMutD, Dimension, aview0};

/// Numbers in parts that have names and axes: a point, a direction or a gradient in the parameters of a function, or its
/// results.
///
/// Every generated `Gradient` is one, and so are arrays, tensors, `f32` and `f64`, and tuples of these.
pub trait Vector: Clone {
    /// What its numbers are.
    type Element: Float;

    /// Each part, by its name if it has one.
    fn parts(&self) -> Parts<'_, Self::Element>;

    /// Each part, in the same order, to be changed.
    fn parts_mut(&mut self) -> PartsMut<'_, Self::Element>;
}

/// The parts of a vector by their names.
pub type Parts<'a, T> = Vec<(&'static str, ArrayViewD<'a, T>)>;

/// The parts of a vector by their names, to be changed.
pub type PartsMut<'a, T> = Vec<(&'static str, ArrayViewMutD<'a, T>)>;

impl<T: Float, D: Dimension> Vector for Array<T, D> {
    type Element = T;

    fn parts(&self) -> Parts<'_, T> {
        vec![("", self.view().into_dyn())]
    }

    fn parts_mut(&mut self) -> PartsMut<'_, T> {
        vec![("", self.view_mut().into_dyn())]
    }
}

impl<T: Float, A: Axes> Vector for Tensor<T, A> {
    type Element = T;

    fn parts(&self) -> Parts<'_, T> {
        vec![("", self.view().into_inner().into_dyn())]
    }

    fn parts_mut(&mut self) -> PartsMut<'_, T> {
        vec![("", self.array_mut().into_dyn())]
    }
}

macro_rules! number {
    ($($t:ty)*) => {$(
        impl Vector for $t {
            type Element = $t;

            fn parts(&self) -> Parts<'_, $t> {
                vec![("", aview0(self).into_dyn())]
            }

            fn parts_mut(&mut self) -> PartsMut<'_, $t> {
                vec![("", einstan_runtime::scalar_view_mut(self))]
            }
        }
    )*};
}
number!(f32 f64);

macro_rules! tuple {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Vector, $($rest: Vector<Element = $first::Element>),*> Vector for ($first, $($rest,)*) {
            type Element = $first::Element;

            #[allow(non_snake_case)] // one name for a type and its value
            fn parts(&self) -> Parts<'_, Self::Element> {
                let ($first, $($rest,)*) = self;
                [$first.parts(), $($rest.parts()),*].into_iter().flatten().collect()
            }

            #[allow(non_snake_case)]
            fn parts_mut(&mut self) -> PartsMut<'_, Self::Element> {
                let ($first, $($rest,)*) = self;
                [$first.parts_mut(), $($rest.parts_mut()),*].into_iter().flatten().collect()
            }
        }
        tuple!($($rest)*);
    };
    () => {};
}
tuple!(A B C D E F G H I J K L M N O P);

/// The numbers of a vector, one part after the other.
pub(super) fn coordinates<V: Vector>(vector: &V) -> Vec<f64> {
    let parts = vector.parts();
    let numbers = parts
        .iter()
        .flat_map(|(_, part)| part.iter().map(|x| Elementary::to_f64(*x)));
    numbers.collect()
}

/// A vector of the shape of another one.
pub(super) fn with_coordinates<V: Vector>(like: &V, coordinates: &[f64]) -> V {
    let mut out = like.clone();
    let mut numbers = coordinates.iter();
    for (_, mut part) in out.parts_mut() {
        for (x, number) in part.iter_mut().zip(&mut numbers) {
            *x = Elementary::from_f64(*number);
        }
    }
    out
}

/// The lengths of all parts.
pub(super) fn shape<V: Vector>(vector: &V) -> Vec<Vec<usize>> {
    vector
        .parts()
        .iter()
        .map(|(_, part)| part.shape().to_vec())
        .collect()
}
