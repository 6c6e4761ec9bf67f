//! A rate of learning that falls.

/// The part of the rate that is left, when so much of the training is done, from 0 to 1: half of a cosine.
pub fn cosine(done: f64) -> f64 {
    0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}
