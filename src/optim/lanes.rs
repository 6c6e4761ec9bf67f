//! Equations of one axis, over tensors of any.

use crate::parameters::{Parameters, Path, Visit};
use crate::{Error, Float};
use ndarray::{ArrayRef, ArrayRef1, ArrayView1, ArrayViewMut1, Axis, Dimension};

/// Calls `equation` with the elements of each tensor: once with all of them, where they lie side by side in one order in all
/// tensors of a name, else for each lane along the longest axis. The tensors of a name have the same lengths.
pub(super) fn each_lane<P: Parameters, F, const R: usize, const W: usize>(
    read: [&P; R],
    write: [&mut P; W],
    equation: F,
) -> Result<(), Error>
where
    F: FnMut([&ArrayRef1<P::Element>; R], [&mut ArrayRef1<P::Element>; W]) -> Result<(), Error>,
{
    P::visit(&Path::ROOT, read, write, &mut Lanes(equation))
}

struct Lanes<F>(F);

impl<T: Float, F, const R: usize, const W: usize> Visit<T, R, W> for Lanes<F>
where
    F: FnMut([&ArrayRef1<T>; R], [&mut ArrayRef1<T>; W]) -> Result<(), Error>,
{
    fn tensor<D: Dimension>(
        &mut self,
        _path: &Path,
        read: [&ArrayRef<T, D>; R],
        write: [&mut ArrayRef<T, D>; W],
    ) -> Result<(), Error> {
        if side_by_side(&read, &write) {
            // Strides are equal, so that memory has one order in all.
            let read = read.map(|x| x.as_slice_memory_order().unwrap_or(&[]));
            let write = write.map(|x| x.as_slice_memory_order_mut().unwrap_or(&mut []));
            return self.lane(read.map(ArrayView1::from), write.map(ArrayViewMut1::from));
        }
        let (axis, count) = lanes(&read, &write);
        let mut read = read.map(|x| x.lanes(axis).into_iter());
        let mut write = write.map(|x| x.lanes_mut(axis).into_iter());
        for _ in 0..count {
            let read = read.each_mut().map(|lanes| lanes.next());
            let write = write.each_mut().map(|lanes| lanes.next());
            self.lane(
                read.map(|lane| lane.unwrap_or_else(|| ArrayView1::from(&[]))),
                write.map(|lane| lane.unwrap_or_else(|| ArrayViewMut1::from(&mut []))),
            )?;
        }
        Ok(())
    }
}

impl<F> Lanes<F> {
    fn lane<T, const R: usize, const W: usize>(
        &mut self,
        read: [ArrayView1<T>; R],
        mut write: [ArrayViewMut1<T>; W],
    ) -> Result<(), Error>
    where
        F: FnMut([&ArrayRef1<T>; R], [&mut ArrayRef1<T>; W]) -> Result<(), Error>,
    {
        (self.0)(
            read.each_ref().map(|x| &**x),
            write.each_mut().map(|x| &mut **x),
        )
    }
}

/// The longest axis of the tensors, and how many lanes there are along it.
fn lanes<T, D: Dimension>(
    read: &[&ArrayRef<T, D>],
    write: &[&mut ArrayRef<T, D>],
) -> (Axis, usize) {
    let mut all = read.iter().copied().chain(write.iter().map(|x| &**x));
    let lens = all.next().map_or(&[][..], |x| x.shape());
    let axis = (0..lens.len()).max_by_key(|at| lens[*at]).unwrap_or(0);
    let others = lens.iter().enumerate().filter(|(at, _)| *at != axis);
    (Axis(axis), others.map(|(_, len)| len).product())
}

/// Whether the elements of each tensor lie side by side, in the same order in all.
fn side_by_side<T, D: Dimension>(read: &[&ArrayRef<T, D>], write: &[&mut ArrayRef<T, D>]) -> bool {
    let mut all = read.iter().copied().chain(write.iter().map(|x| &**x));
    let Some(first) = all.next() else {
        return true;
    };
    first.as_slice_memory_order().is_some() && all.all(|x| x.strides() == first.strides())
}

/// Zeros of the lengths of parameters.
pub(super) fn zeros_like<P: Parameters + Clone>(parameters: &P) -> P {
    let mut out = parameters.clone();
    out.tensors_mut(|_, mut tensor| tensor.fill(P::Element::default()));
    out
}
