//! Arguments at random for the tests that `#[einstan(test)]` emits.

use super::failure::{Failure, FailureKind};
use super::random::Random;
use crate::{Error, ErrorKind, Float};
use einstan_runtime::{Element, Elementary};
use ndarray::{Array, Dimension};

/// The shortest length that is tried at first: one element would hide which axis is meant.
const SHORTEST: usize = 2;

/// How many different lengths are tried at first: with many axes, longer ones would be many elements.
const DIFFERENT: usize = 4;

/// The longest length of those made at random.
const LONGEST: usize = 6;

/// How many lengths and values are tried.
const TRIES: u64 = 500;

/// Draws the arguments of one call.
pub struct Draw {
    lengths: Vec<usize>,
    range: (f64, f64),
    random: Random,
}

impl Draw {
    /// The length of a dimension, by its number.
    pub fn len(&self, dimension: usize) -> usize {
        self.lengths[dimension]
    }

    /// A scalar of the range.
    pub fn number<T: Float>(&mut self) -> T {
        Elementary::from_f64(self.random.between(self.range.0, self.range.1))
    }

    /// A tensor with elements of the range.
    pub fn tensor<T: Float, D: Dimension>(&mut self, shape: D) -> Array<T, D> {
        Array::from_shape_simple_fn(shape, || self.number())
    }

    /// 0 or 1: a position in every axis of the first lengths.
    pub fn integer<I: Element>(&mut self) -> I {
        I::from_i64(self.random.below(SHORTEST) as i64)
    }

    /// A tensor of zeros and ones.
    pub fn integers<I: Element, D: Dimension>(&mut self, shape: D) -> Array<I, D> {
        Array::from_shape_simple_fn(shape, || self.integer())
    }
}

/// Arguments that a function takes: with a length of its own for each dimension if it takes those, else with others, made
/// at random.
pub fn arguments<P, C, V>(
    function: &str,
    dimensions: usize,
    range: (f64, f64),
    draw: fn(&mut Draw) -> (P, C),
    value: fn(&P, &C) -> Result<V, Error>,
) -> Result<(P, C), Failure> {
    let mut first: Option<Error> = None;
    for seed in 0..TRIES {
        let mut random = Random::new(seed);
        let mut source = Draw {
            lengths: lengths(seed, dimensions, &mut random),
            range,
            random,
        };
        let (p, c) = draw(&mut source);
        match value(&p, &c) {
            Ok(_) => return Ok((p, c)),
            Err(e) if e.kind() == ErrorKind::Internal => {
                return Err(Failure::error(function, "the function", &e));
            }
            Err(e) => first = first.or(Some(e)),
        }
    }
    let first = first.map(|e| e.to_string()).unwrap_or_default();
    let text = format!(
        "none of {TRIES} choices of lengths from 1 to {LONGEST}, and of integers 0 and 1, is one that the function takes; \
         the error of the first: {first}"
    );
    Err(Failure::new(FailureKind::Lengths, function, text))
}

/// Those that grow with the dimension, those that shrink, and others.
fn lengths(attempt: u64, dimensions: usize, random: &mut Random) -> Vec<usize> {
    (0..dimensions)
        .map(|at| match attempt {
            0 => SHORTEST + at % DIFFERENT,
            1 => SHORTEST + (dimensions - 1 - at) % DIFFERENT,
            _ => 1 + random.below(LONGEST),
        })
        .collect()
}
