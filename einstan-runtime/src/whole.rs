//! Whole tensors: set to one value, and copied. Threads share what is large.

use crate::float::Element;
use crate::row::{each_row, offset};
use crate::share::{Along, share};
use crate::sink::{Sink, slice};
use crate::source::Source;

/// To write an element takes as long as so many operations.
const TOUCH: f64 = 8.0;

/// The elements, if they lie in C order one after the other.
fn together<const R: usize>(lens: [usize; R], strides: [isize; R]) -> Option<usize> {
    let mut all = 1;
    for k in (0..R).rev() {
        if lens[k] != 1 && strides[k] != all as isize {
            return None;
        }
        all *= lens[k];
    }
    Some(all)
}

impl<E: Element, const R: usize> Sink<'_, E, R> {
    /// Sets every element.
    pub fn fill(&mut self, value: E) {
        self.by_parts(&|mut part, _| part.fill_part(value));
    }

    /// Copies a tensor of the same lengths.
    pub fn copy_from(&mut self, source: Source<'_, E, R>) {
        assert_eq!(
            self.lens, source.lens,
            "einstan internal error: lengths of a copy"
        );
        self.by_parts(&|mut part, from| {
            let rows = part.lens.first().copied().unwrap_or(1);
            match R {
                0 => part.copy_part(source),
                _ => part.copy_part(source.slice(0, from, rows)),
            }
        });
    }

    /// Calls `each` with parts of the tensor along its first axis, and where each begins.
    fn by_parts(&mut self, each: &(impl Fn(Sink<'_, E, R>, usize) + Sync)) {
        let Some(&rows) = self.lens.first() else {
            return each(self.reborrow(), 0);
        };
        let elements: f64 = self.lens.iter().map(|&n| n as f64).product();
        share(
            [rows],
            (Along::new(self.reborrow(), [0]), ()),
            TOUCH * elements,
            |[[from, _]], (part, ())| each(part, from as usize),
        );
    }

    fn fill_part(&mut self, value: E) {
        let (origin, lens, strides) = (self.origin, self.lens, self.strides);
        if let Some(n) = together(lens, strides) {
            // SAFETY: all of this tensor.
            return unsafe { slice(origin, 0, n) }.fill(value);
        }
        each_row(lens, |at| {
            let start = offset(at, lens, strides);
            let (n, stride) = last(lens, strides);
            if stride == 1 {
                // SAFETY: all of a row of this tensor.
                return unsafe { slice(origin, start, n) }.fill(value);
            }
            for t in 0..n as isize {
                // SAFETY: an element of a row of this tensor.
                unsafe { *origin.offset(start + t * stride) = value };
            }
        });
    }

    fn copy_part(&mut self, source: Source<'_, E, R>) {
        let (origin, lens, strides) = (self.origin, self.lens, self.strides);
        let whole = together(lens, source.strides);
        if let Some(n) = together(lens, strides).filter(|_| whole.is_some()) {
            // SAFETY: all of the source, which is borrowed.
            let from = unsafe { std::slice::from_raw_parts(source.origin, n) };
            // SAFETY: all of this tensor.
            return unsafe { slice(origin, 0, n) }.copy_from_slice(from);
        }
        each_row(lens, |at| {
            let (to, from) = (offset(at, lens, strides), offset(at, lens, source.strides));
            let (n, stride) = last(lens, strides);
            let (_, other) = last(lens, source.strides);
            if stride == 1 && other == 1 {
                // SAFETY: all of a row of the source, which is borrowed.
                let from = unsafe { std::slice::from_raw_parts(source.origin.offset(from), n) };
                // SAFETY: all of a row of this tensor.
                return unsafe { slice(origin, to, n) }.copy_from_slice(from);
            }
            for t in 0..n as isize {
                // SAFETY: elements of rows of the two tensors, the source being borrowed.
                unsafe {
                    *origin.offset(to + t * stride) = *source.origin.offset(from + t * other);
                }
            }
        });
    }
}

/// The length and the stride of a row.
fn last<const R: usize>(lens: [usize; R], strides: [isize; R]) -> (usize, isize) {
    match R.checked_sub(1) {
        Some(last) => (lens[last], strides[last]),
        None => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3, s};

    #[test]
    fn of_any_strides_and_lengths() {
        for lens in [(0, 3, 2), (1, 1, 1), (3, 4, 5), (2, 0, 1), (70, 61, 67)] {
            let from = Array3::from_shape_fn(lens, |(i, j, k)| (i * 10_000 + j * 100 + k) as f32);
            let mut all = Array3::<f32>::zeros((lens.0, lens.1, 2 * lens.2));
            for step in [1, 2] {
                let mut to = all.slice_mut(s![.., .., ..lens.2 * step;step]);
                for source in [from.view(), from.t().as_standard_layout().t().view()] {
                    Sink::<f32, 3>::new(&mut to).fill(-1.0);
                    assert!(to.iter().all(|&x| x == -1.0));
                    Sink::<f32, 3>::new(&mut to).copy_from(Source::<f32, 3>::new(&source));
                    assert_eq!(to, from);
                }
            }
        }
    }

    #[test]
    fn nothing_around_a_part_is_written() {
        let mut all = Array2::<f64>::zeros((600, 700));
        Sink::<f64, 2>::new(&mut all.slice_mut(s![1..599, 1..699])).fill(1.0);
        let around = 2.0 * (600.0 + 700.0) - 4.0;
        assert_eq!(all.sum(), 600.0 * 700.0 - around);
    }
}
