//! Products within a window of one index at each value of another one.

use crate::index::matrix;
use crate::reference::{Band, Numbers, Window, in_band, roles};
use einstan_runtime::{Scratch, Sink, Source, contract_in_band, window};

/// Windows of every kind.
const WINDOWS: [Window; 7] = [
    |i, n| window(n, 0, [], [i + 1]),
    |i, n| window(n, 0, [i + 1], []),
    |i, n| window(n, 0, [i - 3], [i + 4]),
    |i, n| window(n, 0, [5 - i], [12 - i]),
    |i, n| window(n, 0, [], [i / 2 + 1]),
    |i, n| window(n, 0, [2 * i], [3 * i + 2]),
    |_, n| window(n, 0, [9], [3]),
];

#[test]
fn bands_of_matrices() {
    let (mut numbers, mut scratch) = (Numbers(5), Scratch::default());
    for (m, k, n) in [
        (40, 50, 60),
        (70, 7, 70),
        (9, 130, 20),
        (1, 20, 30),
        (33, 1, 33),
        (130, 64, 3),
    ] {
        for window in WINDOWS {
            for (row, column) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
                for row in [Some(row), None] {
                    for loose in [false, true] {
                        let summed = column == 1 || row == Some(1);
                        let band = Band {
                            row,
                            column,
                            loose: loose && !summed,
                            window,
                        };
                        in_band(matrix(m, k, n), Some(band), &mut numbers, &mut scratch);
                    }
                }
            }
        }
    }
}

#[test]
fn a_window_is_cut_to_the_columns() {
    let (a, b, mut c) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
    let (a, b) = (
        Source::from_slice(&a, [2, 2]),
        Source::from_slice(&b, [2, 1]),
    );
    let mut sink = Sink::from_slice(&mut c, [2, 1]);
    let loops = matrix(2, 2, 1);
    contract_in_band(
        1.0,
        a,
        [0; 2],
        b,
        [0; 2],
        true,
        &mut sink,
        [0; 2],
        &loops,
        Some(0),
        1,
        false,
        |_| (0, 1000),
        &mut Scratch::default(),
    );
    assert_eq!(c, [17.0, 39.0]);
}

#[test]
fn bands_of_any_indices() {
    let (mut numbers, mut scratch) = (Numbers(6), Scratch::default());
    for _ in 0..3000 {
        let loops = roles(&mut numbers);
        let column = numbers.below(loops.len());
        let row = Some(numbers.below(loops.len())).filter(|&r| r != column);
        let c = &loops[column];
        // A batch of columns is taken one by one, and is none here.
        if c.a != [0; 3] && c.b != [0; 3] && c.c != [0; 3] || c.a == [0; 3] && c.b == [0; 3] {
            continue;
        }
        let summed = |i: usize| loops[i].c == [0; 3];
        let band = Band {
            row,
            column,
            loose: numbers.below(2) == 0 && !summed(column) && !row.is_some_and(summed),
            window: WINDOWS[numbers.below(WINDOWS.len())],
        };
        in_band(loops, Some(band), &mut numbers, &mut scratch);
    }
}
