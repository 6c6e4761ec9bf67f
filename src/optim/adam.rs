//! Adam.

use super::rows::{each_row, zeros_like};
use super::shapes::same_shapes;
use crate::{Error, Parameters};
use einstan_runtime::Elementary;

crate::einstan! {
    /// Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 2: `a` is 1 - β₁ and `b` is 1 - β₂; at step t,
    /// `step` is the rate / (1 - β₁ᵗ), and `root` 1 / √(1 - β₂ᵗ).
    fn adam(mut p[rows, n], const g[rows, n], mut m[rows, n], mut v[rows, n], step, a, b, root, epsilon) {
        m[r,i] += a*(g[r,i] - m[r,i]);
        v[r,i] += b*(g[r,i]^2 - v[r,i]);
        p[r,i] += -step * m[r,i] / (root*sqrt(v[r,i]) + epsilon);
    }
}

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
    /// A tensor of the gradient, or one that the optimiser keeps, that has not the lengths of its parameter. Nothing is
    /// changed.
    pub fn step(&mut self, parameters: &mut P, gradient: &P) -> Result<(), Error> {
        let kept = [
            ("gradient", gradient),
            ("mean", &self.mean),
            ("square", &self.square),
        ];
        same_shapes("Adam::step", parameters, kept)?;
        self.steps += 1;
        let t = self.steps as f64;
        let number = <P::Element as Elementary>::from_f64;
        let step = number(self.rate / (1.0 - self.beta1.powf(t)));
        let root = number((1.0 - self.beta2.powf(t)).sqrt().recip());
        let (a, b) = (number(1.0 - self.beta1), number(1.0 - self.beta2));
        let epsilon = number(self.epsilon);
        let write = [parameters, &mut self.mean, &mut self.square];
        each_row([gradient], write, |[g], [p, m, v]| {
            adam(p, g, m, v, step, a, b, root, epsilon)
        })
    }
}
