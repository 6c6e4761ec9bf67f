//! Random numbers of the normal distribution.

use std::f64::consts::TAU;

/// One of mean 0 and variance 1, by Box and Muller.
pub fn normal(random: &mut fastrand::Rng) -> f64 {
    (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (TAU * random.f64()).cos()
}
