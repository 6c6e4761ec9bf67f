//! Sources, sinks and blocks: every position of a row against the array's own element, in every layout, and what lies
//! outside is refused. The memory of each tensor ends with its last element, so that valgrind sees a step too far.

use einstan_runtime::{BLOCK, Block, Blocks, Element, Sink, Source};
use ndarray::{Array1, Array2, Array3, ArrayBase, Axis, Data, Ix2, Slice, arr0, s};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Whether an internal error is raised, which is not printed.
fn refused<R>(f: impl FnOnce() -> R) -> bool {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                print(panic);
            }
        }));
    });
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| drop(f())));
    EXPECTED.set(false);
    result.is_err_and(|panic| {
        let text = panic.downcast_ref::<&str>().copied().map(String::from);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        text.is_some_and(|t| t.contains("einstan internal error"))
    })
}

fn numbers(rows: usize, columns: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, columns), |(i, j)| (i * 1000 + j) as f32)
}

/// Whether the axes are turned, and the steps along them: as they are, backwards, with gaps.
const LAYOUTS: [(bool, isize, isize); 12] = [
    (false, 1, 1),
    (false, -1, 1),
    (false, 1, -1),
    (false, 2, 1),
    (false, 1, 2),
    (false, -3, -2),
    (true, 1, 1),
    (true, -1, 1),
    (true, 1, -1),
    (true, 2, 1),
    (true, 1, 2),
    (true, -3, -2),
];

/// A view in one of the layouts.
fn laid<S: Data>(mut a: ArrayBase<S, Ix2>, layout: (bool, isize, isize)) -> ArrayBase<S, Ix2> {
    let (turned, rows, columns) = layout;
    a.slice_axis_inplace(Axis(0), Slice::new(0, None, rows));
    a.slice_axis_inplace(Axis(1), Slice::new(0, None, columns));
    if turned { a.reversed_axes() } else { a }
}

const STEPS: [[isize; 2]; 7] = [[0, 1], [1, 0], [0, -1], [-1, 0], [1, 1], [0, 2], [0, 0]];

/// `at` moved by `step` `t` times, if that is inside.
fn moved(lens: [usize; 2], at: [isize; 2], step: [isize; 2], t: usize) -> Option<[usize; 2]> {
    let place = |k: usize| usize::try_from(at[k] + step[k] * t as isize).ok();
    let place = [place(0)?, place(1)?];
    (place[0] < lens[0] && place[1] < lens[1]).then_some(place)
}

#[test]
fn rows_are_read_or_refused() {
    let a = numbers(5, 7);
    // With one whose rows are all the same memory.
    let same = a.broadcast((3, 5, 7)).unwrap();
    let same = same.index_axis_move(Axis(1), 4);
    let views = LAYOUTS.map(|layout| laid(a.view(), layout));
    for view in views.into_iter().chain([same.view(), same.t()]) {
        let source = Source::<f32, 2>::new(&view);
        let lens = source.lens();
        assert_eq!(lens, [view.nrows(), view.ncols()]);
        for (i, j) in (-1..8).flat_map(|i| (-1..8).map(move |j| (i, j))) {
            let first = moved(lens, [i, j], [0, 0], 0);
            match first {
                Some(place) => assert_eq!(source.at([i, j]), view[place]),
                None => assert!(refused(|| source.at([i, j]))),
            }
            for (step, n) in STEPS.iter().flat_map(|s| (0..8).map(move |n| (*s, n))) {
                let mut block = Block::new();
                let inside = n == 0 || moved(lens, [i, j], step, n - 1).and(first).is_some();
                if inside {
                    let right: Vec<f32> = (0..n)
                        .map(|t| view[moved(lens, [i, j], step, t).unwrap()])
                        .collect();
                    assert_eq!(source.row([i, j], step, n, &mut block), right);
                    let whole: Vec<i64> = right.iter().map(|&x| x as i64).collect();
                    let ints = &mut Block::new();
                    assert_eq!(source.row_int([i, j], step, n, ints), whole);
                    let doubles: Vec<f64> = right.iter().map(|&x| x.into()).collect();
                    let floats = &mut Block::<f64>::new();
                    assert_eq!(source.row_float([i, j], step, n, floats), doubles);
                } else {
                    assert!(refused(|| source.row([i, j], step, n, &mut block).len()));
                    assert!(refused(|| {
                        source.row_int([i, j], step, n, &mut Block::new()).len()
                    }));
                    assert!(refused(|| {
                        let block = &mut Block::<f64>::new();
                        source.row_float([i, j], step, n, block).len()
                    }));
                }
            }
        }
    }
}

#[test]
fn rows_are_written_or_refused() {
    let whole = numbers(5, 7);
    for layout in LAYOUTS {
        let start = laid(whole.view(), layout);
        let lens = [start.nrows(), start.ncols()];
        for (at, step) in (-1..6)
            .flat_map(|i| (-1..8).map(move |j| [i, j]))
            .flat_map(|at| STEPS.map(|step| (at, step)))
        {
            for (n, add) in [(0, true), (1, false), (1, true), (3, false), (4, true)] {
                let first = moved(lens, at, [0, 0], 0);
                let inside = n == 0 || moved(lens, at, step, n - 1).and(first).is_some();
                let mut right = start.to_owned();
                for (t, place) in (0..n).filter_map(|t| Some((t, moved(lens, at, step, t)?))) {
                    let old = if add { right[place] } else { 0.0 };
                    right[place] = old + 0.25 * (t + 1) as f32;
                }
                let value = |t: usize| 0.25 * (t + 1) as f32;
                let mut out = whole.clone();
                let mut view = laid(out.view_mut(), layout);
                let mut sink = Sink::<f32, 2>::new(&mut view);
                let mut block = Block::new();
                if !inside {
                    assert!(refused(|| sink.put_row(add, at, step, n, &mut block, value)));
                    assert!(refused(|| sink.update_row(at, step, n, &mut block, |_| ())));
                    continue;
                }
                sink.put_row(add, at, step, n, &mut block, value);
                assert_eq!(view, right, "{at:?} {step:?} {n} {add}");
                // And back, by the row as a whole.
                if step != [0, 0] {
                    let mut sink = Sink::<f32, 2>::new(&mut view);
                    sink.update_row(at, step, n, &mut block, |o| {
                        assert_eq!(o.len(), n);
                        o.iter_mut().for_each(|o| *o *= 2.0);
                    });
                    for place in (0..n).filter_map(|t| moved(lens, at, step, t)) {
                        right[place] *= 2.0;
                    }
                    assert_eq!(view, right);
                }
            }
        }
    }
}

#[test]
fn single_elements_are_written_or_refused() {
    let mut a = Array2::<i32>::zeros((2, 3));
    let mut view = a.slice_mut(s![..;-1, ..]);
    let mut sink = Sink::<i32, 2>::new(&mut view);
    sink.set([0, 2], 5);
    sink.add([0, 2], 2);
    sink.put(true, [1, 0], i32::MAX);
    sink.add([1, 0], 1);
    assert_eq!((sink.get([0, 2]), sink.get([1, 0])), (7, i32::MAX));
    for at in [
        [2, 0],
        [0, 3],
        [-1, 0],
        [0, -1],
        [isize::MAX, 0],
        [0, isize::MIN],
    ] {
        assert!(refused(|| sink.set(at, 1)));
        assert!(refused(|| sink.add(at, 1)));
        assert!(refused(|| sink.put(false, at, 1)));
        assert!(refused(|| sink.get(at)));
    }
    assert_eq!(a, ndarray::arr2(&[[i32::MAX, 0, 0], [0, 0, 7]]));
}

#[test]
fn long_rows_and_rows_that_wrap_around_are_refused() {
    let a = Array1::<f64>::zeros(2 * BLOCK);
    let source = Source::<f64, 1>::new(&a);
    for (step, n) in [([1], BLOCK), ([2], BLOCK), ([0], BLOCK)] {
        assert_eq!(source.row([0], step, n, &mut Block::new()).len(), BLOCK);
        assert!(refused(|| source
            .row([0], step, n + 1, &mut Block::new())
            .len()));
    }
    assert!(refused(|| source
        .row([0], [isize::MAX], 3, &mut Block::new())
        .len()));
    assert!(refused(|| source
        .row([1], [isize::MAX], 2, &mut Block::new())
        .len()));
    assert!(refused(|| source
        .row([0], [isize::MIN], 2, &mut Block::new())
        .len()));
    let mut block = Block::<f64>::new();
    assert_eq!(
        block.fill(BLOCK, |t| t as f64)[BLOCK - 1],
        (BLOCK - 1) as f64
    );
    assert!(block.fill(0, |_| 1.0).is_empty());
    assert!(refused(|| block.fill(BLOCK + 1, |_| 1.0).len()));
}

#[test]
fn blocks_hold_rows_side_by_side() {
    let mut blocks = Blocks::<f64, 2>::new();
    for n in [1, 7, BLOCK, 3] {
        let [a, b] = blocks.fill(n, |t| [t as f64, -(t as f64)]);
        assert!(a.len() == n && b.len() == n);
        assert!((0..n).all(|t| a[t] == t as f64 && b[t] == -a[t]));
    }
    let [none, _] = blocks.fill(0, |_| [1.0; 2]);
    assert!(none.is_empty());
    assert!(refused(|| {
        let mut blocks = Blocks::<f64, 2>::new();
        blocks.fill(BLOCK + 1, |_| [1.0; 2])[0].len()
    }));
}

#[test]
fn slices_hold_what_their_lengths_say() {
    let data: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let source = Source::from_slice(&data, [3, 4]);
    assert_eq!(source.at([2, 3]), 11.0);
    assert_eq!(
        source.row([0, 1], [1, 0], 3, &mut Block::new()),
        [1.0, 5.0, 9.0]
    );
    assert!(refused(|| Source::from_slice(&data, [3, 5])));
    assert!(refused(|| Source::from_slice(&data, [usize::MAX, 2, 2])));
    assert!(refused(|| Source::from_slice(&data[..0], [])));
    let none = Source::from_slice(&data[..0], [0, usize::MAX]);
    assert!(none.is_empty() && refused(|| none.at([0, 0])));
    let mut out = vec![0.0f32; 6];
    assert!(refused(|| Sink::from_slice(&mut out, [7])));
    Sink::from_slice(&mut out, [2, 3])
        .put_row(false, [1, 0], [0, 1], 3, &mut Block::new(), |t| t as f32);
    assert_eq!(out, [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
    let a = Array3::<f32>::zeros((2, 2, 2));
    assert!(refused(|| Source::<f32, 2>::new(&a)));
}

/// Fills and copies in every layout; what lies between the elements stays.
#[test]
fn whole_tensors() {
    let source = numbers(4, 6);
    for layout in LAYOUTS {
        let (mut whole, mut right) = (numbers(4, 6), numbers(4, 6));
        laid(right.view_mut(), layout).fill(7.0);
        let mut view = laid(whole.view_mut(), layout);
        Sink::<f32, 2>::new(&mut view).fill(7.0);
        assert_eq!(whole, right);
        let from = laid(source.slice(s![..;-1, ..]), layout);
        laid(right.view_mut(), layout).assign(&from);
        let mut view = laid(whole.view_mut(), layout);
        Sink::<f32, 2>::new(&mut view).copy_from(Source::new(&from));
        assert_eq!(whole, right);
    }
    let mut scalar = arr0(1.0f32);
    Sink::<f32, 0>::new(&mut scalar).fill(2.0);
    Sink::<f32, 0>::new(&mut scalar).add([], 0.5);
    Sink::<f32, 0>::new(&mut scalar).put_row(true, [], [], 2, &mut Block::new(), |_| 1.0);
    assert_eq!(scalar[()], 4.5);
    let mut value = 0.0f32;
    Sink::scalar(&mut value).copy_from(Source::new(&scalar));
    assert_eq!((value, Source::scalar(&value).at([])), (4.5, 4.5));
    let mut none = Array2::<f32>::zeros((0, 3));
    Sink::<f32, 2>::new(&mut none).fill(1.0);
    Sink::<f32, 2>::new(&mut none).copy_from(Source::new(&Array2::zeros((0, 3))));
    assert!(refused(|| {
        Sink::<f32, 2>::new(&mut none).copy_from(Source::new(&Array2::zeros((1, 3))));
    }));
}

#[test]
fn views_cross_threads() {
    fn crosses<T: Send + Sync>(_: &T) {}
    let mut a = Array1::<f64>::zeros(3);
    let source = Source::<f64, 1>::new(&a);
    crosses(&source);
    assert_eq!(
        std::thread::scope(|s| s.spawn(|| source.at([2])).join().unwrap()),
        0.0
    );
    let mut sink = Sink::<f64, 1>::new(&mut a);
    crosses(&sink);
    std::thread::scope(|s| {
        s.spawn(|| sink.set([1], f64::from_i64(4)));
    });
    assert_eq!(a[1], 4.0);
}

#[test]
fn vectors_are_whole_where_there_is_room() {
    let cases = [
        (1, 100, 16),
        (16, 100, 16),
        (17, 20, 20),
        (256, 256, 256),
        (250, 300, 256),
    ];
    for (n, left, wide) in cases {
        assert_eq!(einstan_runtime::whole_vectors(n, left), wide);
    }
}
