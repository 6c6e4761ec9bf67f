//! What a model learns, as one value: its tensors by their names, whatever structures they stand in.
//!
//! Every generated `Gradient` implements [`Parameters`], and so do arrays, tensors with axis types, numbers,
//! and a `Vec`, an array, a `Box` or a tuple of what implements it. [`parameters!`](crate::parameters!) does so for a structure
//! of yours. A model and its gradient are values of one type, which the optimisers of [`optim`](crate::optim) step.
//!
//! ```
//! use einstan::{Parameters, einstan};
//! use ndarray::array;
//!
//! einstan! {
//!     pub fn dense(const X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
//!     pub fn scaled(const X[n, m], g[m]) -> Y[n, m] { Y[i,j] = g[j]*X[i,j]; }
//! }
//!
//! #[derive(Clone)]
//! struct Network {
//!     layers: Vec<dense::Gradient<f64>>,
//!     last: scaled::Gradient<f64>,
//! }
//!
//! einstan::parameters!(Network: f64 { layers, last });
//!
//! let layer = dense::Gradient { W: array![[1.0, 2.0]], b: array![0.5, 0.5] };
//! let network = Network { layers: vec![layer], last: scaled::Gradient { g: array![1.0, 1.0] } };
//! let mut names = Vec::new();
//! network.tensors(|path, _| names.push(path.to_string()));
//! assert_eq!(names, ["layers.0.W", "layers.0.b", "last.g"]);
//! ```

pub use einstan_runtime::{Parameters, Path, Visit};

/// Implements [`Parameters`](trait@crate::Parameters) for a structure by its fields.
///
/// `parameters!(Network: f32 { blocks, head })` says the type, what its tensors hold, and the fields that are learnt; what is
/// not named there is left alone. Parameters of the type stand before it:
///
/// ```
/// use ndarray::{Array1, Array2};
///
/// struct Block<T> {
///     weight: Array2<T>,
///     bias: Array1<T>,
///     name: String,
/// }
///
/// einstan::parameters!(<T: einstan::Float> Block<T>: T { weight, bias });
/// # let block = Block { weight: Array2::<f32>::zeros((2, 3)), bias: Array1::zeros(3), name: "a".to_string() };
/// # let mut count = 0;
/// # einstan::Parameters::tensors(&block, |_, tensor| count += tensor.len());
/// # assert_eq!((count, block.name.len()), (9, 1));
/// ```
#[macro_export]
macro_rules! parameters {
    (<$($generic:ident $(: $bound:path)?),+ $(,)?> $type:ty : $element:ty { $($field:tt),* $(,)? }) => {
        $crate::parameters!(@ [$($generic $(: $bound)?),+] $type, $element, $($field)*);
    };
    (@ [$($generics:tt)*] $type:ty, $element:ty, $($field:tt)*) => {
        impl<$($generics)*> $crate::parameters::Parameters for $type {
            type Element = $element;

            fn visit<const R: usize, const W: usize>(
                path: &$crate::parameters::Path,
                read: [&Self; R],
                mut write: [&mut Self; W],
                visit: &mut impl $crate::parameters::Visit<$element, R, W>,
            ) -> ::core::result::Result<(), $crate::Error> {
                $($crate::parameters::Parameters::visit(
                    &path.field(::core::stringify!($field)),
                    read.map(|x| &x.$field),
                    write.each_mut().map(|x| &mut x.$field),
                    visit,
                )?;)*
                ::core::result::Result::Ok(())
            }
        }
    };
    ($type:ty : $element:ty { $($field:tt),* $(,)? }) => {
        $crate::parameters!(@ [] $type, $element, $($field)*);
    };
}
