//! What a model learns: the tensors of a value, or of several values of one type side by side.

mod containers;
mod path;
mod tensors;

pub use path::Path;

use crate::error::Error;
use crate::float::Float;
use ndarray::{ArrayRef, ArrayViewD, ArrayViewMutD, Dimension};
use tensors::{Each, EachMut};

/// Tensors that have names: the parameters of a model, their gradient, the moments of an optimiser.
///
/// Every generated `Gradient` is one, and so are arrays, tensors with axis types, `f32` and `f64`, and a `Vec`, an array, a
/// `Box` or a tuple of them. A structure of several delegates to its fields, as `einstan::parameters!` writes it:
///
/// ```
/// use einstan_runtime::{Error, Parameters, Path, Visit};
/// use ndarray::{Array1, Array2, array};
///
/// struct Layer {
///     weight: Array2<f32>,
///     bias: Array1<f32>,
/// }
///
/// impl Parameters for Layer {
///     type Element = f32;
///
///     fn visit<const R: usize, const W: usize>(
///         path: &Path,
///         read: [&Self; R],
///         mut write: [&mut Self; W],
///         visit: &mut impl Visit<f32, R, W>,
///     ) -> Result<(), Error> {
///         Parameters::visit(
///             &path.field("weight"),
///             read.map(|x| &x.weight),
///             write.each_mut().map(|x| &mut x.weight),
///             visit,
///         )?;
///         Parameters::visit(
///             &path.field("bias"),
///             read.map(|x| &x.bias),
///             write.each_mut().map(|x| &mut x.bias),
///             visit,
///         )
///     }
/// }
///
/// let layer = Layer { weight: array![[1.0, 2.0]], bias: array![0.5] };
/// let mut seen = Vec::new();
/// vec![layer].tensors(|path, tensor| seen.push((path.to_string(), tensor.shape().to_vec())));
/// assert_eq!(seen, [("0.weight".to_string(), vec![1, 2]), ("0.bias".to_string(), vec![1])]);
/// ```
pub trait Parameters {
    /// What the tensors hold.
    type Element: Float;

    /// Shows each tensor of `R` values that are read and `W` that are written to `visit`, those of one name together, in the
    /// order of their fields. Nothing is allocated.
    ///
    /// # Errors
    ///
    /// What `visit` returns, and lists that are not equally long.
    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        write: [&mut Self; W],
        visit: &mut impl Visit<Self::Element, R, W>,
    ) -> Result<(), Error>;

    /// Each tensor by its name.
    fn tensors(&self, each: impl FnMut(&Path, ArrayViewD<'_, Self::Element>)) {
        // No error: the visitor has none, and one value is as long as itself.
        let _ = Self::visit(&Path::ROOT, [self], [], &mut Each(each));
    }

    /// Each tensor by its name, to be changed.
    fn tensors_mut(&mut self, each: impl FnMut(&Path, ArrayViewMutD<'_, Self::Element>)) {
        let _ = Self::visit(&Path::ROOT, [], [self], &mut EachMut(each));
    }
}

/// What is done with tensors of one name, `R` that are read and `W` that are written.
///
/// They have equally many axes where their type says how many, and may have different lengths and strides.
pub trait Visit<T, const R: usize, const W: usize> {
    /// Is called once for each name.
    ///
    /// # Errors
    ///
    /// End the visit.
    fn tensor<D: Dimension>(
        &mut self,
        path: &Path,
        read: [&ArrayRef<T, D>; R],
        write: [&mut ArrayRef<T, D>; W],
    ) -> Result<(), Error>;
}
