//! Indices of a product, each of one axis or of several that do not lie behind each other in all tensors.

/// What an index does in a contraction. As wide as a length, so that many axes are cleared at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub(crate) enum Group {
    /// In all three tensors, or only in the target.
    #[default]
    Batch,
    /// In the left factor and the target.
    Left,
    /// In the right factor and the target.
    Right,
    /// Not in the target.
    Contracted,
}

/// What an index does in a band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub(crate) enum Mark {
    #[default]
    None,
    Row,
    Column,
}

/// One index by its length and its stride in each tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Axis {
    pub group: Group,
    pub mark: Mark,
    pub len: usize,
    pub a: isize,
    pub b: isize,
    pub c: isize,
}

/// The most indices of a contraction.
pub(crate) const MOST: usize = 32;

/// How many values the axes have together.
pub(crate) fn extent(axes: &[Axis]) -> usize {
    axes.iter().map(|x| x.len).product()
}

/// Where the values from `first` on lie in two tensors: the last axis runs fastest.
#[inline]
pub(crate) fn offsets(
    axes: &[Axis],
    first: usize,
    strides: impl Fn(&Axis) -> [isize; 2],
    to: [&mut [isize]; 2],
) {
    let [x, y] = to;
    match axes {
        [] => {
            x.fill(0);
            y.fill(0);
        }
        [axis] => {
            let [dx, dy] = strides(axis);
            multiples(first, dx, x);
            multiples(first, dy, y);
        }
        [outer @ .., inner] => {
            let [dx, dy] = strides(inner);
            let (mut digit, mut rest) = (first % inner.len, first / inner.len);
            let mut done = 0;
            while done < x.len() {
                let (mut fx, mut fy, mut left) = (0, 0, rest);
                for axis in outer.iter().rev() {
                    let [sx, sy] = strides(axis);
                    let i = (left % axis.len) as isize;
                    (fx, fy, left) = (fx + i * sx, fy + i * sy, left / axis.len);
                }
                let run = (inner.len - digit).min(x.len() - done);
                for t in 0..run {
                    let i = (digit + t) as isize;
                    (x[done + t], y[done + t]) = (fx + i * dx, fy + i * dy);
                }
                (done, digit, rest) = (done + run, 0, rest + 1);
            }
        }
    }
}

/// The multiples of a step from a value on, some side by side: each waits for no other one.
fn multiples(first: usize, step: isize, places: &mut [isize]) {
    let mut at = first as isize * step;
    let (groups, rest) = places.as_chunks_mut::<8>();
    for group in groups {
        for (i, place) in (0..).zip(group) {
            *place = at + i * step;
        }
        at += 8 * step;
    }
    for (i, place) in (0..).zip(rest) {
        *place = at + i * step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(len: usize, a: isize, c: isize) -> Axis {
        Axis {
            len,
            a,
            c,
            ..Axis::default()
        }
    }

    #[test]
    fn the_last_axis_runs_fastest() {
        let check = |axes: &[Axis], first: usize, right: &[isize], other: &[isize]| {
            let (mut x, mut y) = (vec![99; right.len()], vec![99; right.len()]);
            offsets(axes, first, |x| [x.a, x.c], [&mut x, &mut y]);
            assert_eq!((&x[..], &y[..]), (right, other));
        };
        check(&[], 0, &[0], &[0]);
        check(&[axis(9, 2, -3)], 4, &[8, 10, 12], &[-12, -15, -18]);
        let (twos, threes): (Vec<isize>, Vec<isize>) = (4..25).map(|i| (2 * i, -3 * i)).unzip();
        check(&[axis(25, 2, -3)], 4, &twos, &threes);
        let two = [axis(3, 100, 7), axis(2, 1, 1)];
        check(&two, 1, &[1, 100, 101, 200, 201], &[1, 7, 8, 14, 15]);
        let three = [axis(2, 1000, 0), axis(2, 100, 0), axis(3, 1, 5)];
        let right = [101, 102, 1000, 1001, 1002, 1100];
        check(&three, 4, &right, &[5, 10, 0, 5, 10, 0]);
    }
}
