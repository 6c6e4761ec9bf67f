//! A check from the call of a function as one would write it: `check!(dense(X, W, b))`.

use super::{Check, Vector};
use crate::{Axes, Error, Tensor, TensorRef};
use ndarray::{Array, ArrayRef, Dimension};

/// What is passed to a function for a number or an array that is kept.
pub trait Argument {
    /// The number, or a reference to the array.
    type Passed<'a>
    where
        Self: 'a;

    /// As it is passed.
    fn pass(&self) -> Self::Passed<'_>;
}

impl<T, D: Dimension> Argument for Array<T, D> {
    type Passed<'a>
        = &'a ArrayRef<T, D>
    where
        Self: 'a;

    fn pass(&self) -> &ArrayRef<T, D> {
        self
    }
}

impl<T, A: Axes> Argument for Tensor<T, A> {
    type Passed<'a>
        = &'a TensorRef<T, A>
    where
        Self: 'a;

    fn pass(&self) -> &TensorRef<T, A> {
        self
    }
}

macro_rules! number {
    ($($t:ty)*) => {$(
        impl Argument for $t {
            type Passed<'a> = $t;

            fn pass(&self) -> $t {
                *self
            }
        }
    )*};
}
number!(f32 f64);

/// A check of a function with parameters of the type of `point`, which is known before the closures are.
pub fn check_of<'f, P, V>(
    _point: &P,
    function: &'static str,
    value: impl Fn(&P) -> Result<V, Error> + 'f,
) -> Check<'f, P, V>
where
    P: Vector,
    V: Vector<Element = P::Element>,
{
    Check::new(function, value)
}

/// Checks `vjp` and `jvp` of a function with one result, at the arguments of a call; `hvp` too where it is named.
///
/// The arguments are variables that are called like the parameters, arrays and numbers, which are changed; and after
/// `const` expressions, which are passed as they stand: for `const` parameters, integers and lengths. The value is what
/// [`Check::at`] gives. For functions of several results, and for other settings, take [`Check`].
///
/// ```
/// use einstan::{einstan, testing};
/// use ndarray::array;
///
/// einstan! {
///     pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
///         Y[i, j] = X[i, k] * W[k, j] + b[j];
///     }
///     pub fn error(y[n], const t[n], a) -> E { E = a * sum[i]((y[i] - t[i])^2); }
/// }
///
/// # fn main() -> Result<(), testing::Failure> {
/// # #[allow(non_snake_case)]
/// let (X, W) = (array![[1.0, 2.0]], array![[0.5, -1.0], [0.25, 2.0]]);
/// let b = array![0.1, -0.1];
/// testing::check!(dense(X, W, b))?;
///
/// let (y, target, a) = (array![0.2, 0.9], array![0.0, 1.0], 0.5);
/// let report = testing::check!(error(y, const &target, a), hvp)?;
/// assert_eq!(report.skipped, 0);
/// # Ok(())
/// # }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __check {
    ($($function:ident)::+ ($($arguments:tt)*) $(, $hvp:tt)? $(,)?) => {
        $crate::__check!(@sort [$($function)::+] [$($hvp)?] [] [] $($arguments)*,)
    };
    (@sort $f:tt $hvp:tt $point:tt [$($call:tt)*] const $constant:expr, $($rest:tt)*) => {
        $crate::__check!(@sort $f $hvp $point [$($call)* (const $constant)] $($rest)*)
    };
    (@sort $f:tt $hvp:tt [$($point:ident)*] [$($call:tt)*] $variable:ident, $($rest:tt)*) => {
        $crate::__check!(@sort $f $hvp [$($point)* $variable] [$($call)* ($variable)] $($rest)*)
    };
    (@sort [$($function:ident)::+] $hvp:tt [$($point:ident)*] [$($call:tt)*] $(,)?) => {{
        let point = $($function)::+::Gradient { $($point: ::core::clone::Clone::clone(&$point)),* };
        let name = ::core::stringify!($($function)::+);
        let check = $crate::testing::check_of(&point, name, |p| {
            $($function)::+($($crate::__check!(@pass p $call)),*)
        });
        let check = check.vjp(|p, y| {
            let (value, pullback) = $($function)::+::vjp($($crate::__check!(@pass p $call)),*)?;
            let gradient = pullback.call($crate::testing::Argument::pass(y))?;
            ::core::result::Result::Ok((value, gradient))
        });
        let check = check.jvp(|p, v| $($function)::+::jvp($($crate::__check!(@pass p $call),)* v));
        let check = $crate::__check!(@second check $hvp [$($function)::+] $($call)*);
        check.at(&point)
    }};
    (@second $check:ident [] $($rest:tt)*) => { $check };
    (@second $check:ident [hvp] [$($function:ident)::+] $($call:tt)*) => {
        $check.hvp(
            |p| $($function)::+::grad($($crate::__check!(@pass p $call)),*),
            |p, v| $($function)::+::hvp($($crate::__check!(@pass p $call),)* v),
        )
    };
    (@pass $p:ident (const $constant:expr)) => { $constant };
    (@pass $p:ident ($variable:ident)) => { $crate::testing::Argument::pass(&$p.$variable) };
}
