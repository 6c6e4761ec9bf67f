//! Adjacent axes of a tensor as one: where they lie in memory like one axis, a row runs over all of their elements.

use crate::float::Element;
use crate::sink::Sink;
use crate::source::Source;
use std::ops::Range;

/// The length and the stride of the one axis as which some axes lie in memory: each of them takes steps as long as all that the
/// next ones have. An axis with one position takes no step; without positions there is no axis.
#[inline(always)]
fn one_axis<const R: usize>(
    axes: Range<usize>,
    lens: [usize; R],
    strides: [isize; R],
) -> Option<(usize, isize)> {
    let (mut len, mut stride) = (1usize, 0isize);
    for k in (0..R).rev() {
        if !axes.contains(&k) || lens[k] == 1 {
            continue;
        }
        if lens[k] == 0 || len > 1 && strides[k] != stride * len as isize {
            return None;
        }
        if len == 1 {
            stride = strides[k];
        }
        len *= lens[k];
    }
    Some((len, stride))
}

/// Lengths and strides with all positions of some axes along the last one of them.
#[inline(always)]
fn along_last<const R: usize>(
    one: bool,
    axes: Range<usize>,
    lens: [usize; R],
    strides: [isize; R],
) -> ([usize; R], [isize; R]) {
    let Some((len, stride)) = one_axis(axes.clone(), lens, strides).filter(|_| one) else {
        return (lens, strides);
    };
    let of = |k: usize| match (k + 1 == axes.end, axes.contains(&k)) {
        (true, _) => (len, stride),
        (false, true) => (1, strides[k]),
        (false, false) => (lens[k], strides[k]),
    };
    (
        std::array::from_fn(|k| of(k).0),
        std::array::from_fn(|k| of(k).1),
    )
}

impl<'a, E: Element, const R: usize> Source<'a, E, R> {
    /// Whether some axes lie in memory as one.
    #[inline(always)]
    pub fn is_one(&self, axes: Range<usize>) -> bool {
        one_axis(axes, self.lens, self.strides).is_some()
    }

    /// The same elements, if `one` with all positions of some axes along the last one of them, where they lie so.
    #[inline(always)]
    pub fn as_one(self, one: bool, axes: Range<usize>) -> Self {
        let (lens, strides) = along_last(one, axes, self.lens, self.strides);
        Source {
            lens,
            strides,
            ..self
        }
    }
}

impl<'a, E: Element, const R: usize> Sink<'a, E, R> {
    /// The same elements, if `one` with all positions of some axes along the last one of them, where they lie so.
    #[inline(always)]
    pub fn as_one(self, one: bool, axes: Range<usize>) -> Self {
        let (lens, strides) = along_last(one, axes, self.lens, self.strides);
        Sink {
            lens,
            strides,
            ..self
        }
    }
}

/// The positions of loops around each other, the last of which is a row: as they are or, if those from the `first` one on are
/// one, all in the row.
#[inline(always)]
pub fn extents<const N: usize>(
    one: bool,
    first: usize,
    ranges: [[isize; 2]; N],
) -> [[isize; 2]; N] {
    let mut all = 1isize;
    for [_, end] in ranges.into_iter().skip(first) {
        all = all.wrapping_mul(end); // there are tensors with so many elements, or they are not one
    }
    std::array::from_fn(|k| match (one && k >= first, k + 1 == N) {
        (true, true) => [0, all],
        (true, false) => [0, 1],
        (false, _) => ranges[k],
    })
}

/// The first loop from which on none is divided between threads: each takes all `lens` of them.
#[inline(always)]
pub fn undivided<const N: usize>(ranges: [[isize; 2]; N], lens: [usize; N]) -> usize {
    let mut first = 0;
    for k in 0..N {
        if ranges[k] != [0, lens[k] as isize] {
            first = k + 1;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, s};

    #[test]
    fn axes_are_one_where_steps_go_on() {
        let a = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (100 * i + 10 * j + k) as f64);
        let whole: Source<'_, f64, 3> = Source::new(&a);
        assert!(whole.is_one(0..3) && whole.is_one(1..3) && whole.is_one(0..2));
        let one = whole.as_one(true, 0..3);
        assert_eq!((one.lens, one.at([0, 0, 23])), ([1, 1, 24], 123.0));
        let rows = whole.as_one(true, 0..2);
        assert_eq!((rows.lens, rows.at([0, 5, 3])), ([1, 6, 4], 123.0));
        assert_eq!(whole.as_one(false, 0..3).lens, [2, 3, 4]);

        // A part of the rows goes on nowhere, and a part of the matrices only inside of one.
        let part = a.slice(s![.., .., ..3]);
        let part: Source<'_, f64, 3> = Source::new(&part);
        assert!(!part.is_one(1..3) && part.is_one(0..2));
        assert_eq!(part.as_one(true, 1..3).lens, [2, 3, 3]);
        let part = a.slice(s![.., ..2, ..]);
        let part: Source<'_, f64, 3> = Source::new(&part);
        assert!(part.is_one(1..3) && !part.is_one(0..3));
        // Backward steps are steps.
        let back = a.slice(s![..;-1, ..;-1, ..;-1]);
        let back: Source<'_, f64, 3> = Source::new(&back);
        assert!(back.is_one(0..3));
        assert_eq!(back.as_one(true, 0..3).at([0, 0, 0]), 123.0);
        let back = a.slice(s![.., ..;-1, ..]);
        assert!(!Source::<'_, f64, 3>::new(&back).is_one(1..3));
    }

    #[test]
    fn axes_of_length_one_and_none() {
        let a = Array3::from_shape_fn((3, 1, 4), |(i, _, k)| (10 * i + k) as f64);
        let thin: Source<'_, f64, 3> = Source::new(&a);
        assert_eq!(thin.as_one(true, 0..3).at([0, 0, 11]), 23.0);
        // The stride of an axis of length one is any.
        let first = a.slice(s![..1, .., ..;2]);
        let first: Source<'_, f64, 3> = Source::new(&first);
        let one = first.as_one(true, 0..3);
        assert_eq!((one.lens, one.at([0, 0, 1])), ([1, 1, 2], 2.0));
        // One number for all positions.
        let same = a.slice(s![..1, .., ..1]);
        let same = same.broadcast((3, 1, 4)).unwrap();
        assert_eq!(
            Source::<'_, f64, 3>::new(&same).as_one(true, 0..3).lens,
            [1, 1, 12]
        );
        let none = Array3::<f64>::zeros((3, 0, 4));
        let none: Source<'_, f64, 3> = Source::new(&none);
        assert!(!none.is_one(0..3));
        assert_eq!(none.as_one(true, 0..3).lens, [3, 0, 4]);
    }

    #[test]
    fn written_through_one_axis() {
        let mut a = Array3::<f64>::zeros((2, 3, 4));
        let sink: Sink<'_, f64, 3> = Sink::new(&mut a);
        assert!(sink.source().is_one(1..3));
        let mut sink = sink.as_one(true, 1..3);
        sink.set([1, 0, 7], 5.0);
        assert_eq!(a[(1, 1, 3)], 5.0);
    }

    #[test]
    fn loops_that_are_one_are_the_row() {
        let ranges = [[0, 2], [0, 3], [0, 4]];
        assert_eq!(extents(true, 0, ranges), [[0, 1], [0, 1], [0, 24]]);
        assert_eq!(extents(true, 1, ranges), [[0, 2], [0, 1], [0, 12]]);
        assert_eq!(extents(false, 0, ranges), ranges);
        assert_eq!(undivided([[0, 2], [0, 3]], [2, 3]), 0);
        assert_eq!(undivided([[1, 2], [0, 3]], [2, 3]), 1);
        assert_eq!(undivided([[0, 2], [0, 1]], [2, 3]), 2);
    }
}
