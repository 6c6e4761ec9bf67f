//! For tests: memory that holds the elements of a matrix and not one more, so that valgrind sees a step too far.

use crate::float::Float;

/// A matrix in memory of its own.
pub(crate) struct Exact<T> {
    memory: Vec<T>,
    first: usize,
    strides: [isize; 2],
}

impl<T: Float> Exact<T> {
    /// Of numbers that look random.
    pub(crate) fn new(lens: [usize; 2], strides: [isize; 2], seed: usize) -> Self {
        let ends = |sign: isize| -> usize {
            (0..2)
                .map(|k| (lens[k] as isize - 1).max(0) * (strides[k] * sign).max(0))
                .sum::<isize>() as usize
        };
        let len = if lens.contains(&0) {
            0
        } else {
            ends(-1) + ends(1) + 1
        };
        let value = |i: usize| T::from_f64(((i + seed) * 37 % 101) as f64 * 0.02 - 1.0);
        let mut memory: Vec<T> = (0..len).map(value).collect();
        memory.shrink_to_fit();
        Exact {
            memory,
            first: ends(-1),
            strides,
        }
    }

    /// Where an element is in the memory.
    pub(crate) fn place(&self, i: usize, j: usize) -> usize {
        let [rows, columns] = self.strides;
        (self.first as isize + i as isize * rows + j as isize * columns) as usize
    }

    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.memory[self.place(i, j)].to_f64()
    }

    /// The whole memory.
    pub(crate) fn values(&self) -> Vec<f64> {
        self.memory.iter().map(|&x| x.to_f64()).collect()
    }

    pub(crate) fn origin(&self) -> *const T {
        self.memory.as_ptr().wrapping_add(self.first)
    }

    pub(crate) fn origin_mut(&mut self) -> *mut T {
        self.memory.as_mut_ptr().wrapping_add(self.first)
    }
}
