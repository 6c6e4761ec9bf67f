//! Tensors that are read.

use crate::float::{Element, Float};
use crate::row::{Block, c_layout, layout, offset, row_offset};
use ndarray::{ArrayRef, Dimension};
use std::marker::PhantomData;

/// A tensor of `R` axes that is read.
#[derive(Debug)]
pub struct Source<'a, E, const R: usize> {
    pub(crate) origin: *const E,
    pub(crate) lens: [usize; R],
    pub(crate) strides: [isize; R],
    pub(crate) life: PhantomData<&'a E>,
}

impl<E, const R: usize> Clone for Source<'_, E, R> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, const R: usize> Copy for Source<'_, E, R> {}

// SAFETY: a Source is a shared borrow of elements.
unsafe impl<E: Sync, const R: usize> Send for Source<'_, E, R> {}
// SAFETY: as above.
unsafe impl<E: Sync, const R: usize> Sync for Source<'_, E, R> {}

impl<'a, E: Element> Source<'a, E, 0> {
    /// A scalar.
    #[inline(always)]
    pub fn scalar(value: &'a E) -> Self {
        Source {
            origin: value,
            lens: [],
            strides: [],
            life: PhantomData,
        }
    }
}

impl<'a, E: Element, const R: usize> Source<'a, E, R> {
    /// An array of `R` axes, of any strides.
    #[inline(always)]
    pub fn new<D: Dimension>(array: &'a ArrayRef<E, D>) -> Self {
        let (lens, strides) = layout(array);
        Source {
            origin: array.as_ptr(),
            lens,
            strides,
            life: PhantomData,
        }
    }

    /// A slice in C order, which has as many elements as the lengths say or more.
    #[inline(always)]
    pub fn from_slice(data: &'a [E], lens: [usize; R]) -> Self {
        Source {
            origin: data.as_ptr(),
            lens,
            strides: c_layout(lens, data.len()),
            life: PhantomData,
        }
    }

    /// The same with another number of axes, which a caller never asks for but where its call does not compile: axes that
    /// are missing have length 1, others stay at their first position.
    #[inline(always)]
    pub(crate) fn ranked<const S: usize>(self) -> Source<'a, E, S> {
        let at = |axis: usize| axis < R;
        Source {
            origin: self.origin,
            lens: std::array::from_fn(|axis| if at(axis) { self.lens[axis] } else { 1 }),
            strides: std::array::from_fn(|axis| if at(axis) { self.strides[axis] } else { 0 }),
            life: PhantomData,
        }
    }

    /// The lengths of the axes.
    #[inline(always)]
    pub fn lens(&self) -> [usize; R] {
        self.lens
    }

    /// The length of one axis.
    #[inline(always)]
    pub fn len(&self, axis: usize) -> usize {
        self.lens[axis]
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.lens.contains(&0)
    }

    /// One element.
    #[inline(always)]
    pub fn at(&self, at: [isize; R]) -> E {
        // SAFETY: the position lies inside (checked), and the borrow of the elements lives.
        unsafe { *self.origin.offset(offset(at, self.lens, self.strides)) }
    }

    /// The elements at `at + t * step` for `t` in `0..n`, `n` at most `BLOCK`: a slice of the tensor where they are
    /// consecutive, else gathered into the block.
    #[inline(always)]
    pub fn row<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<E>,
    ) -> &'b [E]
    where
        'a: 'b,
    {
        if n == 0 {
            return &[];
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        if stride == 1 {
            // SAFETY: first and last position lie inside, and with stride 1 all n elements from the first one on are
            // elements of the tensor, borrowed for 'a.
            return unsafe { std::slice::from_raw_parts(self.origin.offset(start), n) };
        }
        self.gather(start, stride, n, block, |e| e)
    }

    /// The same in the block, wherever the elements lie: the tensor may be written while the row is used.
    #[inline(always)]
    pub fn row_copied<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<E>,
    ) -> &'b [E] {
        if n == 0 {
            return &[];
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        self.gather(start, stride, n, block, |e| e)
    }

    /// The same as `T`, of a tensor of integers or another float.
    #[inline(always)]
    pub fn row_float<'b, T: Float>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<T>,
    ) -> &'b [T] {
        if n == 0 {
            return &[];
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        self.gather(start, stride, n, block, |e| e.to_float())
    }

    /// The same as integers.
    #[inline(always)]
    pub fn row_int<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<i64>,
    ) -> &'b [i64] {
        if n == 0 {
            return &[];
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        self.gather(start, stride, n, block, |e| e.to_i64())
    }

    /// The row that `row_offset` has checked, each element mapped by `f`.
    #[inline(always)]
    fn gather<'b, F: Element>(
        &self,
        start: isize,
        stride: isize,
        n: usize,
        block: &'b mut Block<F>,
        f: impl Fn(E) -> F,
    ) -> &'b [F] {
        // SAFETY: every position between a first and a last one inside lies inside.
        let element =
            |t: usize, stride: isize| unsafe { *self.origin.offset(start + t as isize * stride) };
        match stride {
            0 => {
                let value = f(element(0, 0));
                block.fill(n, |_| value)
            }
            // As a number the compiler makes vectors of it.
            2 => block.fill(n, |t| f(element(t, 2))),
            _ => block.fill(n, |t| f(element(t, stride))),
        }
    }
}
