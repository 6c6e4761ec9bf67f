//! How generated code of one invocation calls that of another one, of which it knows nothing but the name.
//!
//! A hidden type stands for each function and implements these traits; the caller names their associated types and never
//! spells them. Arguments, results and derivatives are tuples with one member for each parameter or result; [`Pass`] fits a
//! member that the caller has to what the function takes.

use crate::error::Error;
use crate::float::{Element, Float};
use crate::memory::Buffer;
use crate::sink::Sink;
use crate::source::Source;

/// The lengths of a function: those of its results follow from those of its arguments.
pub trait Shapes {
    /// A `TensorOfRank` or `Scalar`, a `usize` for a `dim`.
    type ArgumentLens;
    /// What the function finds out of them.
    type Lens: Copy;
    /// `[usize; R]` for each result.
    type ResultLens: Copy;

    /// Finds and checks the lengths.
    ///
    /// # Errors
    ///
    /// As the function.
    fn lens(arguments: Self::ArgumentLens) -> Result<Self::Lens, Error>;

    /// The lengths of the results.
    fn results(lens: &Self::Lens) -> Self::ResultLens;
}

/// What a caller keeps for a function.
pub trait Memory<T> {
    /// What the pullback reads of the value.
    type Saved: Default;
    /// What the value needs on the way.
    type Value: Default;
    /// What the pullback needs on the way.
    type Pullback: Default;
    /// What the tangent needs on the way.
    type Tangent: Default;
    /// What the tangent of the pullback needs on the way.
    type PullbackTangent: Default;
    /// What the Jacobian needs on the way.
    type Jacobian: Default;
}

/// The memory of a part: what its body works in, and what stands in for tensors that the caller does not give.
#[derive(Debug, Default)]
pub struct Room<W, S> {
    /// Of the body.
    pub work: W,
    /// For tensors.
    pub spare: S,
}

/// The elements of result `K`.
pub trait Returns<T, const K: usize> {
    /// `T`, or an integer.
    type Element;
}

/// The value of a function.
#[diagnostic::on_unimplemented(
    message = "this function fixes its element type, and its caller does not",
    note = "declare a parameter of the caller with the same type, like `X[n, m]: f32`"
)]
pub trait Function<T: Float>: Shapes + Memory<T> {
    /// A `Source` for a tensor, the value of a scalar, a `usize` for a `dim`.
    type Arguments<'a>;
    /// An `Option` of a `Sink` for each result.
    type Results<'a>;

    /// Computes the results that are asked for; with `save`, keeps what the pullback reads.
    ///
    /// # Errors
    ///
    /// As the function. Then nothing is written.
    fn value(
        lens: &Self::Lens,
        save: bool,
        saved: &mut Self::Saved,
        memory: &mut Self::Value,
        arguments: Self::Arguments<'_>,
        results: Self::Results<'_>,
    ) -> Result<(), Error>;
}

/// The derivatives of a function.
#[diagnostic::on_unimplemented(
    message = "this function has no derivative by the element type of its caller",
    note = "either it fixes another element type than its caller, or it uses an `extern fn` without a rule: give that its \
            derivatives, `d/dx = ..`, or declare what it depends on as `const`"
)]
pub trait Differentiable<T: Float>: Function<T> {
    /// An `Option` of a `Source` for each result, `Ignored` for integers.
    type Cotangents<'a>;
    /// An `Option` of a `Sink` for each parameter, `Ignored` for what has no gradient.
    type Gradients<'a>;
    /// An `Option` of a `Source` for each parameter, `Ignored` for what has no tangent.
    type Directions<'a>;
    /// An `Option` of a `Sink` for each result, `Ignored` for integers.
    type Tangents<'a>;
    /// An `Option` of memory for the derivative of each result by each parameter.
    type Jacobians<'a>;

    /// The gradients for some cotangents, from what the value saved.
    ///
    /// # Errors
    ///
    /// Memory that can't be had. Then nothing is written.
    fn pullback(
        lens: &Self::Lens,
        saved: &Self::Saved,
        memory: &mut Self::Pullback,
        arguments: Self::Arguments<'_>,
        cotangents: Self::Cotangents<'_>,
        gradients: Self::Gradients<'_>,
    ) -> Result<(), Error>;

    /// The value and its tangent along a direction.
    ///
    /// # Errors
    ///
    /// As the function. Then nothing is written.
    fn tangent(
        lens: &Self::Lens,
        memory: &mut Self::Tangent,
        arguments: Self::Arguments<'_>,
        directions: Self::Directions<'_>,
        results: Self::Results<'_>,
        tangents: Self::Tangents<'_>,
    ) -> Result<(), Error>;

    /// The gradients for some cotangents, and their tangents.
    ///
    /// # Errors
    ///
    /// As the function. Then nothing is written.
    #[expect(clippy::too_many_arguments)] // each is a list of its own
    fn pullback_tangent(
        lens: &Self::Lens,
        memory: &mut Self::PullbackTangent,
        arguments: Self::Arguments<'_>,
        cotangents: Self::Cotangents<'_>,
        directions: Self::Directions<'_>,
        turns: Self::Cotangents<'_>,
        gradients: Self::Gradients<'_>,
        tangents: Self::Gradients<'_>,
    ) -> Result<(), Error>;

    /// The derivatives of each result by each parameter.
    ///
    /// # Errors
    ///
    /// As the function. Then nothing is written.
    fn jacobian(
        lens: &Self::Lens,
        memory: &mut Self::Jacobian,
        arguments: Self::Arguments<'_>,
        jacobians: Self::Jacobians<'_>,
    ) -> Result<(), Error>;
}

/// Fits what a caller passes to what a function takes.
#[diagnostic::on_unimplemented(
    message = "this argument does not fit: the function takes `{To}`",
    label = "this is `{Self}`"
)]
pub trait Pass<To> {
    /// The same, as the function takes it.
    fn pass(self) -> To;
}

/// The lengths of a tensor as an argument.
#[derive(Clone, Copy, Debug)]
pub struct TensorOfRank<const R: usize>(pub [usize; R]);

/// A scalar as an argument, which has no lengths.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

/// What a caller gives: a tensor, the value of a scalar.
///
/// The number of axes was compared with the lengths, where a mistake is one error.
#[derive(Clone, Copy, Debug)]
pub struct Given<X>(pub X);

impl<const R: usize> Pass<TensorOfRank<R>> for TensorOfRank<R> {
    #[inline]
    fn pass(self) -> Self {
        self
    }
}

impl Pass<Scalar> for Scalar {
    #[inline]
    fn pass(self) -> Self {
        self
    }
}

impl Pass<Scalar> for TensorOfRank<0> {
    #[inline]
    fn pass(self) -> Scalar {
        Scalar
    }
}

impl Pass<Narrow> for TensorOfRank<0> {
    #[inline]
    fn pass(self) -> Narrow {
        Narrow(0)
    }
}

impl<E: Element> Pass<E> for Given<E> {
    #[inline]
    fn pass(self) -> E {
        self.0
    }
}

/// A result of which nothing says how many axes it has may be a scalar.
impl<'a, E: Element> Pass<E> for Given<Source<'a, E, 0>> {
    #[inline]
    fn pass(self) -> E {
        self.0.at([])
    }
}

impl<'a, E: Element, const R: usize, const S: usize> Pass<Source<'a, E, S>>
    for Given<Source<'a, E, R>>
{
    #[inline]
    fn pass(self) -> Source<'a, E, S> {
        self.0.ranked()
    }
}

impl<'a, E: Element, const R: usize, const S: usize> Pass<Option<Source<'a, E, S>>>
    for Given<Source<'a, E, R>>
{
    #[inline]
    fn pass(self) -> Option<Source<'a, E, S>> {
        Some(self.0.ranked())
    }
}

impl<'a, E: Element, const R: usize, const S: usize> Pass<Option<Sink<'a, E, S>>>
    for Given<Sink<'a, E, R>>
{
    #[inline]
    fn pass(self) -> Option<Sink<'a, E, S>> {
        Some(self.0.ranked())
    }
}

impl<'a, E> Pass<Option<&'a mut Buffer<E>>> for Given<&'a mut Buffer<E>> {
    #[inline]
    fn pass(self) -> Option<&'a mut Buffer<E>> {
        Some(self.0)
    }
}

impl<X> Pass<Ignored> for Given<X> {
    #[inline]
    fn pass(self) -> Ignored {
        Ignored
    }
}

/// A number as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub f64);

/// A whole number as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Whole<const N: i64>;

/// A length as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Length(pub usize);

/// What the caller does not have or want.
#[derive(Clone, Copy, Debug)]
pub struct Absent;

/// What the function neither reads nor writes.
#[derive(Clone, Copy, Debug)]
pub struct Ignored;

impl<T: Float> Pass<T> for Number {
    #[inline]
    fn pass(self) -> T {
        T::from_f64(self.0)
    }
}

impl<T: Float, const N: i64> Pass<T> for Whole<N> {
    #[inline]
    fn pass(self) -> T {
        T::from_f64(N as f64)
    }
}

impl<T: Float> Pass<T> for Length {
    #[inline]
    fn pass(self) -> T {
        T::from_f64(self.0 as f64)
    }
}

/// An integer as an argument, where lengths are found: the length that is passed for it, or 0.
#[derive(Clone, Copy, Debug)]
pub struct Narrow(pub usize);

impl Narrow {
    /// Whether the integer type of a parameter has the length.
    ///
    /// # Errors
    ///
    /// It has not.
    pub fn check<I: TryFrom<usize>>(
        self,
        function: &str,
        parameter: &str,
        integer: &str,
    ) -> Result<(), Error> {
        match I::try_from(self.0) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::integer(function, parameter, self.0, integer)),
        }
    }
}

impl Pass<Narrow> for Length {
    fn pass(self) -> Narrow {
        Narrow(self.0)
    }
}

impl Pass<Narrow> for Scalar {
    fn pass(self) -> Narrow {
        Narrow(0)
    }
}

impl Pass<Narrow> for Number {
    fn pass(self) -> Narrow {
        Narrow(0)
    }
}

impl<const N: i64> Pass<Narrow> for Whole<N> {
    fn pass(self) -> Narrow {
        Narrow(0)
    }
}

macro_rules! integers {
    ($($integer:ident),*) => {$(
        impl<const N: i64> Pass<$integer> for Whole<N> {
            #[inline]
            fn pass(self) -> $integer {
                const {
                    assert!(
                        N as i128 >= $integer::MIN as i128 && N as i128 <= $integer::MAX as i128,
                        concat!("this number is no `", stringify!($integer), "`")
                    );
                }
                N as $integer
            }
        }

        impl Pass<$integer> for Length {
            #[inline]
            fn pass(self) -> $integer {
                // `Narrow` has seen that it fits.
                $integer::try_from(self.0).unwrap_or($integer::MAX)
            }
        }
    )*};
}
integers!(usize, i32, i64, u32, u8);

impl Pass<Scalar> for Number {
    fn pass(self) -> Scalar {
        Scalar
    }
}

impl<const N: i64> Pass<Scalar> for Whole<N> {
    fn pass(self) -> Scalar {
        Scalar
    }
}

impl Pass<Scalar> for Length {
    fn pass(self) -> Scalar {
        Scalar
    }
}

impl<X> Pass<Option<X>> for Absent {
    #[inline]
    fn pass(self) -> Option<X> {
        None
    }
}

impl Pass<Ignored> for Absent {
    #[inline]
    fn pass(self) -> Ignored {
        Ignored
    }
}

/// The lengths of a result.
#[derive(Clone, Copy, Debug)]
pub struct Returned<L>(pub L);

/// The lengths of a result that the caller uses with `R` indices.
#[diagnostic::on_unimplemented(
    message = "what this call returns is used with another number of indices than it has axes",
    label = "it has the lengths `{Self}`"
)]
pub trait Axes<const R: usize> {
    /// The lengths.
    fn axes(self) -> [usize; R];
}

impl<const R: usize> Axes<R> for Returned<[usize; R]> {
    fn axes(self) -> [usize; R] {
        self.0
    }
}

/// The tensor that a caller gives for an output, or memory for one that it does not want.
///
/// # Errors
///
/// Memory that can't be had.
pub fn output<'a, E: Element, const R: usize>(
    given: Option<Sink<'a, E, R>>,
    spare: &'a mut Buffer<E>,
    (function, tensor): (&'static str, &'static str),
    lens: [usize; R],
) -> Result<Sink<'a, E, R>, Error> {
    match given {
        Some(sink) => Ok(sink),
        None => {
            spare.shape(function, tensor, lens)?;
            Ok(spare.sink(lens))
        }
    }
}

/// The tensor that a caller gives for an input, or zeros.
///
/// # Errors
///
/// Memory that can't be had.
pub fn input<'a, E: Element, const R: usize>(
    given: Option<Source<'a, E, R>>,
    spare: &'a mut Buffer<E>,
    (function, tensor): (&'static str, &'static str),
    lens: [usize; R],
) -> Result<Source<'a, E, R>, Error> {
    match given {
        Some(source) => Ok(source),
        None => {
            spare.shape(function, tensor, lens)?;
            spare.sink(lens).fill(E::default());
            Ok(spare.source(lens))
        }
    }
}

/// The memory that a caller gives for an output, or that for one that it does not want.
///
/// # Errors
///
/// Memory that can't be had.
pub fn room<'a, E: Element, const R: usize>(
    given: Option<&'a mut Buffer<E>>,
    spare: &'a mut Buffer<E>,
    (function, tensor): (&'static str, &'static str),
    lens: [usize; R],
) -> Result<Sink<'a, E, R>, Error> {
    let buffer = given.unwrap_or(spare);
    buffer.shape(function, tensor, lens)?;
    Ok(buffer.sink(lens))
}

/// The number of elements of a tensor with some lengths.
pub fn count(lens: &[usize]) -> usize {
    lens.iter().fold(1, |n, &len| n.saturating_mul(len))
}
