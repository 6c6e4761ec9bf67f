//! A check of a function's derivatives, as it is put together.

use super::difference::Steps;
use super::failure::{Failure, Report};
use super::run::Run;
use super::vector::Vector;
use crate::{Error, Float};
use einstan_runtime::Elementary;
use ndarray::ArrayD;

type Value<'f, P, V> = Box<dyn Fn(&P) -> Result<V, Error> + 'f>;
type Vjp<'f, P, V> = Box<dyn Fn(&P, &V) -> Result<(V, P), Error> + 'f>;
type Jvp<'f, P, V> = Box<dyn Fn(&P, &P) -> Result<(V, V), Error> + 'f>;
type Hvp<'f, P> = Box<dyn Fn(&P, &P) -> Result<P, Error> + 'f>;
type Jacobian<'f, P, T> = Box<dyn Fn(&P) -> Result<Vec<ArrayD<T>>, Error> + 'f>;

/// A function of the parameters `P` with the results `V`, and the derivatives of it that are to be checked.
///
/// Each is a closure over the public interface of the function, so that constants, lengths and integers stay what they
/// are. For `P` take the generated `Gradient`, which has a field for each parameter that is not constant; for several
/// results `V` is a tuple, without the integers.
///
/// ```
/// use einstan::{einstan, testing::Check};
/// use ndarray::array;
///
/// einstan! {
///     pub fn energy(x[n], const k[n, n]) -> (e, f[n]) {
///         e = x[i]*k[i,j]*x[j] / 2;
///         f[i] = -k[i,j]*x[j];
///     }
/// }
///
/// # fn main() -> Result<(), einstan::testing::Failure> {
/// let k = array![[2.0, 1.0], [1.0, 3.0]];
/// let report = Check::new("energy", |p: &energy::Gradient<f64>| energy(&p.x, &k))
///     .results(&["e", "f"])
///     .vjp(|p, (e, f)| {
///         let (value, pullback) = energy::vjp(&p.x, &k)?;
///         Ok((value, pullback.call(*e, f)?))
///     })
///     .jvp(|p, v| energy::jvp(&p.x, &k, v))
///     .at(&energy::Gradient { x: array![0.5, -1.5] })?;
/// assert_eq!(report.skipped, 0);
/// # Ok(())
/// # }
/// ```
pub struct Check<'f, P: Vector, V> {
    pub(super) function: String,
    pub(super) results: Vec<String>,
    pub(super) value: Value<'f, P, V>,
    pub(super) vjp: Option<Vjp<'f, P, V>>,
    pub(super) jvp: Option<Jvp<'f, P, V>>,
    pub(super) gradient: Option<Value<'f, P, P>>,
    pub(super) hvp: Option<Hvp<'f, P>>,
    pub(super) jacobian: Option<Jacobian<'f, P, P::Element>>,
    pub(super) settings: Settings,
}

/// How a check is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub tolerance: f64,
    pub steps: Steps,
    pub seed: u64,
    pub directions: usize,
    pub positions: usize,
}

impl Settings {
    /// For numbers of one type, of which half the digits are enough.
    fn of<T: Float>() -> Self {
        let epsilon = Elementary::to_f64(T::epsilon());
        let double = epsilon < 1e-10;
        Settings {
            tolerance: if double { 1e-6 } else { 1e-3 },
            steps: Steps {
                first: if double { 1.0 / 64.0 } else { 1.0 / 8.0 },
                epsilon,
                tries: if double { 4 } else { 2 },
            },
            seed: 0,
            directions: 2,
            positions: 64,
        }
    }

    /// How far the two sides of an identity may be apart, as a part of what is added up in them.
    pub(super) fn identity(&self) -> f64 {
        self.steps.epsilon.powf(0.6).max(self.tolerance * 1e-3)
    }
}

impl<'f, P, V> Check<'f, P, V>
where
    P: Vector,
    V: Vector<Element = P::Element>,
{
    /// Of the function `value`, whose name stands in what a failure says.
    pub fn new(function: impl Into<String>, value: impl Fn(&P) -> Result<V, Error> + 'f) -> Self {
        Check {
            function: function.into(),
            results: Vec::new(),
            value: Box::new(value),
            vjp: None,
            jvp: None,
            gradient: None,
            hvp: None,
            jacobian: None,
            settings: Settings::of::<P::Element>(),
        }
    }

    /// The names of the results, for what a failure says.
    pub fn results(mut self, names: &[&str]) -> Self {
        self.results = names.iter().map(|n| n.to_string()).collect();
        self
    }

    /// Checks the value and the gradient for cotangents of the results: with ȳ at random, the gradient is the derivative
    /// of ⟨ȳ, f⟩, which differences give for each number of the parameters.
    pub fn vjp(mut self, vjp: impl Fn(&P, &V) -> Result<(V, P), Error> + 'f) -> Self {
        self.vjp = Some(Box::new(vjp));
        self
    }

    /// Checks the value and the tangent for directions in the parameters, made at random: differences along them give
    /// the same. Together with `vjp`, the adjoint identity ⟨ȳ, J v⟩ = ⟨Jᵀ ȳ, v⟩ too.
    pub fn jvp(mut self, jvp: impl Fn(&P, &P) -> Result<(V, V), Error> + 'f) -> Self {
        self.jvp = Some(Box::new(jvp));
        self
    }

    /// Checks the Hessian of a function with one scalar result times directions, made at random: it is the derivative of
    /// the gradient along them, and ⟨u, H v⟩ = ⟨v, H u⟩. Without `vjp`, the gradient is checked too.
    pub fn hvp(
        mut self,
        gradient: impl Fn(&P) -> Result<P, Error> + 'f,
        hvp: impl Fn(&P, &P) -> Result<P, Error> + 'f,
    ) -> Self {
        self.gradient = Some(Box::new(gradient));
        self.hvp = Some(Box::new(hvp));
        self
    }

    /// Checks the derivatives of all results by all parameters: one array for each pair, those of the first result first,
    /// with the axes of the result and then those of the parameter.
    pub fn jacobian<B: IntoIterator<Item = ArrayD<P::Element>>>(
        mut self,
        jacobian: impl Fn(&P) -> Result<B, Error> + 'f,
    ) -> Self {
        self.jacobian = Some(Box::new(move |p| Ok(jacobian(p)?.into_iter().collect())));
        self
    }

    /// How far a derivative may be from a difference, as a part of the larger of the two. It is 1e-6 for `f64` and 1e-3
    /// for `f32`; what the difference itself may be off by is added.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.settings.tolerance = tolerance;
        self
    }

    /// The largest step of the differences, as a part of the numbers that are changed: 1/64 for `f64`, 1/8 for `f32`.
    pub fn step(mut self, step: f64) -> Self {
        self.settings.steps.first = step;
        self
    }

    /// What the random numbers begin with: 0. The same seed gives the same check.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How many cotangents and directions are tried: 2.
    pub fn directions(mut self, count: usize) -> Self {
        self.settings.directions = count;
        self
    }

    /// How many numbers of each parameter are changed at most, chosen at random where it has more: 64.
    pub fn positions(mut self, count: usize) -> Self {
        self.settings.positions = count;
        self
    }

    /// Makes the check with these parameters.
    ///
    /// # Errors
    ///
    /// The first derivative that is wrong, an error of a function, a result that is not finite, and a check that could
    /// compare nothing.
    pub fn at(&self, parameters: &P) -> Result<Report, Failure> {
        Run::new(self, parameters)?.all()
    }
}
