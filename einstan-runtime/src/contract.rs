//! Two tensors multiplied and summed: strided, batched matrix products.

use crate::band::Band;
use crate::float::Float;
use crate::gemm::{At, Desk};
use crate::index::{Axis, Group, MOST, Mark};
use crate::product::run;
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
    pub(crate) single: Vec<Desk<f32>>,
    pub(crate) double: Vec<Desk<f64>>,
}

/// Most contractions have no more indices: less memory is cleared for them.
const FEW: usize = 6;

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
    assert!(
        fits(loops, at, lens, step),
        "einstan internal error: a contraction leaves its tensor"
    );
}

/// Whether all positions of the loops, none of which is empty, lie inside.
fn fits<L, const R: usize>(
    loops: &[L],
    at: [isize; R],
    lens: [usize; R],
    step: impl Fn(&L) -> (usize, [isize; R]),
) -> bool {
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
    (0..R).all(|k| fits(k) == Some(true))
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
    let at = (a_at, b_at, c_at);
    part(alpha, a, b, accumulate, c, at, loops, None, scratch);
}

/// As [`contract`], but of the loop `column` only the values that `window` gives at each value of the loop `row`, or,
/// without that, at 0: always the same ones. What two rows have in common, those between them have too. The column has a
/// step in one factor alone, or none in the target.
///
/// Where an index of the two is summed, the product is added. If it is `loose`, places of the target outside of the windows
/// may be written too, with the values that they have in the whole product.
#[allow(clippy::too_many_arguments)] // three tensors with their positions
pub fn contract_in_band<T: Float, const A: usize, const B: usize, const C: usize>(
    alpha: T,
    a: Source<'_, T, A>,
    a_at: [isize; A],
    b: Source<'_, T, B>,
    b_at: [isize; B],
    accumulate: bool,
    c: &mut Sink<'_, T, C>,
    c_at: [isize; C],
    loops: &[Loop<A, B, C>],
    row: Option<usize>,
    column: usize,
    loose: bool,
    window: impl Fn(isize) -> (usize, usize) + Sync,
    scratch: &mut Scratch,
) {
    let len = loops[column].len;
    let band = Band {
        window: &|r| {
            let (from, to) = window(r);
            (from.min(len), to.min(len))
        },
        loose,
        whole: false,
    };
    let at = (a_at, b_at, c_at);
    let band = Some((row, column, band));
    part(alpha, a, b, accumulate, c, at, loops, band, scratch);
}

/// Panics unless all positions of the windows lie inside; whether those outside of the windows do so too.
fn inside_windows<const R: usize>(
    loops: &[(usize, [isize; R])],
    at: [isize; R],
    lens: [usize; R],
    (row, column, band): (Option<usize>, usize, Band<'_>),
) -> bool {
    let same = |l: &(usize, [isize; R])| *l;
    if fits(loops, at, lens, same) {
        return true;
    }
    for r in 0..row.map_or(1, |r| loops[r].0) {
        let (from, to) = (band.window)(r as isize);
        if from >= to {
            continue;
        }
        let mut at = at;
        let mut cut = |index: usize, first: usize, len: usize| {
            let step = loops[index].1;
            (0..R).for_each(|k| at[k] += first as isize * step[k]);
            (index, (len, step))
        };
        let column = cut(column, from, to - from);
        let row = row.map(|index| cut(index, r, 1));
        let mut part = [(1, [0; R]); MOST];
        part[..loops.len()].copy_from_slice(loops);
        for (index, own) in row.into_iter().chain([column]) {
            part[index] = own;
        }
        inside(&part[..loops.len()], at, lens, same);
    }
    false
}

/// The contraction, of which a band may be all that counts.
#[allow(clippy::too_many_arguments)] // three tensors with their positions
fn part<T: Float, const A: usize, const B: usize, const C: usize>(
    alpha: T,
    a: Source<'_, T, A>,
    b: Source<'_, T, B>,
    accumulate: bool,
    c: &mut Sink<'_, T, C>,
    (a_at, b_at, c_at): ([isize; A], [isize; B], [isize; C]),
    loops: &[Loop<A, B, C>],
    band: Option<(Option<usize>, usize, Band<'_>)>,
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
    assert!(
        loops.len() <= MOST,
        "einstan internal error: a contraction of {} indices",
        loops.len()
    );
    let mut band = band;
    match &mut band {
        None => {
            inside(loops, a_at, a.lens, |l| (l.len, l.a));
            inside(loops, b_at, b.lens, |l| (l.len, l.b));
            inside(loops, c_at, c.lens, |l| (l.len, l.c));
        }
        Some(of) => {
            let whole = [
                inside_windows(&steps(loops, |l| l.a)[..loops.len()], a_at, a.lens, *of),
                inside_windows(&steps(loops, |l| l.b)[..loops.len()], b_at, b.lens, *of),
                inside_windows(&steps(loops, |l| l.c)[..loops.len()], c_at, c.lens, *of),
            ];
            of.2.whole = whole == [true; 3];
        }
    }
    let (mut few, mut many) = ([Axis::default(); FEW], None);
    let axes: &mut [Axis] = match loops.len() <= FEW {
        true => &mut few,
        false => many.insert([Axis::default(); MOST]),
    };
    let mut count = 0;
    for (at, l) in loops.iter().enumerate() {
        let mark = match band {
            Some((_, column, _)) if column == at => Mark::Column,
            Some((row, ..)) if row == Some(at) => Mark::Row,
            _ => Mark::None,
        };
        if l.len == 1 && mark == Mark::None {
            continue;
        }
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
            mark,
            len: l.len,
            a,
            b,
            c,
        };
        count += 1;
    }
    // SAFETY: all positions that the loops reach, or those in the windows, lie inside (checked), and C is borrowed
    // exclusively.
    unsafe {
        let at = At {
            a: a.origin.wrapping_offset(dot(a_at, a.strides)),
            b: b.origin.wrapping_offset(dot(b_at, b.strides)),
            c: c.origin.wrapping_offset(dot(c_at, c.strides)),
        };
        let band = band.map(|(.., band)| band);
        run(
            alpha,
            at,
            accumulate,
            &mut axes[..count],
            band,
            T::desks(scratch),
        );
    }
}

/// The lengths and steps of the loops in one tensor.
fn steps<const A: usize, const B: usize, const C: usize, const R: usize>(
    loops: &[Loop<A, B, C>],
    step: impl Fn(&Loop<A, B, C>) -> [isize; R],
) -> [(usize, [isize; R]); MOST] {
    let mut out = [(1, [0; R]); MOST];
    for (place, l) in out.iter_mut().zip(loops) {
        *place = (l.len, step(l));
    }
    out
}
