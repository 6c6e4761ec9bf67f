//! A contraction as a loop over every index, and arrays of every layout to compare it with the other one.

use einstan_runtime::{Elementary, Float, Loop, Scratch, Sink, Source, contract, contract_in_band};
use ndarray::{Array, ArrayD, IxDyn, Slice};

/// Numbers that look random and are the same every time.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }
}

pub(crate) fn wide<T: Float>(x: T) -> f64 {
    Elementary::to_f64(x)
}

/// An array of the lengths, with room around it, its axes in any order in memory and some of them backwards.
pub(crate) fn array<T: Float>(lens: &[usize], numbers: &mut Numbers) -> ArrayD<T> {
    let rank = lens.len();
    let mut order: Vec<usize> = (0..rank).collect();
    for k in (1..rank).rev() {
        order.swap(k, numbers.below(k + 1));
    }
    let steps: Vec<isize> = (0..rank)
        .map(|_| [1, 1, 1, -1, 2, -2][numbers.below(6)])
        .collect();
    let whole: Vec<usize> = order
        .iter()
        .map(|&k| lens[k] * steps[k].unsigned_abs())
        .collect();
    let mut a = Array::from_shape_simple_fn(IxDyn(&whole), || {
        T::from_f64(numbers.below(2001) as f64 / 1000.0 - 1.0)
    });
    let mut back = vec![0; rank];
    for (at, &k) in order.iter().enumerate() {
        back[k] = at;
    }
    a = a.permuted_axes(IxDyn(&back));
    for (k, &step) in steps.iter().enumerate() {
        a.slice_axis_inplace(ndarray::Axis(k), Slice::new(0, None, step));
    }
    assert_eq!(a.shape(), lens);
    a
}

/// The number of the element that the values reach, in the order of the axes.
pub(crate) fn place<const R: usize>(
    at: [isize; R],
    steps: &[[isize; R]],
    values: &[usize],
    lens: [usize; R],
) -> usize {
    (0..R).fold(0, |number, k| {
        let along: isize = steps
            .iter()
            .zip(values)
            .map(|(step, &value)| step[k] * value as isize)
            .sum();
        number * lens[k] + (at[k] + along) as usize
    })
}

/// The elements in the order of the axes.
pub(crate) fn flat<T: Float>(a: &ArrayD<T>) -> Vec<f64> {
    a.iter().map(|&x| wide(x)).collect()
}

/// Calls `f` with all values of the loops.
pub(crate) fn each(lens: &[usize], mut f: impl FnMut(&[usize])) {
    let mut values = vec![0; lens.len()];
    for _ in 0..lens.iter().product() {
        f(&values);
        for (value, &len) in values.iter_mut().zip(lens) {
            *value += 1;
            if *value < len {
                break;
            }
            *value = 0;
        }
    }
}

pub(crate) struct Problem<const A: usize, const B: usize, const C: usize> {
    loops: Vec<Loop<A, B, C>>,
    at: ([isize; A], [isize; B], [isize; C]),
    lens: ([usize; A], [usize; B], [usize; C]),
    band: Option<Band>,
}

/// What part of a problem counts.
#[derive(Clone, Copy)]
pub(crate) struct Band {
    pub(crate) row: Option<usize>,
    pub(crate) column: usize,
    pub(crate) loose: bool,
    /// The columns of a row, of so many.
    pub(crate) window: Window,
}

pub(crate) type Window = fn(i64, usize) -> (usize, usize);

impl Band {
    fn holds<const A: usize, const B: usize, const C: usize>(
        &self,
        loops: &[Loop<A, B, C>],
        values: &[usize],
    ) -> bool {
        let row = self.row.map_or(0, |r| values[r] as i64);
        let (from, to) = (self.window)(row, loops[self.column].len);
        (from..to).contains(&values[self.column])
    }
}

/// Lengths that hold all positions of an operand, and where its first one is, with a margin now and then.
pub(crate) fn room<const R: usize>(
    lens: &[usize],
    steps: &[[isize; R]],
    numbers: &mut Numbers,
) -> ([isize; R], [usize; R]) {
    let (mut at, mut whole) = ([0; R], [1; R]);
    for k in 0..R {
        let ends = |sign: isize| -> isize {
            lens.iter()
                .zip(steps)
                .map(|(&n, s)| (n.max(1) as isize - 1) * (s[k] * sign).max(0))
                .sum()
        };
        let before = numbers.below(4) / 3;
        let after = numbers.below(4) / 3;
        at[k] = ends(-1) + before as isize;
        whole[k] = (ends(-1) + ends(1)) as usize + 1 + before + after;
    }
    (at, whole)
}

pub(crate) fn check<T: Float, const A: usize, const B: usize, const C: usize>(
    problem: &Problem<A, B, C>,
    numbers: &mut Numbers,
    scratch: &mut Scratch,
) {
    let Problem {
        loops,
        at,
        lens,
        band,
    } = problem;
    let counts = |v: &[usize]| band.is_none_or(|band| band.holds(loops, v));
    let mut a = array::<T>(&lens.0, numbers);
    let mut b = array::<T>(&lens.1, numbers);
    if band.is_some() && numbers.below(2) == 0 {
        // What is in no window may hold anything, and what meets nothing else too.
        spoil(&mut a, loops.iter().map(|l| (l.len, l.a)), at.0, counts);
        spoil(&mut b, loops.iter().map(|l| (l.len, l.b)), at.1, counts);
        if numbers.below(4) == 0 && !b.is_empty() {
            let any = numbers.below(b.len());
            *b.iter_mut().nth(any).unwrap() = T::infinity();
        }
    }
    let start = array::<T>(&lens.2, numbers);
    let alpha = T::from_f64([1.0, -0.5][numbers.below(2)]);
    let summed = |i: usize| loops[i].c == [0; C];
    let adds = band.is_some_and(|b| {
        summed(b.column) || b.row.is_some_and(summed) || loops.iter().any(|l| l.len == 0)
    });
    let accumulate = adds || numbers.below(2) == 1;
    let mut c = array::<T>(&lens.2, numbers);
    c.assign(&start);
    let (sa, sb) = (Source::new(&a), Source::new(&b));
    let mut sc = Sink::new(&mut c);
    match band {
        None => contract(
            alpha, sa, at.0, sb, at.1, accumulate, &mut sc, at.2, loops, scratch,
        ),
        Some(band) => {
            let len = loops[band.column].len;
            let window = |r: isize| (band.window)(r as i64, len);
            let Band {
                row, column, loose, ..
            } = *band;
            contract_in_band(
                alpha, sa, at.0, sb, at.1, accumulate, &mut sc, at.2, loops, row, column, loose,
                window, scratch,
            );
        }
    }
    let (la, lb, lc): (Vec<_>, Vec<_>, Vec<_>) = (
        loops.iter().map(|l| l.a).collect(),
        loops.iter().map(|l| l.b).collect(),
        loops.iter().map(|l| l.c).collect(),
    );
    let ranges: Vec<usize> = loops.iter().map(|l| l.len).collect();
    let (a, b, mut exact) = (flat(&a), flat(&b), flat(&start));
    if !accumulate {
        let outer: Vec<usize> = loops
            .iter()
            .map(|l| if l.c == [0; C] { 1 } else { l.len })
            .collect();
        each(&outer, |v| {
            if counts(v) {
                exact[place(at.2, &lc, v, lens.2)] = 0.0;
            }
        });
    }
    let mut touched = vec![band.is_none_or(|band| !band.loose); exact.len()];
    each(&ranges, |v| {
        if !counts(v) {
            return;
        }
        touched[place(at.2, &lc, v, lens.2)] = true;
        let x = a[place(at.0, &la, v, lens.0)];
        let y = b[place(at.1, &lb, v, lens.1)];
        exact[place(at.2, &lc, v, lens.2)] += wide(alpha) * x * y;
    });
    let terms: usize = loops
        .iter()
        .filter(|l| l.c == [0; C])
        .map(|l| l.len)
        .product();
    let bound = 4.0 * wide(T::epsilon()) * (terms as f64 + 2.0);
    for (at, (&value, right)) in c.iter().zip(exact).enumerate() {
        let value = wide(value);
        let same = value == right || value.is_nan() && right.is_nan();
        assert!(
            !touched[at] || same || (value - right).abs() <= bound,
            "{loops:?}, accumulate {accumulate}: {value} but {right} at {at}"
        );
    }
}

/// Makes elements that no product which counts needs NaN.
pub(crate) fn spoil<T: Float, const R: usize>(
    a: &mut ArrayD<T>,
    loops: impl Iterator<Item = (usize, [isize; R])>,
    at: [isize; R],
    counts: impl Fn(&[usize]) -> bool,
) {
    let (lens, steps): (Vec<usize>, Vec<[isize; R]>) = loops.unzip();
    let shape: [usize; R] = a.shape().try_into().unwrap();
    let mut needed = vec![false; a.len()];
    each(&lens, |v| {
        if counts(v) {
            needed[place(at, &steps, v, shape)] = true;
        }
    });
    for (x, needed) in a.iter_mut().zip(needed) {
        if !needed {
            *x = T::nan();
        }
    }
}

pub(crate) fn both<const A: usize, const B: usize, const C: usize>(
    loops: Vec<Loop<A, B, C>>,
    numbers: &mut Numbers,
    scratch: &mut Scratch,
) {
    in_band(loops, None, numbers, scratch);
}

pub(crate) fn in_band<const A: usize, const B: usize, const C: usize>(
    loops: Vec<Loop<A, B, C>>,
    band: Option<Band>,
    numbers: &mut Numbers,
    scratch: &mut Scratch,
) {
    let lens: Vec<usize> = loops.iter().map(|l| l.len).collect();
    let steps: Vec<_> = loops.iter().map(|l| l.a).collect();
    let a = room(&lens, &steps, numbers);
    let steps: Vec<_> = loops.iter().map(|l| l.b).collect();
    let b = room(&lens, &steps, numbers);
    let steps: Vec<_> = loops.iter().map(|l| l.c).collect();
    let c = room(&lens, &steps, numbers);
    let problem = Problem {
        loops,
        at: (a.0, b.0, c.0),
        lens: (a.1, b.1, c.1),
        band,
    };
    check::<f32, A, B, C>(&problem, numbers, scratch);
    check::<f64, A, B, C>(&problem, numbers, scratch);
}

/// Indices that are in some of three tensors.
pub(crate) fn roles(numbers: &mut Numbers) -> Vec<Loop<3, 3, 3>> {
    let count = 1 + numbers.below(6);
    let mut loops: Vec<Loop<3, 3, 3>> = Vec::new();
    // An axis of the target belongs to one index.
    let mut free = [true; 3];
    for _ in 0..count {
        let len = [0, 1, 2, 3, 4, 5, 6, 3, 2, 5, 4, 3][numbers.below(12)];
        let len = if len == 0 && numbers.below(4) != 0 {
            3
        } else {
            len
        };
        let (mut a, mut b, mut c) = ([0; 3], [0; 3], [0; 3]);
        let step = |numbers: &mut Numbers| [1, 1, 1, 2, -1][numbers.below(5)];
        if numbers.below(3) != 0 {
            a[numbers.below(3)] = step(numbers);
        }
        if numbers.below(3) != 0 {
            b[numbers.below(3)] = step(numbers);
        }
        let axis = numbers.below(3);
        if free[axis] && numbers.below(2) == 0 {
            c[axis] = step(numbers);
            free[axis] = false;
        }
        loops.push(Loop { len, a, b, c });
    }
    loops
}
