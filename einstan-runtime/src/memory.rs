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

/// A new array of zeros, not one without values, which only a proof that all of it is written before it is read would make
/// sound. Large memory that is new comes from the system as zeros and costs nothing more; to clear memory that is used again
/// takes, measured for 4 MiB, 0.06 ms, where a softmax of it takes 0.75 and a copy 0.11.
///
/// # Errors
///
/// `Overflow` if there can't be so many elements, or not now.
pub fn zeros<E: Element, D: Dimension>(
    function: &'static str,
    tensor: &'static str,
    shape: D,
) -> Result<Array<E, D>, Error> {
    let overflow = || Error::overflow(function, tensor);
    let n = volume::<E>(shape.slice()).ok_or_else(overflow)?;
    let mut probe: Vec<E> = Vec::new();
    if n * std::mem::size_of::<E>() > 1 << 30 {
        probe.try_reserve_exact(n).map_err(|_| overflow())?;
    }
    drop(probe);
    Array::from_shape_vec(shape, vec![E::default(); n]).map_err(|_| overflow())
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
        let overflow = || Error::overflow(function, tensor);
        if n > self.0.len() {
            self.0
                .try_reserve_exact(n - self.0.len())
                .map_err(|_| overflow())?;
            self.0.resize(n, E::default());
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
