//! What a function takes and gives, as vectors of numbers.

use crate::Parameters;
use einstan_runtime::Elementary;

/// Numbers in parts that have names and axes: a point, a direction or a gradient in the parameters of a function, or its
/// results. All [`Parameters`] are, if they can be copied.
pub trait Vector: Parameters + Clone {}

impl<P: Parameters + Clone> Vector for P {}

/// The numbers of a vector, one part after the other.
pub(super) fn coordinates(vector: &impl Parameters) -> Vec<f64> {
    let mut out = Vec::new();
    vector.tensors(|_, part| out.extend(part.iter().map(|x| Elementary::to_f64(*x))));
    out
}

/// A vector of the shape of another one.
pub(super) fn with_coordinates<V: Vector>(like: &V, coordinates: &[f64]) -> V {
    let mut out = like.clone();
    let mut numbers = coordinates.iter();
    out.tensors_mut(|_, mut part| {
        for (x, number) in part.iter_mut().zip(&mut numbers) {
            *x = Elementary::from_f64(*number);
        }
    });
    out
}

/// The lengths of all parts.
pub(super) fn shape(vector: &impl Parameters) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    vector.tensors(|_, part| out.push(part.shape().to_vec()));
    out
}
