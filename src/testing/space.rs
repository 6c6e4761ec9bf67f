//! The names, lengths and sizes of a vector's parts.

use super::vector::shape;
use crate::Parameters;
use einstan_runtime::Elementary;

#[derive(Clone, Debug)]
pub(super) struct Space {
    /// The lengths of each part.
    pub shape: Vec<Vec<usize>>,
    names: Vec<String>,
    /// How large the numbers of each part are.
    sizes: Vec<f64>,
}

impl Space {
    /// That of a vector. The parts are called as given, or as the vector says, or by their number as a `kind`.
    pub(super) fn of(vector: &impl Parameters, names: &[String], kind: &str) -> Self {
        let (mut own, mut sizes) = (Vec::new(), Vec::new());
        vector.tensors(|path, part| {
            own.push(path.to_string());
            sizes.push(size(part.iter().map(|x| Elementary::to_f64(*x))));
        });
        let is_number = |name: &str| name.bytes().all(|c| c.is_ascii_digit());
        let name = |(at, own): (usize, &String)| match names.get(at) {
            Some(name) => format!("`{name}`"),
            None if own.is_empty() => format!("the {kind}"),
            None if is_number(own) => format!("{kind} {own}"),
            None => format!("`{own}`"),
        };
        Space {
            shape: shape(vector),
            names: own.iter().enumerate().map(name).collect(),
            sizes,
        }
    }

    /// Where each part begins among the coordinates, and how many it has.
    pub(super) fn extents(&self) -> Vec<(usize, usize)> {
        let mut first = 0;
        let mut out = Vec::new();
        for lengths in &self.shape {
            let len = lengths.iter().product();
            out.push((first, len));
            first += len;
        }
        out
    }

    /// The part of a coordinate, and its place there.
    fn part(&self, coordinate: usize) -> (usize, usize) {
        let extents = self.extents();
        let at = extents.partition_point(|(first, len)| first + len <= coordinate);
        (at, coordinate - extents[at].0)
    }

    /// `` `W` at [0, 1] ``
    pub(super) fn place(&self, coordinate: usize) -> String {
        let (at, mut rest) = self.part(coordinate);
        let (name, lengths) = (&self.names[at], &self.shape[at]);
        if lengths.is_empty() {
            return name.clone();
        }
        let mut position = vec![0; lengths.len()];
        for (p, len) in position.iter_mut().zip(lengths).rev() {
            *p = rest % len;
            rest /= len;
        }
        format!("{name} at {position:?}")
    }

    /// How large the numbers are beside a coordinate.
    pub(super) fn size(&self, coordinate: usize) -> f64 {
        self.sizes[self.part(coordinate).0]
    }

    /// The lengths of the derivatives of each part by each part of another space.
    pub(super) fn pairs(&self, by: &Space) -> Vec<Vec<usize>> {
        let pair = |of: &Vec<usize>| {
            let of = of.clone();
            by.shape.iter().map(move |by| [&of[..], by].concat())
        };
        self.shape.iter().flat_map(pair).collect()
    }
}

/// The root of the mean square of numbers, or 1 where they are zero.
fn size(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for x in numbers {
        sum += x * x;
        count += 1;
    }
    let size = (sum / f64::from(count.max(1))).sqrt();
    if size > 0.0 && size.is_finite() {
        size
    } else {
        1.0
    }
}
