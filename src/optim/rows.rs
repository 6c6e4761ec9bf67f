//! Equations of rows, over tensors of any number of axes.

use crate::parameters::{Parameters, Path, Visit};
use crate::{Error, Float};
use ndarray::{
    ArrayRef, ArrayRef2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis, Dimension,
    aview_mut1, aview_mut2, aview1, aview2,
};

/// How long rows are, where nothing else says it: what all equations of a step read of a row and write stays in the cache
/// from the first one to the last.
const ROW: usize = 1024;

/// Calls `equation` with the elements of each tensor as rows: of `ROW` elements and what is left, where they lie side by side in
/// one order in all tensors of a name, else with each lane along the longest axis as a row. The tensors of a name have the
/// same lengths.
pub(super) fn each_row<P: Parameters, F, const R: usize, const W: usize>(
    read: [&P; R],
    write: [&mut P; W],
    equation: F,
) -> Result<(), Error>
where
    F: FnMut([&ArrayRef2<P::Element>; R], [&mut ArrayRef2<P::Element>; W]) -> Result<(), Error>,
{
    P::visit(&Path::ROOT, read, write, &mut Rows(equation))
}

struct Rows<F>(F);

impl<T: Float, F, const R: usize, const W: usize> Visit<T, R, W> for Rows<F>
where
    F: FnMut([&ArrayRef2<T>; R], [&mut ArrayRef2<T>; W]) -> Result<(), Error>,
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
            return self.slices(read, write);
        }
        let (axis, count) = lanes(&read, &write);
        let mut read = read.map(|x| x.lanes(axis).into_iter());
        let mut write = write.map(|x| x.lanes_mut(axis).into_iter());
        for _ in 0..count {
            let read = read.each_mut().map(|lanes| lanes.next());
            let write = write.each_mut().map(|lanes| lanes.next());
            self.row(
                read.map(|lane| lane.unwrap_or(aview1(&[]))),
                write.map(|lane| lane.unwrap_or_else(|| aview_mut1(&mut []))),
            )?;
        }
        Ok(())
    }
}

impl<F> Rows<F> {
    fn slices<T, const R: usize, const W: usize>(
        &mut self,
        read: [&[T]; R],
        write: [&mut [T]; W],
    ) -> Result<(), Error>
    where
        F: FnMut([&ArrayRef2<T>; R], [&mut ArrayRef2<T>; W]) -> Result<(), Error>,
    {
        let read = read.map(|x| x.as_chunks::<ROW>());
        let mut write = write.map(|x| x.as_chunks_mut::<ROW>());
        self.rows(
            read.map(|(rows, _)| aview2(rows)),
            write.each_mut().map(|(rows, _)| aview_mut2(rows)),
        )?;
        self.row(
            read.map(|(_, rest)| aview1(rest)),
            write.map(|(_, rest)| aview_mut1(rest)),
        )
    }

    fn row<T, const R: usize, const W: usize>(
        &mut self,
        read: [ArrayView1<T>; R],
        write: [ArrayViewMut1<T>; W],
    ) -> Result<(), Error>
    where
        F: FnMut([&ArrayRef2<T>; R], [&mut ArrayRef2<T>; W]) -> Result<(), Error>,
    {
        self.rows(
            read.map(|x| x.insert_axis(Axis(0))),
            write.map(|x| x.insert_axis(Axis(0))),
        )
    }

    fn rows<T, const R: usize, const W: usize>(
        &mut self,
        read: [ArrayView2<T>; R],
        mut write: [ArrayViewMut2<T>; W],
    ) -> Result<(), Error>
    where
        F: FnMut([&ArrayRef2<T>; R], [&mut ArrayRef2<T>; W]) -> Result<(), Error>,
    {
        if read.iter().all(|x| x.is_empty()) && write.iter().all(|x| x.is_empty()) {
            return Ok(());
        }
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
