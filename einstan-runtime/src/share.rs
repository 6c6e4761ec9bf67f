//! Loops of which threads take values: each thread gets the part of what is written that its values reach.

use crate::float::Element;
use crate::parallel;
use crate::sink::Sink;

/// Tensors that can be divided by the loops, for generated code: nested pairs that end with `()`.
pub trait Divisible<const L: usize>: Sync {
    /// What a thread gets.
    type Part;

    /// The part of these values of each loop.
    ///
    /// # Safety
    ///
    /// No two parts have values of all loops in common.
    unsafe fn part(&self, ranges: [[isize; 2]; L]) -> Self::Part;
}

impl<const L: usize> Divisible<L> for () {
    type Part = ();

    unsafe fn part(&self, _: [[isize; 2]; L]) {}
}

impl<const L: usize, A: Divisible<L>, B: Divisible<L>> Divisible<L> for (A, B) {
    type Part = (A::Part, B::Part);

    #[inline(always)]
    unsafe fn part(&self, ranges: [[isize; 2]; L]) -> Self::Part {
        // SAFETY: the caller's.
        unsafe { (self.0.part(ranges), self.1.part(ranges)) }
    }
}

/// A tensor that is written, and the axis along which each loop runs.
#[derive(Debug)]
pub struct Along<'a, E, const R: usize, const L: usize> {
    sink: Sink<'a, E, R>,
    axes: [usize; L],
}

impl<'a, E: Element, const R: usize, const L: usize> Along<'a, E, R, L> {
    /// The axes differ.
    #[inline(always)]
    pub fn new(sink: Sink<'a, E, R>, axes: [usize; L]) -> Self {
        let differ = |k: usize| !axes[..k].contains(&axes[k]);
        assert!(
            (0..L).all(differ),
            "einstan internal error: two loops along one axis"
        );
        Along { sink, axes }
    }
}

impl<'a, E: Element, const R: usize, const L: usize> Divisible<L> for Along<'a, E, R, L> {
    type Part = Sink<'a, E, R>;

    #[inline(always)]
    unsafe fn part(&self, ranges: [[isize; 2]; L]) -> Sink<'a, E, R> {
        let (mut from, mut to) = ([0; R], self.sink.lens);
        for (axis, [first, end]) in self.axes.into_iter().zip(ranges) {
            assert!(
                0 <= first && first <= end && end as usize <= to[axis],
                "einstan internal error: a part beyond its tensor"
            );
            (from[axis], to[axis]) = (first as usize, end as usize);
        }
        // SAFETY: the ranges lie inside (checked), and no other part has elements of this one, says the caller.
        unsafe { self.sink.part(from, to) }
    }
}

/// Parts of the work for each thread: more of them are more even.
const PARTS: usize = 4;
/// A part of rows has no fewer elements than this for the sake of that: each row costs something to begin.
const ELEMENTS: usize = 512;
/// The most threads that take part.
const MOST: usize = 64;

/// Calls `body` with the values of the loops, which are `lens`, and the tensors that it writes: once with all of them, or,
/// for so many operations that it is worth while, on several threads with some values of one loop.
#[inline(always)]
pub fn share<const L: usize, P: Divisible<L>>(
    lens: [usize; L],
    tensors: P,
    operations: f64,
    body: impl Fn([[isize; 2]; L], P::Part) + Sync,
) {
    by_size(lens, tensors, operations, 1, body);
}

/// The same with parts of rows that have `len` elements.
#[inline(always)]
pub fn share_rows<P: Divisible<1>>(
    len: [usize; 1],
    tensors: P,
    operations: f64,
    body: impl Fn([[isize; 2]; 1], P::Part) + Sync,
) {
    by_size(len, tensors, operations, ELEMENTS, body);
}

#[inline(always)]
fn by_size<const L: usize, P: Divisible<L>>(
    lens: [usize; L],
    tensors: P,
    operations: f64,
    least: usize,
    body: impl Fn([[isize; 2]; L], P::Part) + Sync,
) {
    // Where there is little to do nothing else is asked.
    if !parallel::is_worth(operations) {
        let all = lens.map(|n| [0, n as isize]);
        // SAFETY: the only part.
        return body(all, unsafe { tensors.part(all) });
    }
    divide(lens, tensors, least, &body);
}

/// The same for operations that are worth several threads. Parts have `least` values, or a sixteenth of it if there were fewer
/// than threads.
#[inline(never)]
fn divide<const L: usize, P: Divisible<L>>(
    lens: [usize; L],
    tensors: P,
    least: usize,
    body: &(impl Fn([[isize; 2]; L], P::Part) + Sync),
) {
    let all = lens.map(|n| [0, n as isize]);
    let threads = parallel::available().min(MOST);
    // The first loop that is long enough, or the longest one.
    let long = (0..L).find(|&l| lens[l] >= threads * PARTS);
    let divided = long.or((0..L).rev().max_by_key(|&l| lens[l]));
    let Some(divided) = divided.filter(|&l| threads > 1 && lens[l] > 1) else {
        // SAFETY: the only part.
        return body(all, unsafe { tensors.part(all) });
    };
    let len = lens[divided];
    let for_each = (len / least.div_ceil(16)).min(threads);
    let parts = (len / least).max(for_each).clamp(1, threads * PARTS);
    parallel::share(&mut [(); MOST][..threads], parts, &|(), number| {
        let mut ranges = all;
        ranges[divided] = [number, number + 1].map(|n| (n * len / parts) as isize);
        // SAFETY: each number comes once, and its values are in no other part.
        body(ranges, unsafe { tensors.part(ranges) });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn table(rows: usize, columns: usize, axes: [usize; 2], operations: f64) {
        let mut out = Array2::<f32>::zeros((rows, columns));
        let lens = axes.map(|axis| [rows, columns][axis]);
        share(
            lens,
            (Along::new(Sink::new(&mut out), axes), ()),
            operations,
            |ranges, (mut w, ())| {
                for a in ranges[0][0]..ranges[0][1] {
                    for b in ranges[1][0]..ranges[1][1] {
                        let (i, j) = if axes == [0, 1] { (a, b) } else { (b, a) };
                        let mut own = [a - ranges[0][0], b - ranges[1][0]];
                        if axes != [0, 1] {
                            own.reverse();
                        }
                        w.add(own, (1 + i * 1000 + j) as f32);
                    }
                }
            },
        );
        for ((i, j), &x) in out.indexed_iter() {
            assert_eq!(x, (1 + i * 1000 + j) as f32);
        }
    }

    #[test]
    fn every_value_is_taken_once() {
        for (rows, columns) in [(0, 3), (1, 1), (1, 50), (50, 1), (7, 9), (33, 5)] {
            for axes in [[0, 1], [1, 0]] {
                table(rows, columns, axes, 0.0);
                table(rows, columns, axes, 1e9);
            }
        }
    }

    #[test]
    #[should_panic(expected = "position")]
    fn a_part_ends_where_it_ends() {
        let mut out = Array2::<f32>::zeros((4, 3));
        let along = Along::new(Sink::new(&mut out), [0]);
        // SAFETY: the only part.
        let mut part = unsafe { along.part([[1, 3]]) };
        part.set([1, 2], 1.0);
        part.set([2, 0], 1.0);
    }
}
