//! Memory: checked allocation, and what a workspace keeps.

use crate::error::Error;
use crate::float::Element;
use crate::sink::Sink;
use crate::source::Source;
use ndarray::{Array, Dimension};

/// The number of elements, if an allocation of them can be asked for at all.
fn volume<E>(lens: &[usize]) -> Option<usize> {
    // ndarray counts a zero length as one here, and so must we.
    let limit = isize::MAX as usize / std::mem::size_of::<E>().max(1);
    let all = lens
        .iter()
        .filter(|&&n| n != 0)
        .try_fold(1usize, |a, &n| a.checked_mul(n))?;
    (all <= limit).then(|| if lens.contains(&0) { 0 } else { all })
}

/// A new array of any numbers, for a function to write: generated code writes all of what it gives back, as it does over the
/// arrays of a caller, which hold anything.
///
/// # Errors
///
/// `Overflow` if there can't be so many elements, or not now.
pub fn any<E: Element, D: Dimension>(
    function: &'static str,
    tensor: &'static str,
    shape: D,
) -> Result<Array<E, D>, Error> {
    let overflow = || Error::overflow(function, tensor);
    let n = volume::<E>(shape.slice()).ok_or_else(overflow)?;
    let elements = new(n).ok_or_else(overflow)?;
    Array::from_shape_vec(shape, elements).map_err(|_| overflow())
}

/// New memory, with whatever lies in it; none if there is not so much.
///
/// Much memory comes from the system a page at a time, when it is first written, which takes longer than what is computed in
/// it: 2 microseconds for 4 KiB on a virtual machine. So the system is asked for large pages.
fn new<E: Element>(n: usize) -> Option<Vec<E>> {
    taken::<E>(n);
    let mut memory: Vec<E> = Vec::new();
    memory.try_reserve_exact(n).ok()?;
    pages::advise(&memory.spare_capacity_mut()[..n]);
    fill(&mut memory, n);
    Some(memory)
}

/// Numbers that no result has, NaN: what is read before it is written is found by debug builds, which all tests are, and by
/// valgrind in others.
#[cfg(any(
    debug_assertions,
    miri,
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
))]
fn fill<E: Element>(memory: &mut Vec<E>, n: usize) {
    memory.resize(n, E::UNWRITTEN);
}

/// Gives empty memory `n` elements, whatever they are: clearing it took 0.06 ms for 4 MiB, where a copy takes 0.11.
#[cfg(not(any(
    debug_assertions,
    miri,
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
)))]
fn fill<E: Element>(memory: &mut Vec<E>, n: usize) {
    assert!(n <= memory.capacity() && memory.is_empty());
    // SAFETY: as far as the compiler knows, the assembler writes whole numbers to all of the memory: it has the address, and may
    // write memory. It writes none, as there is no number to be preferred: every pattern of bits is one of an Element, which are
    // integers and floats (the trait is sealed). The memory is the vector's, for n elements (checked). Pages that the system may
    // still exchange, as some allocators let it, stay once they are written, and that is before they are read.
    unsafe {
        std::arch::asm!("/* {0} */", in(reg) memory.as_mut_ptr(), options(nostack, preserves_flags));
        memory.set_len(n);
    }
}

/// To be called before memory for so many elements is taken, which may be freed and taken again in the next call.
pub(crate) fn taken<E>(n: usize) {
    pages::keep(n * size_of::<E>());
}

#[cfg(target_os = "linux")]
mod pages {
    /// From so many bytes on.
    const LARGE: usize = 1 << 22;
    const KEPT: usize = 1 << 16;
    const PAGE: usize = 1 << 12;

    /// Asks for large pages where these elements lie; nothing else changes, and nothing happens where there are none.
    pub(super) fn advise<E>(memory: &[E]) {
        let bytes = size_of_val(memory);
        if bytes < LARGE {
            return;
        }
        let start = (memory.as_ptr() as usize).next_multiple_of(PAGE);
        let end = (memory.as_ptr() as usize + bytes) / PAGE * PAGE;
        // SAFETY: whole pages inside of memory that is borrowed; the advice changes none of its contents.
        let _ = unsafe { libc::madvise(start as *mut _, end - start, libc::MADV_HUGEPAGE) };
    }

    /// Lets GNU's allocator keep what is freed, once. It gives memory back to the system whenever more than 256 KiB are free at
    /// the end of the heap, until a larger block has come and gone, up to 32 MiB: then twice as much stays. So a program whose
    /// arrays have 400 KiB would take new pages in every call, and one that has once used 32 MiB not; this says the latter from
    /// the start, unless the environment says something else. Few bytes change nothing.
    #[cfg(target_env = "gnu")]
    pub(super) fn keep(bytes: usize) {
        if bytes < KEPT {
            return;
        }
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let said = [
                "MALLOC_TRIM_THRESHOLD_",
                "MALLOC_MMAP_THRESHOLD_",
                "GLIBC_TUNABLES",
            ];
            if said.iter().any(|name| std::env::var_os(name).is_some()) {
                return;
            }
            // SAFETY: parameters of the allocator, which locks itself.
            unsafe {
                libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
                libc::mallopt(libc::M_TRIM_THRESHOLD, 64 << 20);
            }
        });
    }

    #[cfg(not(target_env = "gnu"))]
    pub(super) fn keep(_: usize) {}
}

#[cfg(not(target_os = "linux"))]
mod pages {
    pub(super) fn advise<E>(_: &[E]) {}
    pub(super) fn keep(_: usize) {}
}

/// Memory that grows and is kept.
#[derive(Clone, Debug)]
pub struct Buffer<E>(Vec<E>);

impl<E> Default for Buffer<E> {
    fn default() -> Self {
        Buffer(Vec::new())
    }
}

impl<E: Element> Buffer<E> {
    /// Makes room for a tensor.
    ///
    /// # Errors
    ///
    /// `Overflow` if there can't be so many elements, or not now.
    pub fn shape<const R: usize>(
        &mut self,
        function: &'static str,
        tensor: &'static str,
        lens: [usize; R],
    ) -> Result<(), Error> {
        let n = volume::<E>(&lens).ok_or_else(|| Error::overflow(function, tensor))?;
        self.room(function, tensor, n)
    }

    /// Makes room for some elements.
    ///
    /// # Errors
    ///
    /// `Overflow` if there can't be so many, or not now.
    pub fn room(
        &mut self,
        function: &'static str,
        tensor: &'static str,
        n: usize,
    ) -> Result<(), Error> {
        if n > self.0.len() {
            // What it held is not needed any more.
            self.0 = Vec::new();
            self.0 = new(n).ok_or_else(|| Error::overflow(function, tensor))?;
        }
        Ok(())
    }

    /// The tensor, for reading.
    #[inline]
    pub fn source<const R: usize>(&self, lens: [usize; R]) -> Source<'_, E, R> {
        Source::from_slice(&self.0, lens)
    }

    /// The tensor, for writing.
    #[inline]
    pub fn sink<const R: usize>(&mut self, lens: [usize; R]) -> Sink<'_, E, R> {
        Sink::from_slice(&mut self.0, lens)
    }
}
