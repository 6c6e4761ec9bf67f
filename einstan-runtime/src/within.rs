//! Reads and writes in branches: where a branch is not taken, a position may lie outside. A read outside gives a value that
//! nobody uses, zero; a write outside is dropped.

use crate::float::Element;
use crate::row::{Block, each};
use crate::sink::Sink;
use crate::source::Source;
use std::ops::Range;

/// Whether a position lies inside.
#[inline(always)]
fn inside<const R: usize>(at: [isize; R], lens: [usize; R]) -> bool {
    (0..R).all(|k| (at[k] as usize) < lens[k])
}

/// Whether a row of some elements lies inside.
#[inline(always)]
fn lies_inside<const R: usize>(
    at: [isize; R],
    step: [isize; R],
    n: usize,
    lens: [usize; R],
) -> bool {
    let last = |k: usize| at[k].checked_add(step[k].checked_mul(n as isize - 1)?);
    inside(at, lens) && (0..R).all(|k| last(k).is_some_and(|last| (last as usize) < lens[k]))
}

/// The position of element `t` of a row.
#[inline(always)]
fn along<const R: usize>(at: [isize; R], step: [isize; R], t: usize) -> [isize; R] {
    std::array::from_fn(|k| at[k].wrapping_add(step[k].wrapping_mul(t as isize)))
}

/// Of so few elements each one is looked at.
const FEW: usize = 2;

/// Which elements of a row lie inside, if its positions are no larger than those that a tensor may have.
#[inline(always)]
fn interior<const R: usize>(
    at: [isize; R],
    step: [isize; R],
    n: usize,
    lens: [usize; R],
) -> Option<Range<usize>> {
    const LARGEST: usize = 1 << 48;
    let (mut from, mut to) = (0, n as isize);
    for k in 0..R {
        let sizes = [at[k].unsigned_abs(), step[k].unsigned_abs(), lens[k]];
        if sizes.iter().any(|&size| size > LARGEST) {
            return None;
        }
        let (at, len) = (at[k], lens[k] as isize);
        // Rounded up: what comes before the first, and what comes behind the last one.
        let [before, behind] = match step[k] {
            0 if (0..len).contains(&at) => continue,
            0 => return Some(0..0),
            1 => [-at, len - at],
            by if by > 0 => [-at, len - at].map(|x| (x + by - 1).div_euclid(by)),
            by => [at - len, at].map(|x| x.div_euclid(-by) + 1),
        };
        (from, to) = (from.max(before), to.min(behind));
    }
    Some(match from < to {
        true => from as usize..to as usize,
        false => 0..0,
    })
}

impl<'a, E: Element, const R: usize> Source<'a, E, R> {
    /// One element, outside zero.
    #[inline(always)]
    pub fn at_within(&self, at: [isize; R]) -> E {
        if inside(at, self.lens()) {
            self.at(at)
        } else {
            E::default()
        }
    }

    /// A row, elements outside zero.
    #[inline(always)]
    pub fn row_within<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<E>,
    ) -> &'b [E]
    where
        'a: 'b,
    {
        if n > 0 && lies_inside(at, step, n, self.lens()) {
            return self.row(at, step, n, block);
        }
        self.partly(at, step, n, block, |e| e)
    }

    /// The same in the block, wherever the elements lie: the tensor may be written while the row is used.
    #[inline(always)]
    pub fn row_copied_within<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<E>,
    ) -> &'b [E] {
        if n > 0 && lies_inside(at, step, n, self.lens()) {
            return self.row_copied(at, step, n, block);
        }
        self.partly(at, step, n, block, |e| e)
    }

    /// The same as integers.
    #[inline(always)]
    pub fn row_int_within<'b>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<i64>,
    ) -> &'b [i64] {
        if n > 0 && lies_inside(at, step, n, self.lens()) {
            return self.row_int(at, step, n, block);
        }
        self.partly(at, step, n, block, |e| e.to_i64())
    }

    /// A row that may lie outside in parts, each element mapped by `f`.
    #[inline(always)]
    fn partly<'b, F: Element>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &'b mut Block<F>,
        f: impl Fn(E) -> F,
    ) -> &'b [F] {
        let many = (n > FEW).then(|| interior(at, step, n, self.lens()));
        match many.flatten() {
            Some(range) => self.among_zeros(at, step, n, range, block, f),
            None => block.fill(n, |t| f(self.at_within(along(at, step, t)))),
        }
    }

    /// The same of more elements, a range of which lies inside.
    #[inline(never)]
    fn among_zeros<'b, F: Element>(
        &self,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        range: Range<usize>,
        block: &'b mut Block<F>,
        f: impl Fn(E) -> F,
    ) -> &'b [F] {
        let mut own = Block::new();
        let row = self.row(along(at, step, range.start), step, range.len(), &mut own);
        let places = block.places(n);
        each(&mut places[..range.start], |_| F::default());
        each(&mut places[range.clone()], |t| f(row[t]));
        each(&mut places[range.end..], |_| F::default());
        // SAFETY: those before the range, in it and behind it have just been written.
        unsafe { block.values(n) }
    }
}

impl<E: Element, const R: usize> Sink<'_, E, R> {
    /// Sets one element or adds to it, outside nothing.
    #[inline(always)]
    pub fn put_within(&mut self, add: bool, at: [isize; R], value: E) {
        if inside(at, self.lens()) {
            self.put(add, at, value);
        }
    }

    /// Sets a row or adds to it, what is outside is dropped.
    #[inline(always)]
    pub fn put_row_within(
        &mut self,
        add: bool,
        at: [isize; R],
        step: [isize; R],
        n: usize,
        block: &mut Block<E>,
        f: impl Fn(usize) -> E,
    ) {
        for (t, &e) in block.fill(n, f).iter().enumerate() {
            self.put_within(add, along(at, step, t), e);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_outside_are_zero_and_writes_are_dropped() {
        let data = [1.0, 2.0, 3.0];
        let s = Source::from_slice(&data, [3]);
        assert_eq!(
            s.row_within([1], [1], 4, &mut Block::new()),
            [2.0, 3.0, 0.0, 0.0]
        );
        assert_eq!(s.row_within([-1], [1], 2, &mut Block::new()), [0.0, 1.0]);
        assert_eq!(s.row_within([0], [1], 0, &mut Block::new()), []);
        for at in [-1, 0, 1] {
            assert_eq!(
                s.row_copied_within([at], [1], 3, &mut Block::new()),
                s.row_within([at], [1], 3, &mut Block::new())
            );
        }
        assert_eq!(s.row_copied_within([2], [1], 0, &mut Block::new()), []);
        assert_eq!(
            (s.at_within([3]), s.at_within([-1]), s.at_within([2])),
            (0.0, 0.0, 3.0)
        );
        let mut out = [0.0; 3];
        let mut w = Sink::from_slice(&mut out, [3]);
        w.put_row_within(true, [2], [1], 3, &mut Block::new(), |_| 5.0);
        w.put_within(false, [-1], 7.0);
        assert_eq!(out, [0.0, 0.0, 5.0]);
        assert_eq!(Source::<f64, 1>::from_slice(&[], [0]).at_within([0]), 0.0);
    }

    #[test]
    fn rows_that_lie_outside_in_parts() {
        let data: Vec<i32> = (1..=12).collect();
        let s = Source::from_slice(&data, [3, 4]);
        let places = [-7, -1, 0, 1, 2, 5, isize::MIN, isize::MAX];
        let steps = [-3, -2, -1, 0, 1, 2, 3, isize::MAX, isize::MIN];
        for at in places.iter().flat_map(|&i| places.map(|j| [i, j])) {
            for step in steps.iter().flat_map(|&i| steps.map(|j| [i, j])) {
                for n in [0, 1, 2, 5, 9] {
                    let each = (0..n).map(|t| s.at_within(along(at, step, t)));
                    let expected: Vec<i32> = each.collect();
                    let same = expected == s.row_within(at, step, n, &mut Block::new())
                        && expected == s.row_copied_within(at, step, n, &mut Block::new());
                    assert!(same, "{n} from {at:?} by {step:?}");
                    let wide: Vec<i64> = expected.iter().map(|&e| e.into()).collect();
                    assert_eq!(wide, s.row_int_within(at, step, n, &mut Block::new()));
                }
            }
        }
    }
}
