//! Adam.

use super::moments::{self, Settings};
use super::rows::zeros_like;
use crate::{Error, Parameters};

/// Adam: steps along the mean of the gradients, divided by the root of the mean of their squares.
///
/// With the gradient g and for each number, m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g², and then
/// p ← p - rate · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε) at step t: Kingma and Ba, [Adam: a method for stochastic
/// optimization](https://arxiv.org/abs/1412.6980), as `torch.optim.Adam` has it. For weight decay there is
/// [`AdamW`](super::AdamW).
///
/// ```
/// use einstan::optim::Adam;
/// use ndarray::array;
///
/// # fn main() -> Result<(), einstan::Error> {
/// let mut p = array![1.0, -1.0];
/// let mut adam = Adam::new(&p);
/// adam.rate = 0.1;
/// adam.step(&mut p, &array![0.5, -0.001])?;
/// assert!((p[0] - 0.9_f64).abs() < 1e-6 && (p[1] + 0.9).abs() < 1e-5); // the first step is `rate` long
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Adam<P> {
    /// How far a step goes: 0.001.
    pub rate: f64,
    /// What the mean of the gradients keeps at a step: 0.9.
    pub beta1: f64,
    /// What the mean of their squares keeps: 0.999.
    pub beta2: f64,
    /// What is added to the root: 1e-8.
    pub epsilon: f64,
    /// How many steps were made.
    pub steps: u64,
    /// The mean of the gradients, m.
    pub mean: P,
    /// The mean of their squares, v.
    pub square: P,
}

impl<P: Parameters + Clone> Adam<P> {
    /// For parameters of these shapes.
    pub fn new(parameters: &P) -> Self {
        Adam {
            rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            steps: 0,
            mean: zeros_like(parameters),
            square: zeros_like(parameters),
        }
    }
}

impl<P: Parameters> Adam<P> {
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
            decay: 0.0,
        };
        let means = [&mut self.mean, &mut self.square];
        moments::step(
            "Adam::step",
            settings,
            parameters,
            gradient,
            means,
            &mut self.steps,
        )
    }
}
