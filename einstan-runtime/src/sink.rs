//! Tensors that are written.

use crate::float::Element;
use crate::row::{Block, c_layout, each, each_added, layout, offset, row_offset};
use crate::source::Source;
use ndarray::{ArrayRef, Dimension};
use std::marker::PhantomData;

/// A tensor of `R` axes that is written.
#[derive(Debug)]
pub struct Sink<'a, E, const R: usize> {
    pub(crate) origin: *mut E,
    pub(crate) lens: [usize; R],
    pub(crate) strides: [isize; R],
    pub(crate) life: PhantomData<&'a mut E>,
}

// SAFETY: a Sink is an exclusive borrow of elements.
unsafe impl<E: Send, const R: usize> Send for Sink<'_, E, R> {}

// SAFETY: through a shared Sink elements are only read.
unsafe impl<E: Sync, const R: usize> Sync for Sink<'_, E, R> {}

impl<'a, E: Element> Sink<'a, E, 0> {
    /// A scalar.
    #[inline(always)]
    pub fn scalar(value: &'a mut E) -> Self {
        Sink {
            origin: value,
            lens: [],
            strides: [],
            life: PhantomData,
        }
    }
}

impl<'a, E: Element, const R: usize> Sink<'a, E, R> {
    /// An array of `R` axes, of any strides.
    #[inline(always)]
    pub fn new<D: Dimension>(array: &'a mut ArrayRef<E, D>) -> Self {
        let (lens, strides) = layout(array);
        Sink {
            origin: array.as_mut_ptr(),
            lens,
            strides,
            life: PhantomData,
        }
    }

    /// A slice in C order, which has as many elements as the lengths say or more.
    #[inline(always)]
    pub fn from_slice(data: &'a mut [E], lens: [usize; R]) -> Self {
        Sink {
            origin: data.as_mut_ptr(),
            lens,
            strides: c_layout(lens, data.len()),
            life: PhantomData,
        }
    }

    /// The same with another number of axes, as of a source.
    #[inline(always)]
    pub(crate) fn ranked<const S: usize>(self) -> Sink<'a, E, S> {
        let at = |axis: usize| axis < R;
        Sink {
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

    /// The same tensor, borrowed for shorter.
    #[inline(always)]
    pub fn reborrow(&mut self) -> Sink<'_, E, R> {
        Sink {
            origin: self.origin,
            lens: self.lens,
            strides: self.strides,
            life: PhantomData,
        }
    }

    /// The elements from some positions to others, counted from the first ones.
    ///
    /// # Safety
    ///
    /// Along each axis `from <= to`, and `to` is at most the length. No element of the part is touched by way of this
    /// tensor, or of another part, from now on.
    #[inline(always)]
    pub(crate) unsafe fn part(&self, from: [usize; R], to: [usize; R]) -> Sink<'a, E, R> {
        let along = |k: usize| from[k] as isize * self.strides[k];
        let first: isize = (0..R).map(along).sum();
        Sink {
            // An empty part may begin behind the end.
            origin: self.origin.wrapping_offset(first),
            lens: std::array::from_fn(|k| to[k] - from[k]),
            strides: self.strides,
            life: PhantomData,
        }
    }

    /// The same tensor, for reading.
    #[inline(always)]
    pub fn source(&self) -> Source<'_, E, R> {
        Source {
            origin: self.origin,
            lens: self.lens,
            strides: self.strides,
            life: PhantomData,
        }
    }

    /// One element.
    #[inline(always)]
    pub fn get(&self, at: [isize; R]) -> E {
        self.source().at(at)
    }

    /// Sets one element.
    #[inline(always)]
    pub fn set(&mut self, at: [isize; R], value: E) {
        *self.place(at) = value;
    }

    /// Adds to one element.
    #[inline(always)]
    pub fn add(&mut self, at: [isize; R], value: E) {
        let place = self.place(at);
        *place = place.plus(value);
    }

    /// Sets one element, or adds to it.
    #[inline(always)]
    pub fn put(&mut self, add: bool, at: [isize; R], value: E) {
        let place = self.place(at);
        *place = if add { place.plus(value) } else { value };
    }

    #[inline(always)]
    fn place(&mut self, at: [isize; R]) -> &mut E {
        // SAFETY: the position lies inside (checked), and the borrow of the elements is exclusive.
        unsafe { &mut *self.origin.offset(offset(at, self.lens, self.strides)) }
    }

    /// Sets the elements at `at + t * step` for `t` in `0..n`, `n` at most `BLOCK`, to what `f` makes from t or, if `add`,
    /// adds it to them. Where all of them are one, all is added to it.
    #[inline(always)]
    pub fn put_row(
        &mut self,
        add: bool,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &mut Block<E>,
        f: impl Fn(usize) -> E,
    ) {
        if n == 0 {
            return;
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        let origin = self.origin;
        if stride == 1 && add {
            // SAFETY: first and last position lie inside, and with stride 1 all n elements from the first one on are
            // elements of the tensor, which is borrowed exclusively: `f` reads none of them.
            return each_added(unsafe { slice(origin, start, n) }, f);
        }
        if stride == 1 {
            // SAFETY: as above; values are all that `each` writes.
            return each(unsafe { slice(origin.cast(), start, n) }, f);
        }
        for (t, &mut v) in block.fill(n, f).iter_mut().enumerate() {
            // SAFETY: every position between a first and a last one inside lies inside.
            let place = unsafe { &mut *origin.offset(start + t as isize * stride) };
            *place = if add { place.plus(v) } else { v };
        }
    }

    /// Lets `f` change the elements at `at + t * step` for `t` in `0..n`, `n` at most `BLOCK`.
    #[inline(always)]
    pub fn update_row(
        &mut self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &mut Block<E>,
        f: impl FnOnce(&mut [E]),
    ) {
        if n == 0 {
            return;
        }
        let (start, stride) = row_offset(at, step, n, self.lens, self.strides);
        let origin = self.origin;
        if stride == 1 {
            // SAFETY: as in `put_row`.
            return f(unsafe { slice(origin, start, n) });
        }
        // SAFETY: every position between a first and a last one inside lies inside.
        let element = |t: usize| unsafe { *origin.offset(start + t as isize * stride) };
        let out = block.fill(n, element);
        f(out);
        for (t, v) in out.iter().enumerate() {
            // SAFETY: as above.
            unsafe { *origin.offset(start + t as isize * stride) = *v };
        }
    }
}

/// The `n` elements from the one with offset `start` on.
///
/// # Safety
///
/// They are elements of a tensor that is borrowed exclusively for `'a`, and no other slice of them is in use.
#[inline(always)]
pub(crate) unsafe fn slice<'a, E>(origin: *mut E, start: isize, n: usize) -> &'a mut [E] {
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts_mut(origin.offset(start), n) }
}

/// A scalar as an array without axes.
pub fn scalar_view_mut<E>(value: &mut E) -> ndarray::ArrayViewMutD<'_, E> {
    let value = std::slice::from_mut(value);
    match ndarray::ArrayViewMutD::from_shape(ndarray::IxDyn(&[]), value) {
        Ok(view) => view,
        Err(_) => unreachable!("one element is an array without axes"),
    }
}
