//! The adding problem (Hochreiter and Schmidhuber 1997, section 5.4): of a long sequence of numbers, add the two that are marked.

use fastrand::Rng;
use ndarray::{Array1, Array3};

/// Sequences, and their sums.
pub struct Batch {
    /// `x[t, s, 0]` is a number from 0 to 1, and `x[t, s, 1]` is 1 where it is marked, else 0.
    pub x: Array3<f32>,
    pub y: Array1<f32>,
}

impl Batch {
    /// So many sequences, with a mark in each half.
    pub fn draw(length: usize, count: usize, random: &mut Rng) -> Batch {
        let (mut x, mut y) = (Array3::zeros((length, count, 2)), Array1::zeros(count));
        for s in 0..count {
            for t in 0..length {
                x[[t, s, 0]] = random.f32();
            }
            for t in [random.usize(..length / 2), random.usize(length / 2..length)] {
                x[[t, s, 1]] = 1.0;
                y[s] += x[[t, s, 0]];
            }
        }
        Batch { x, y }
    }

    /// The mean squared error of saying 1 always: the variance of the sum of two numbers from 0 to 1.
    pub const GUESS: f32 = 1.0 / 6.0;
}
