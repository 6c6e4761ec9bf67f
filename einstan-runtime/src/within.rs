//! Reads and writes in branches: where a branch is not taken, a position may lie outside. A read outside gives a value that
//! nobody uses, zero; a write outside is dropped.

use crate::float::Element;
use crate::row::Block;
use crate::sink::Sink;
use crate::source::Source;

/// Whether a position lies inside.
#[inline(always)]
fn inside<const R: usize>(at: [isize; R], lens: [usize; R]) -> bool {
    (0..R).all(|k| (at[k] as usize) < lens[k])
}

/// The position of element `t` of a row.
#[inline(always)]
fn along<const R: usize>(at: [isize; R], step: [isize; R], t: usize) -> [isize; R] {
    std::array::from_fn(|k| at[k].wrapping_add(step[k].wrapping_mul(t as isize)))
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
        if n > 0 && inside(at, self.lens()) && inside(along(at, step, n - 1), self.lens()) {
            return self.row(at, step, n, block);
        }
        block.fill(n, |t| self.at_within(along(at, step, t)))
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
        if n > 0 && inside(at, self.lens()) && inside(along(at, step, n - 1), self.lens()) {
            return self.row_copied(at, step, n, block);
        }
        block.fill(n, |t| self.at_within(along(at, step, t)))
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
        block.fill(n, |t| self.at_within(along(at, step, t)).to_i64())
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
}
