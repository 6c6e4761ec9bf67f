//! Tensors as generated loops see them: elements, and rows of at most `BLOCK` elements.
//!
//! A row that is consecutive in memory is a slice of the tensor itself; any other one is gathered into a block. Every
//! row is checked against the lengths of its tensor before it is touched, so that everything here is safe to call.

use crate::float::Element;
use ndarray::{ArrayRef, Dimension};
use std::marker::PhantomData;

/// The most elements that a row has.
pub const BLOCK: usize = 256;

/// A buffer for one row, on the stack.
#[repr(align(64))]
pub struct Block<E>([std::mem::MaybeUninit<E>; BLOCK]);

impl<E: Element> Default for Block<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Element> Block<E> {
    /// A block without values; it costs nothing.
    #[inline(always)]
    pub fn new() -> Self {
        Block([const { std::mem::MaybeUninit::uninit() }; BLOCK])
    }

    /// The first `n` elements, zero where they had no value.
    #[inline(always)]
    fn zeroed(&mut self, n: usize) -> &mut [E] {
        assert!(n <= BLOCK, "einstan internal error: a row of {n} elements");
        for e in &mut self.0[..n] {
            e.write(E::default());
        }
        // SAFETY: the first n elements have just been written.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast::<E>(), n) }
    }

    /// `n` elements that `f` computes.
    #[inline(always)]
    pub fn fill(&mut self, n: usize, f: impl FnOnce(&mut [E])) -> &[E] {
        let out = self.zeroed(n);
        f(out);
        out
    }

    /// `n` times the same value.
    #[inline(always)]
    pub fn splat(&mut self, value: E, n: usize) -> &[E] {
        self.gather(n, |_| value)
    }

    /// A row of `source`, each element mapped by `f`.
    #[inline(always)]
    pub fn fill_from<const R: usize>(
        &mut self,
        source: &Source<'_, E, R>,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        f: impl Fn(E) -> E,
    ) -> &[E] {
        let mut gathered = Block::new();
        let row = source.row(at, step, n, &mut gathered);
        let row = &row[..n];
        self.gather(n, |t| f(row[t]))
    }

    #[inline(always)]
    fn gather(&mut self, n: usize, f: impl Fn(usize) -> E) -> &mut [E] {
        assert!(n <= BLOCK, "einstan internal error: a row of {n} elements");
        for (t, e) in self.0[..n].iter_mut().enumerate() {
            e.write(f(t));
        }
        // SAFETY: the first n elements have just been written.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast::<E>(), n) }
    }
}

/// A tensor of `R` axes that is read.
#[derive(Debug)]
pub struct Source<'a, E, const R: usize> {
    pub(crate) origin: *const E,
    pub(crate) lens: [usize; R],
    pub(crate) strides: [isize; R],
    life: PhantomData<&'a E>,
}

impl<E, const R: usize> Clone for Source<'_, E, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, const R: usize> Copy for Source<'_, E, R> {}

// SAFETY: a Source is a shared borrow of elements.
unsafe impl<E: Sync, const R: usize> Send for Source<'_, E, R> {}
// SAFETY: as above.
unsafe impl<E: Sync, const R: usize> Sync for Source<'_, E, R> {}

/// A tensor of `R` axes that is written.
#[derive(Debug)]
pub struct Sink<'a, E, const R: usize> {
    pub(crate) origin: *mut E,
    pub(crate) lens: [usize; R],
    pub(crate) strides: [isize; R],
    life: PhantomData<&'a mut E>,
}

// SAFETY: a Sink is an exclusive borrow of elements.
unsafe impl<E: Send, const R: usize> Send for Sink<'_, E, R> {}

#[cold]
#[inline(never)]
fn outside() -> ! {
    panic!("einstan internal error: a position outside of its tensor")
}

/// The offset of a position that lies inside.
#[inline(always)]
fn offset<const R: usize>(at: [isize; R], lens: [usize; R], strides: [isize; R]) -> isize {
    let mut offset = 0;
    for k in 0..R {
        if at[k] as usize >= lens[k] {
            outside();
        }
        offset += at[k] * strides[k];
    }
    offset
}

/// The offset of the first position of a row that lies inside, and the row's stride. `n` is at least 1.
#[inline(always)]
fn row_offset<const R: usize>(
    at: [isize; R],
    step: [isize; R],
    n: usize,
    lens: [usize; R],
    strides: [isize; R],
) -> (isize, isize) {
    let (mut offset, mut stride) = (0, 0);
    for k in 0..R {
        let last = at[k].wrapping_add(step[k].wrapping_mul(n as isize - 1));
        if at[k] as usize >= lens[k] || last as usize >= lens[k] {
            outside();
        }
        offset += at[k] * strides[k];
        stride += step[k] * strides[k];
    }
    (offset, stride)
}

fn layout<E, D: Dimension, const R: usize>(array: &ArrayRef<E, D>) -> ([usize; R], [isize; R]) {
    assert_eq!(array.ndim(), R, "einstan internal error: a tensor's rank");
    let (mut lens, mut strides) = ([0; R], [0; R]);
    lens.copy_from_slice(array.shape());
    strides.copy_from_slice(array.strides());
    (lens, strides)
}

/// Strides of C order.
fn c_strides<const R: usize>(lens: [usize; R]) -> [isize; R] {
    let (mut strides, mut stride) = ([0; R], 1isize);
    for k in (0..R).rev() {
        strides[k] = stride;
        stride = stride.wrapping_mul(lens[k] as isize);
    }
    strides
}

fn volume<const R: usize>(lens: [usize; R]) -> usize {
    let product = lens.iter().try_fold(1usize, |a, &b| a.checked_mul(b));
    product.expect("einstan internal error: a size that overflows")
}

impl<'a, E: Element, const R: usize> Source<'a, E, R> {
    /// An array, of any strides.
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
    pub fn from_slice(data: &'a [E], lens: [usize; R]) -> Self {
        assert!(
            volume(lens) <= data.len(),
            "einstan internal error: too little memory"
        );
        Source {
            origin: data.as_ptr(),
            lens,
            strides: c_strides(lens),
            life: PhantomData,
        }
    }

    /// The lengths of the axes.
    #[inline(always)]
    pub fn lens(&self) -> [usize; R] {
        self.lens
    }

    /// One element.
    #[inline(always)]
    pub fn at(&self, at: [isize; R]) -> E {
        // SAFETY: the position lies inside (checked), and the borrow of the elements lives.
        unsafe { *self.origin.offset(offset(at, self.lens, self.strides)) }
    }

    /// The elements at `at + t * step` for `t` in `0..n`, `n` at most `BLOCK`.
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
        // SAFETY: every position between a first and a last one inside lies inside.
        block.gather(n, |t| unsafe {
            *self.origin.offset(start + t as isize * stride)
        })
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
        // SAFETY: as in `row`.
        block.gather(n, |t| {
            unsafe { *self.origin.offset(start + t as isize * stride) }.to_i64()
        })
    }
}

impl<'a, E: Element> Source<'a, E, 0> {
    /// A scalar.
    pub fn scalar(value: &'a E) -> Self {
        Source {
            origin: value,
            lens: [],
            strides: [],
            life: PhantomData,
        }
    }
}

impl<'a, E: Element> Sink<'a, E, 0> {
    /// A scalar.
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
    /// An array, of any strides.
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
    pub fn from_slice(data: &'a mut [E], lens: [usize; R]) -> Self {
        assert!(
            volume(lens) <= data.len(),
            "einstan internal error: too little memory"
        );
        Sink {
            origin: data.as_mut_ptr(),
            lens,
            strides: c_strides(lens),
            life: PhantomData,
        }
    }

    /// The lengths of the axes.
    #[inline(always)]
    pub fn lens(&self) -> [usize; R] {
        self.lens
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
        // SAFETY: the position lies inside (checked), and the borrow is exclusive.
        unsafe { *self.origin.offset(offset(at, self.lens, self.strides)) = value }
    }

    /// Sets one element, or adds to it.
    #[inline(always)]
    pub fn put(&mut self, add: bool, at: [isize; R], value: E) {
        // SAFETY: as in `set`.
        let place = unsafe { &mut *self.origin.offset(offset(at, self.lens, self.strides)) };
        *place = if add { place.plus(value) } else { value };
    }

    /// Sets every element.
    pub fn fill(&mut self, value: E) {
        self.each_row(|row| {
            if row.stride == 1 {
                // SAFETY: the n elements of a row of the tensor, which is borrowed exclusively.
                unsafe { std::slice::from_raw_parts_mut(row.start, row.n) }.fill(value);
            } else {
                for t in 0..row.n as isize {
                    // SAFETY: as above.
                    unsafe { *row.start.offset(t * row.stride) = value };
                }
            }
        });
    }

    /// Copies a tensor of the same lengths.
    pub fn copy_from(&mut self, source: Source<'_, E, R>) {
        assert_eq!(
            self.lens, source.lens,
            "einstan internal error: lengths of a copy"
        );
        let mut at = [0isize; R];
        if self.lens.contains(&0) {
            return;
        }
        loop {
            let value = source.at(at);
            self.set(at, value);
            let mut k = R;
            loop {
                if k == 0 {
                    return;
                }
                k -= 1;
                at[k] += 1;
                if (at[k] as usize) < self.lens[k] {
                    break;
                }
                at[k] = 0;
            }
        }
    }

    /// Calls `f` with every row along the last axis.
    fn each_row(&mut self, mut f: impl FnMut(RawRow<E>)) {
        if self.lens.contains(&0) {
            return;
        }
        let (n, stride) = match R {
            0 => (1, 1),
            _ => (self.lens[R - 1], self.strides[R - 1]),
        };
        let mut at = [0usize; R];
        loop {
            let start = (0..R).map(|k| at[k] as isize * self.strides[k]).sum();
            // SAFETY: the position lies inside.
            f(RawRow {
                start: unsafe { self.origin.offset(start) },
                n,
                stride,
            });
            let mut k = R.saturating_sub(1);
            loop {
                if k == 0 {
                    return;
                }
                k -= 1;
                at[k] += 1;
                if at[k] < self.lens[k] {
                    break;
                }
                at[k] = 0;
            }
        }
    }

    /// Computes the elements at `at + t * step` for `t` in `0..n` by `f`, and sets them or, if `add`, adds them.
    #[inline(always)]
    pub fn put_row(
        &mut self,
        add: bool,
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
        let direct = stride == 1 && !add;
        let out = if direct {
            // SAFETY: as in `Source::row`, and the borrow is exclusive.
            unsafe { std::slice::from_raw_parts_mut(self.origin.offset(start), n) }
        } else {
            block.zeroed(n)
        };
        f(out);
        if direct {
            return;
        }
        if stride == 1 {
            // SAFETY: as above; `out` is the block.
            let place = unsafe { std::slice::from_raw_parts_mut(self.origin.offset(start), n) };
            for (p, v) in place.iter_mut().zip(out.iter()) {
                *p = p.plus(*v);
            }
        } else {
            for (t, v) in out.iter().enumerate() {
                // SAFETY: every position between a first and a last one inside lies inside.
                let place = unsafe { &mut *self.origin.offset(start + t as isize * stride) };
                *place = if add { place.plus(*v) } else { *v };
            }
        }
    }

    /// Lets `f` change the elements at `at + t * step` for `t` in `0..n`.
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
        let out = if stride == 1 {
            // SAFETY: as in `put_row`.
            unsafe { std::slice::from_raw_parts_mut(origin.offset(start), n) }
        } else {
            // SAFETY: as in `Source::row`.
            block.gather(n, |t| unsafe {
                *origin.offset(start + t as isize * stride)
            })
        };
        f(out);
        if stride != 1 {
            for (t, v) in out.iter().enumerate() {
                // SAFETY: as above.
                unsafe { *origin.offset(start + t as isize * stride) = *v };
            }
        }
    }
}

/// The elements along the last axis.
struct RawRow<E> {
    start: *mut E,
    n: usize,
    stride: isize,
}

/// A scalar as an array without axes.
pub fn scalar_view_mut<E>(value: &mut E) -> ndarray::ArrayViewMutD<'_, E> {
    let value = std::slice::from_mut(value);
    match ndarray::ArrayViewMutD::from_shape(ndarray::IxDyn(&[]), value) {
        Ok(view) => view,
        Err(_) => unreachable!("one element is an array without axes"),
    }
}
