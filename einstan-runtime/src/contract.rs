//! Two tensors multiplied and summed: strided, batched matrix products.

use crate::float::Float;
use crate::gemm::{Matrix, Size, gemm};
use crate::sink::Sink;
use crate::source::Source;

/// An index of a contraction: its length, and how far a step of it goes along each axis of the three tensors.
#[derive(Clone, Copy, Debug)]
pub struct Loop<const A: usize, const B: usize, const C: usize> {
    /// The length.
    pub len: usize,
    /// Along the axes of the left factor.
    pub a: [isize; A],
    /// Along the axes of the right factor.
    pub b: [isize; B],
    /// Along the axes of the target.
    pub c: [isize; C],
}

/// Kept memory of contractions.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(crate) single: Vec<f32>,
    pub(crate) double: Vec<f64>,
}

/// What an index does in a contraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Group {
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

/// One index by its length and its stride in each tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Axis {
    group: Group,
    len: usize,
    a: isize,
    b: isize,
    c: isize,
}

/// The most indices of a contraction.
const MOST: usize = 32;

fn dot<const R: usize>(step: [isize; R], strides: [isize; R]) -> isize {
    (0..R).map(|k| step[k] * strides[k]).sum()
}

/// Panics unless all positions of the loops, none of which is empty, lie inside.
fn inside<L, const R: usize>(
    loops: &[L],
    at: [isize; R],
    lens: [usize; R],
    step: impl Fn(&L) -> (usize, [isize; R]),
) {
    let fits = |k: usize| {
        let (mut low, mut high) = (at[k], at[k]);
        for l in loops {
            let (len, step) = step(l);
            let way = isize::try_from(len - 1).ok()?.checked_mul(step[k])?;
            low = low.checked_add(way.min(0))?;
            high = high.checked_add(way.max(0))?;
        }
        Some(low >= 0 && (high as usize) < lens[k])
    };
    assert!(
        (0..R).all(|k| fits(k) == Some(true)),
        "einstan internal error: a contraction leaves its tensor"
    );
}

/// Sets the places that the loops reach to 0.
fn clear<T: Float, const A: usize, const B: usize, const C: usize>(
    c: &mut Sink<'_, T, C>,
    c_at: [isize; C],
    loops: &[Loop<A, B, C>],
) {
    let Some((first, rest)) = loops.split_first() else {
        return c.set(c_at, T::zero());
    };
    let mut at = c_at;
    let times = if first.c == [0; C] { 1 } else { first.len };
    for i in 0..times {
        if i > 0 {
            for (at, step) in at.iter_mut().zip(first.c) {
                *at += step;
            }
        }
        clear(c, at, rest);
    }
}

/// `C[c_at + c·i] (= or +=) alpha * sum A[a_at + a·i] * B[b_at + b·i]` over all values i of the loops; those whose steps
/// in C are zero are summed. Without loops of length 0, every position is checked against the lengths of the tensors.
#[allow(clippy::too_many_arguments)] // three tensors with their positions
pub fn contract<T: Float, const A: usize, const B: usize, const C: usize>(
    alpha: T,
    a: Source<'_, T, A>,
    a_at: [isize; A],
    b: Source<'_, T, B>,
    b_at: [isize; B],
    accumulate: bool,
    c: &mut Sink<'_, T, C>,
    c_at: [isize; C],
    loops: &[Loop<A, B, C>],
    scratch: &mut Scratch,
) {
    if loops.iter().any(|l| l.len == 0) {
        let written = loops
            .iter()
            .filter(|l| l.c.iter().any(|&s| s != 0))
            .all(|l| l.len != 0);
        if written && !accumulate {
            clear(c, c_at, loops);
        }
        return;
    }
    inside(loops, a_at, a.lens, |l| (l.len, l.a));
    inside(loops, b_at, b.lens, |l| (l.len, l.b));
    inside(loops, c_at, c.lens, |l| (l.len, l.c));
    let mut axes = [Axis::default(); MOST];
    assert!(
        loops.len() <= MOST,
        "einstan internal error: a contraction of {} indices",
        loops.len()
    );
    let mut count = 0;
    for l in loops.iter().filter(|l| l.len > 1) {
        let group = match (l.c != [0; C], l.a != [0; A], l.b != [0; B]) {
            (false, _, _) => Group::Contracted,
            (true, true, false) => Group::Left,
            (true, false, true) => Group::Right,
            (true, _, _) => Group::Batch,
        };
        let (a, b, c) = (
            dot(l.a, a.strides),
            dot(l.b, b.strides),
            dot(l.c, c.strides),
        );
        axes[count] = Axis {
            group,
            len: l.len,
            a,
            b,
            c,
        };
        count += 1;
    }
    // SAFETY: all positions that the loops reach lie inside (checked), and C is borrowed exclusively.
    unsafe {
        run(
            alpha,
            a.origin.offset(dot(a_at, a.strides)),
            b.origin.offset(dot(b_at, b.strides)),
            accumulate,
            c.origin.offset(dot(c_at, c.strides)),
            &mut axes[..count],
            scratch,
        );
    }
}

/// Axes of one group that lie behind each other in all three tensors become one.
fn fuse(axes: &mut [Axis]) -> usize {
    let mut count = axes.len();
    while let Some((outer, inner)) = behind(&axes[..count]) {
        axes[inner].len *= axes[outer].len;
        axes[outer] = axes[count - 1];
        count -= 1;
    }
    count
}

/// Two axes of one group of which the first steps over all of the second.
fn behind(axes: &[Axis]) -> Option<(usize, usize)> {
    let over = |x: &Axis, y: &Axis| {
        let n = y.len as isize;
        x.group == y.group && x.a == y.a * n && x.b == y.b * n && x.c == y.c * n
    };
    (0..axes.len()).find_map(|p| {
        (0..axes.len())
            .find(|&q| p != q && over(&axes[p], &axes[q]))
            .map(|q| (p, q))
    })
}

/// The contraction over axes that are longer than 1.
///
/// # Safety
///
/// All elements that the axes reach from `a`, `b` and `c` are there, and those of `c` are borrowed exclusively.
unsafe fn run<T: Float>(
    alpha: T,
    a: *const T,
    b: *const T,
    accumulate: bool,
    c: *mut T,
    axes: &mut [Axis],
    scratch: &mut Scratch,
) {
    let count = fuse(axes);
    let one = Axis {
        len: 1,
        ..Axis::default()
    };
    // The longest of each kind; what is left and did not fuse is looped over.
    let (mut m, mut n, mut k) = (one, one, one);
    let mut outer = [Axis::default(); MOST];
    let mut depth = 0;
    for &axis in &axes[..count] {
        let longest = match axis.group {
            Group::Left => &mut m,
            Group::Right => &mut n,
            Group::Contracted => &mut k,
            Group::Batch => {
                outer[depth] = axis;
                depth += 1;
                continue;
            }
        };
        let shorter = if axis.len > longest.len {
            std::mem::replace(longest, axis)
        } else {
            axis
        };
        if shorter.len > 1 {
            outer[depth] = shorter;
            depth += 1;
        }
    }
    // Contracted ones innermost.
    outer[..depth].sort_unstable_by_key(|x| (x.group == Group::Contracted, usize::MAX - x.len));
    let mut at = [0usize; MOST];
    loop {
        let (mut pa, mut pb, mut pc, mut again) = (a, b, c, accumulate);
        for d in 0..depth {
            let (x, i) = (outer[d], at[d] as isize);
            // SAFETY: inside, says the caller.
            unsafe {
                pa = pa.offset(i * x.a);
                pb = pb.offset(i * x.b);
                pc = pc.offset(i * x.c);
            }
            again |= x.group == Group::Contracted && i > 0;
        }
        let size = Size {
            m: m.len,
            k: k.len,
            n: n.len,
        };
        let (pa, pb) = (
            Matrix {
                origin: pa,
                rows: m.a,
                columns: k.a,
            },
            Matrix {
                origin: pb,
                rows: k.b,
                columns: n.b,
            },
        );
        let pc = Matrix {
            origin: pc,
            rows: m.c,
            columns: n.c,
        };
        // SAFETY: inside, says the caller.
        unsafe { gemm(size, alpha, pa, pb, again, pc, scratch) };
        let mut d = depth;
        loop {
            if d == 0 {
                return;
            }
            d -= 1;
            at[d] += 1;
            if at[d] < outer[d].len {
                break;
            }
            at[d] = 0;
        }
    }
}
