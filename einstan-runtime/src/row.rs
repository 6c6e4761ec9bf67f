//! Rows: at most `BLOCK` elements at positions that lie in a line, and where they are in memory.
//!
//! A row that is consecutive in memory is a slice of the tensor itself; any other one is gathered into a block. Every
//! row is checked against the lengths of its tensor before it is touched, so that sources and sinks are safe to use.

use crate::float::Element;
use ndarray::{ArrayRef, Dimension};
use std::mem::MaybeUninit;

/// The most elements that a row has.
pub const BLOCK: usize = 256;

/// The elements of the widest vectors.
const VECTOR: usize = 16;

/// `n` elements and as many more as make whole vectors, of those that are `left`; of a block no more than it has.
#[inline(always)]
pub fn whole_vectors(n: usize, left: usize) -> usize {
    n.next_multiple_of(VECTOR).min(left)
}

/// A buffer for one row, on the stack.
#[derive(Debug)]
#[repr(align(64))]
pub struct Block<E> {
    // A field with a name: what a tuple is called like could no parameter be, where generated code imports it.
    places: [MaybeUninit<E>; BLOCK],
}

impl<E: Element> Default for Block<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Element> Block<E> {
    /// A block without values; it costs nothing.
    #[inline(always)]
    pub fn new() -> Self {
        Block {
            places: [const { MaybeUninit::uninit() }; BLOCK],
        }
    }

    /// `n` elements, made by `f` from their numbers. `n` is at most `BLOCK`.
    #[inline(always)]
    pub fn fill(&mut self, n: usize, f: impl Fn(usize) -> E) -> &mut [E] {
        each(self.places(n), f);
        // SAFETY: `each` has just written the first n elements.
        unsafe { self.values(n) }
    }

    /// Room for `n` elements, at most `BLOCK`.
    #[inline(always)]
    pub(crate) fn places(&mut self, n: usize) -> &mut [MaybeUninit<E>] {
        assert!(n <= BLOCK, "einstan internal error: a row of {n} elements");
        &mut self.places[..n]
    }

    /// The first `n` elements.
    ///
    /// # Safety
    ///
    /// They have been written.
    #[inline(always)]
    pub(crate) unsafe fn values(&mut self, n: usize) -> &mut [E] {
        let places = self.places(n);
        // SAFETY: the caller's; the places are exactly as large as the elements.
        unsafe { std::slice::from_raw_parts_mut(places.as_mut_ptr().cast::<E>(), n) }
    }
}

/// Buffers for `K` rows that are computed together.
#[derive(Debug)]
#[repr(align(64))]
pub struct Blocks<E, const K: usize> {
    places: [[MaybeUninit<E>; BLOCK]; K],
}

impl<E: Element, const K: usize> Default for Blocks<E, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Element, const K: usize> Blocks<E, K> {
    /// Blocks without values; it costs nothing.
    #[inline(always)]
    pub fn new() -> Self {
        Blocks {
            places: [const { [const { MaybeUninit::uninit() }; BLOCK] }; K],
        }
    }

    /// `n` elements of each, made by `f` from their numbers. `n` is at most `BLOCK`.
    #[inline(always)]
    pub fn fill(&mut self, n: usize, f: impl Fn(usize) -> [E; K]) -> [&[E]; K] {
        assert!(n <= BLOCK, "einstan internal error: rows of {n} elements");
        for t in 0..n {
            let values = f(t);
            for (k, value) in values.into_iter().enumerate() {
                self.places[k][t].write(value);
            }
        }
        std::array::from_fn(|k| {
            // SAFETY: the first n elements of each have just been written, and are exactly as large as the elements.
            unsafe { std::slice::from_raw_parts(self.places[k].as_ptr().cast::<E>(), n) }
        })
    }
}

/// Writes what `f` makes from its number to every place. A function of its own, as the compiler knows of an exclusive
/// argument, not of a pointer, that nothing which `f` reads lies in it.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // of a number below the length the compiler sees that it lies in other rows too
pub(crate) fn each<E>(places: &mut [MaybeUninit<E>], f: impl Fn(usize) -> E) {
    for t in 0..places.len() {
        places[t].write(f(t));
    }
}

/// Adds what `f` makes from its number to every place.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // as above
pub(crate) fn each_added<E: Element>(places: &mut [E], f: impl Fn(usize) -> E) {
    for t in 0..places.len() {
        places[t] = places[t].plus(f(t));
    }
}

#[cold]
#[inline(never)]
pub(crate) fn outside() -> ! {
    panic!("einstan internal error: a position outside of its tensor")
}

/// The offset of a position. Panics unless it lies inside.
#[inline(always)]
pub(crate) fn offset<const R: usize>(
    at: [isize; R],
    lens: [usize; R],
    strides: [isize; R],
) -> isize {
    let mut offset = 0;
    for k in 0..R {
        if at[k] as usize >= lens[k] {
            outside();
        }
        offset += at[k] * strides[k];
    }
    offset
}

/// The offset of the first position of a row of `n` elements, `n` from 1 to `BLOCK`, and the row's stride. Panics unless
/// the first and the last position, and so all between them, lie inside. The stride of a single element is 1.
#[inline(always)]
pub(crate) fn row_offset<const R: usize>(
    at: [isize; R],
    step: [isize; R],
    n: usize,
    lens: [usize; R],
    strides: [isize; R],
) -> (isize, isize) {
    assert!(n <= BLOCK, "einstan internal error: a row of {n} elements");
    let (mut offset, mut stride) = (0, 0);
    for k in 0..R {
        let way = step[k].checked_mul(n as isize - 1);
        let Some(last) = way.and_then(|way| at[k].checked_add(way)) else {
            outside();
        };
        if at[k] as usize >= lens[k] || last as usize >= lens[k] {
            outside();
        }
        offset += at[k] * strides[k];
        stride += if n == 1 { 0 } else { step[k] * strides[k] };
    }
    (offset, if n == 1 { 1 } else { stride })
}

/// The lengths and strides of an array of `R` axes.
pub(crate) fn layout<E, D: Dimension, const R: usize>(
    array: &ArrayRef<E, D>,
) -> ([usize; R], [isize; R]) {
    assert_eq!(array.ndim(), R, "einstan internal error: a tensor's rank");
    let (mut lens, mut strides) = ([0; R], [0; R]);
    lens.copy_from_slice(array.shape());
    strides.copy_from_slice(array.strides());
    (lens, strides)
}

/// Strides of C order for a tensor of `available` elements or fewer. Panics if there are more.
pub(crate) fn c_layout<const R: usize>(lens: [usize; R], available: usize) -> [isize; R] {
    if lens.contains(&0) {
        return [0; R];
    }
    let volume = lens.iter().try_fold(1usize, |a, &b| a.checked_mul(b));
    assert!(
        volume.is_some_and(|n| n <= available),
        "einstan internal error: too little memory"
    );
    let (mut strides, mut stride) = ([0; R], 1isize);
    for k in (0..R).rev() {
        strides[k] = stride;
        stride *= lens[k] as isize;
    }
    strides
}

/// Calls `f` with the first position of every row along the last axis.
pub(crate) fn each_row<const R: usize>(lens: [usize; R], mut f: impl FnMut([isize; R])) {
    if lens.contains(&0) {
        return;
    }
    let mut at = [0isize; R];
    loop {
        f(at);
        let mut k = R.saturating_sub(1);
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            at[k] += 1;
            if (at[k] as usize) < lens[k] {
                break;
            }
            at[k] = 0;
        }
    }
}
