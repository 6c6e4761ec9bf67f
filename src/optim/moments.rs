//! A step along the mean of the gradients, divided by the root of the mean of their squares.

use super::rows::each_row;
use super::setting::{below_one, not_negative};
use super::shapes::same_shapes;
use crate::{Error, Parameters};
use einstan_runtime::Elementary;

crate::einstan! {
    /// Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 2: `a` is 1 - β₁ and `b` is 1 - β₂; at step t,
    /// `step` is the rate / (1 - β₁ᵗ), and `root` 1 / √(1 - β₂ᵗ). `decay` is what a step takes away of a number beside: Loshchilov
    /// and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.
    fn descend(mut p[rows, n], const g[rows, n], mut m[rows, n], mut v[rows, n], step, a, b, root, epsilon, decay) {
        m[r,i] = (1 - a)*m[r,i] + a*g[r,i];
        v[r,i] = (1 - b)*v[r,i] + b*g[r,i]^2;
        p[r,i] = (1 - decay)*p[r,i] - step * m[r,i] / (root*sqrt(v[r,i]) + epsilon);
    }
}

/// The settings of a step, with the letters of [`Adam`](super::Adam).
pub(super) struct Settings {
    pub rate: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub epsilon: f64,
    /// How fast parameters shrink, times `rate` at a step: 0 for Adam.
    pub decay: f64,
}

impl Settings {
    fn check(&self, function: &'static str) -> Result<(), Error> {
        not_negative(function, "rate", self.rate)?;
        below_one(function, "beta1", self.beta1)?;
        below_one(function, "beta2", self.beta2)?;
        not_negative(function, "epsilon", self.epsilon)?;
        not_negative(function, "decay", self.decay)
    }
}

/// One step, the next of `steps`, of the parameters and the two means, on behalf of `function`.
pub(super) fn step<P: Parameters>(
    function: &'static str,
    settings: Settings,
    parameters: &mut P,
    gradient: &P,
    [mean, square]: [&mut P; 2],
    steps: &mut u64,
) -> Result<(), Error> {
    settings.check(function)?;
    let kept = [
        ("gradient", gradient),
        ("mean", &*mean),
        ("square", &*square),
    ];
    same_shapes(function, parameters, kept)?;
    *steps = steps.saturating_add(1);
    let t = *steps as f64;
    let Settings {
        rate,
        beta1,
        beta2,
        epsilon,
        decay,
    } = settings;
    let number = <P::Element as Elementary>::from_f64;
    let step = number(rate / (1.0 - beta1.powf(t)));
    let root = number((1.0 - beta2.powf(t)).sqrt().recip());
    let (a, b) = (number(1.0 - beta1), number(1.0 - beta2));
    let (epsilon, decay) = (number(epsilon), number(rate * decay));
    each_row([gradient], [parameters, mean, square], |[g], [p, m, v]| {
        descend(p, g, m, v, step, a, b, root, epsilon, decay)
    })
}
