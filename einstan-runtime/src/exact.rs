//! For tests: memory that holds the elements of a matrix and not one more, so that a step too far is seen: on Linux the
//! page behind it may not be touched, which holds for instructions too that valgrind does not know.

use crate::float::Float;
use std::ops::{Deref, DerefMut};

/// Elements that end where a page ends; no process may touch the next one.
#[cfg(target_os = "linux")]
struct Memory<T> {
    map: *mut libc::c_void,
    bytes: usize,
    first: *mut T,
    len: usize,
}

#[cfg(target_os = "linux")]
impl<T: Float> Memory<T> {
    fn new(values: impl ExactSizeIterator<Item = T>) -> Self {
        const PAGE: usize = 1 << 16; // or a part of it
        let len = values.len();
        let used = (len * size_of::<T>()).next_multiple_of(PAGE);
        let bytes = used + PAGE;
        // SAFETY: new memory, of which the last page is closed; the elements lie before it.
        unsafe {
            let map = libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(map, libc::MAP_FAILED, "memory for a test");
            let end = map.byte_add(used);
            assert_eq!(libc::mprotect(end, PAGE, libc::PROT_NONE), 0);
            let first = end.cast::<T>().sub(len);
            for (i, value) in values.enumerate() {
                first.add(i).write(value);
            }
            Memory {
                map,
                bytes,
                first,
                len,
            }
        }
    }
}

#[cfg(target_os = "linux")]
impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: the whole mapping.
        unsafe { libc::munmap(self.map, self.bytes) };
    }
}

#[cfg(target_os = "linux")]
impl<T> Deref for Memory<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: so many elements have been written.
        unsafe { std::slice::from_raw_parts(self.first, self.len) }
    }
}

#[cfg(target_os = "linux")]
impl<T> DerefMut for Memory<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.first, self.len) }
    }
}

#[cfg(not(target_os = "linux"))]
struct Memory<T>(Box<[T]>);

#[cfg(not(target_os = "linux"))]
impl<T: Float> Memory<T> {
    fn new(values: impl ExactSizeIterator<Item = T>) -> Self {
        Memory(values.collect())
    }
}

#[cfg(not(target_os = "linux"))]
impl<T> Deref for Memory<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

#[cfg(not(target_os = "linux"))]
impl<T> DerefMut for Memory<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// A matrix in memory of its own.
pub(crate) struct Exact<T> {
    memory: Memory<T>,
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
        Exact {
            memory: Memory::new((0..len).map(value)),
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
