//! Levenberg and Marquardt's method: coefficients whose states come nearest to those that were measured.

use crate::experiment::Experiment;
use crate::model::{self, Coefficients};
use einstan::Error;
use ndarray::{Array1, Array2, s};

/// What came of it.
pub struct Fit {
    pub coefficients: Coefficients,
    /// The root mean square of the residuals, before each step that helped and after the last one.
    pub residuals: Vec<f64>,
}

/// Below this, residuals are what rounding leaves.
const ROUNDING: f64 = 1e-14;

/// From a guess, until a step helps by less than a ten-thousandth; `watch` sees each residual.
pub fn fit(
    experiment: &Experiment,
    guess: Coefficients,
    mut watch: impl FnMut(f64),
) -> Result<Fit, Error> {
    let mut r = residuals(experiment, &guess)?;
    let mut fit = Fit {
        coefficients: guess,
        residuals: vec![size(&r)],
    };
    let mut damping = 1.0;
    loop {
        let before = size(&r);
        let jacobian = jacobian(experiment, &fit.coefficients)?;
        let (next, there) = loop {
            let step = model::step(&jacobian, &r, damping)?;
            let next = moved(&fit.coefficients, &step);
            let there = residuals(experiment, &next)?;
            if size(&there) < before {
                break (next, there);
            }
            damping *= 10.0;
            if damping > 1e9 {
                return Ok(fit);
            }
        };
        let after = size(&there);
        damping *= 0.1;
        (fit.coefficients, r) = (next, there);
        fit.residuals.push(after);
        watch(after);
        if after < ROUNDING || after > 0.9999 * before {
            return Ok(fit);
        }
    }
}

fn residuals(experiment: &Experiment, c: &Coefficients) -> Result<Array1<f64>, Error> {
    Ok((experiment.predict(c)? - &experiment.after)
        .flatten()
        .into_owned())
}

/// The root of the mean square; infinite for what is not finite.
fn size(residuals: &Array1<f64>) -> f64 {
    let mean = residuals.mapv(|r| r * r).mean().unwrap_or(0.0);
    if mean.is_finite() {
        mean.sqrt()
    } else {
        f64::INFINITY
    }
}

/// Derivatives of all residuals, a column for each coefficient: all of `a`, then all of `v`.
fn jacobian(experiment: &Experiment, c: &Coefficients) -> Result<Array2<f64>, Error> {
    let cells = c.a.len();
    let mut columns = Array2::zeros((experiment.after.len(), 2 * cells));
    let mut direction = c.clone();
    for column in 0..2 * cells {
        direction.fill(0.0);
        let part = if column < cells {
            &mut direction.a
        } else {
            &mut direction.v
        };
        part[column % cells] = 1.0;
        let tangent = experiment.tangent(c, &direction)?;
        columns.column_mut(column).assign(&tangent.flatten());
    }
    Ok(columns)
}

fn moved(c: &Coefficients, step: &Array1<f64>) -> Coefficients {
    let cells = c.a.len();
    Coefficients {
        a: &c.a + &step.slice(s![..cells]),
        v: &c.v + &step.slice(s![cells..]),
    }
}
