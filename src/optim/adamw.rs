//! Adam with weight decay.

use super::moments::{self, Settings};
use super::rows::zeros_like;
use crate::{Error, Parameters};

/// Adam with decoupled weight decay: parameters shrink at each step, and the means of the gradient know nothing of it.
///
/// As [`Adam`](super::Adam), and p ← p - rate · decay · p at each step before: Loshchilov and Hutter, [Decoupled weight decay
/// regularization](https://arxiv.org/abs/1711.05101), as `torch.optim.AdamW` has it.
///
/// ```
/// use einstan::optim::AdamW;
/// use ndarray::array;
///
/// # fn main() -> Result<(), einstan::Error> {
/// let mut p = array![2.0];
/// let mut adam = AdamW::new(&p);
/// adam.decay = 0.1;
/// adam.step(&mut p, &array![0.0])?;
/// assert!((p[0] - 2.0_f64 * (1.0 - 0.001 * 0.1)).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AdamW<P> {
    /// How far a step goes: 0.001.
    pub rate: f64,
    /// What the mean of the gradients keeps at a step: 0.9.
    pub beta1: f64,
    /// What the mean of their squares keeps: 0.999.
    pub beta2: f64,
    /// What is added to the root: 1e-8.
    pub epsilon: f64,
    /// How fast parameters shrink: 0.01, times `rate` at a step.
    pub decay: f64,
    /// How many steps were made.
    pub steps: u64,
    /// The mean of the gradients, m.
    pub mean: P,
    /// The mean of their squares, v.
    pub square: P,
}

impl<P: Parameters + Clone> AdamW<P> {
    /// For parameters of these shapes.
    pub fn new(parameters: &P) -> Self {
        AdamW {
            rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            decay: 1e-2,
            steps: 0,
            mean: zeros_like(parameters),
            square: zeros_like(parameters),
        }
    }
}

impl<P: Parameters> AdamW<P> {
    /// One step down the gradient.
    ///
    /// # Errors
    ///
    /// A tensor of the gradient, or one that the optimiser keeps, that has not the lengths of its parameter; a setting that is
    /// negative or NaN, and β₁ or β₂ from 1 on. Nothing is changed.
    pub fn step(&mut self, parameters: &mut P, gradient: &P) -> Result<(), Error> {
        let settings = Settings {
            rate: self.rate,
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            decay: self.decay,
        };
        let means = [&mut self.mean, &mut self.square];
        moments::step(
            "AdamW::step",
            settings,
            parameters,
            gradient,
            means,
            &mut self.steps,
        )
    }
}
