//! A medium that nobody can look into, and what is seen of it.

use crate::model::{self, Coefficients};
use crate::normal::normal;
use einstan::Error;
use ndarray::{Array1, Array2};
use std::f64::consts::TAU;

/// States before and after.
pub struct Experiment {
    pub before: Array2<f64>,
    pub after: Array2<f64>,
    pub steps: usize,
}

/// The time of a step: small enough for the diffusion to be stable.
const DT: f64 = 0.5;

impl Experiment {
    /// Random states, each value after so many steps measured with an error of `noise`.
    pub fn make(
        truth: &Coefficients,
        count: usize,
        steps: usize,
        noise: f64,
        random: &mut fastrand::Rng,
    ) -> Result<Experiment, Error> {
        let cells = truth.a.len();
        let before = Array2::from_shape_simple_fn((count, cells), || normal(random));
        let mut made = Experiment {
            before,
            after: Array2::zeros((count, cells)),
            steps,
        };
        made.after = made.predict(truth)?;
        made.after.mapv_inplace(|u| u + noise * normal(random));
        Ok(made)
    }

    /// What the states would be with these coefficients.
    pub fn predict(&self, c: &Coefficients) -> Result<Array2<f64>, Error> {
        model::simulate(&c.a, &c.v, &self.before, DT, self.steps)
    }

    /// How that changes along a direction in the coefficients.
    pub fn tangent(
        &self,
        c: &Coefficients,
        direction: &Coefficients,
    ) -> Result<Array2<f64>, Error> {
        Ok(model::simulate::jvp(&c.a, &c.v, &self.before, DT, self.steps, direction)?.1)
    }
}

/// A slow wave of diffusivity with a barrier in it, and a current that turns into a faster one.
pub fn truth(cells: usize) -> Coefficients {
    let at = |i: usize| i as f64 / cells as f64;
    Coefficients {
        a: Array1::from_shape_fn(cells, |i| {
            let barrier = if (0.55..0.7).contains(&at(i)) {
                0.15
            } else {
                0.0
            };
            0.35 + 0.1 * (TAU * at(i)).sin() - barrier
        }),
        v: Array1::from_shape_fn(cells, |i| 0.2 + 0.1 * (TAU * (2.0 * at(i) + 0.1)).sin()),
    }
}
