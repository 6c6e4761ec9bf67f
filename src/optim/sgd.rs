//! Gradient descent.

use super::rows::{each_row, zeros_like};
use super::setting::not_negative;
use super::shapes::same_shapes;
use crate::{Error, Parameters};
use einstan_runtime::Elementary;

crate::einstan! {
    fn plain(mut p[rows, n], const g[rows, n], rate, decay) {
        p[r,i] += -rate * (g[r,i] + decay*p[r,i]);
    }

    /// Polyak's heavy ball: `v` is its velocity.
    fn heavy_ball(mut p[rows, n], const g[rows, n], mut v[rows, n], rate, momentum, decay) {
        v[r,i] = momentum*v[r,i] + g[r,i] + decay*p[r,i];
        p[r,i] += -rate * v[r,i];
    }

    /// Nesterov's: the gradient is taken where the velocity leads, in the form of Sutskever and others, "On the importance of
    /// initialization and momentum in deep learning", 2013.
    fn nesterov(mut p[rows, n], const g[rows, n], mut v[rows, n], rate, momentum, decay) {
        d[r,i] = g[r,i] + decay*p[r,i];
        v[r,i] = momentum*v[r,i] + d[r,i];
        p[r,i] += -rate * (d[r,i] + momentum*v[r,i]);
    }
}

/// Gradient descent, with momentum and weight decay.
///
/// With the gradient g and for each number, d = g + decay · p and v ← momentum · v + d, and then p ← p - rate · v, or with
/// `nesterov` p ← p - rate · (d + momentum · v), as `torch.optim.SGD` has it without dampening. Without momentum nothing is kept.
///
/// ```
/// use einstan::optim::Sgd;
/// use ndarray::array;
///
/// # fn main() -> Result<(), einstan::Error> {
/// let mut p = array![1.0, 2.0];
/// let mut sgd = Sgd::new(&p);
/// sgd.rate = 0.5;
/// sgd.momentum = 0.5;
/// sgd.step(&mut p, &array![1.0, 0.0])?;
/// sgd.step(&mut p, &array![1.0, 0.0])?;
/// assert_eq!(p, array![-0.25, 2.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sgd<P> {
    /// How far a step goes: 0.01.
    pub rate: f64,
    /// What the velocity keeps at a step: 0.
    pub momentum: f64,
    /// Whether the momentum is Nesterov's: no.
    pub nesterov: bool,
    /// How fast parameters shrink: 0.
    pub decay: f64,
    /// The velocity v, made at the first step with momentum.
    pub velocity: Option<P>,
}

impl<P: Parameters> Sgd<P> {
    /// With the usual settings, and no velocity yet. The parameters are not read: they only say the type, and the first step
    /// with momentum the lengths.
    pub fn new(_parameters: &P) -> Self {
        Sgd {
            rate: 1e-2,
            momentum: 0.0,
            nesterov: false,
            decay: 0.0,
            velocity: None,
        }
    }
}

impl<P> Sgd<P> {
    fn check(&self) -> Result<(), Error> {
        not_negative("Sgd::step", "rate", self.rate)?;
        not_negative("Sgd::step", "momentum", self.momentum)?;
        not_negative("Sgd::step", "decay", self.decay)?;
        match self.nesterov && self.momentum == 0.0 {
            true => Err(Error::setting(
                "Sgd::step",
                "momentum",
                &0,
                "more than 0 with `nesterov`",
            )),
            false => Ok(()),
        }
    }
}

impl<P: Parameters + Clone> Sgd<P> {
    /// One step down the gradient.
    ///
    /// # Errors
    ///
    /// A tensor of the gradient, or of the velocity, that has not the lengths of its parameter; a setting that is negative or
    /// NaN, and `nesterov` without momentum. Nothing is changed.
    pub fn step(&mut self, parameters: &mut P, gradient: &P) -> Result<(), Error> {
        self.check()?;
        same_shapes("Sgd::step", parameters, [("gradient", gradient)])?;
        let number = <P::Element as Elementary>::from_f64;
        let (rate, momentum, decay) =
            (number(self.rate), number(self.momentum), number(self.decay));
        if self.momentum == 0.0 {
            return each_row([gradient], [parameters], |[g], [p]| {
                plain(p, g, rate, decay)
            });
        }
        let velocity = self.velocity.get_or_insert_with(|| zeros_like(parameters));
        same_shapes("Sgd::step", parameters, [("velocity", &*velocity)])?;
        let write = [parameters, velocity];
        match self.nesterov {
            false => each_row([gradient], write, |[g], [p, v]| {
                heavy_ball(p, g, v, rate, momentum, decay)
            }),
            true => each_row([gradient], write, |[g], [p, v]| {
                nesterov(p, g, v, rate, momentum, decay)
            }),
        }
    }
}
