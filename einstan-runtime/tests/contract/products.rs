//! Products over all values of their indices.

use crate::index::{index, matrix};
use crate::reference::{Numbers, both, roles};
use einstan_runtime::{Loop, Scratch, Sink, Source, contract};
use ndarray::ArrayD;

#[test]
fn matrices_of_every_small_size() {
    let (mut numbers, mut scratch) = (Numbers(1), Scratch::default());
    for m in [0, 1, 2, 3, 5, 8, 9, 17, 33] {
        for k in [0, 1, 2, 7, 16, 40] {
            for n in [0, 1, 2, 4, 15, 16, 31, 33, 70] {
                both(matrix(m, k, n), &mut numbers, &mut scratch);
            }
        }
    }
}

#[test]
fn matrices_larger_than_a_panel() {
    let (mut numbers, mut scratch) = (Numbers(2), Scratch::default());
    for (m, k, n) in [
        (70, 600, 50),
        (1, 1500, 1),
        (1, 600, 300),
        (300, 700, 1),
        (257, 1, 130),
        (13, 513, 97),
        // Rows that are packed beside columns that are not, and several blocks of them.
        (35, 20, 225),
        (300, 9, 257),
        (50, 30, 1031),
    ] {
        for _ in 0..6 {
            both(matrix(m, k, n), &mut numbers, &mut scratch);
        }
    }
}

#[test]
fn any_indices_in_any_roles() {
    let (mut numbers, mut scratch) = (Numbers(3), Scratch::default());
    for _ in 0..3000 {
        let loops = roles(&mut numbers);
        both(loops, &mut numbers, &mut scratch);
    }
}

#[test]
fn batches_heads_and_windows() {
    let (mut numbers, mut scratch) = (Numbers(4), Scratch::default());
    // S[b,h,i,j] = sum[d](Q[b,i,h,d] * K[b,j,h,d])
    let attention: Vec<Loop<4, 4, 4>> = vec![
        index(2, [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]),
        index(3, [0, 0, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0]),
        index(9, [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]),
        index(11, [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]),
        index(16, [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]),
    ];
    // Y[n,y,x,o] = X[n,y+r,x+s,i] * K[r,s,i,o]
    let window: Vec<Loop<4, 4, 4>> = vec![
        index(2, [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]),
        index(7, [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]),
        index(6, [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]),
        index(3, [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]),
        index(3, [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]),
        index(5, [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]),
        index(19, [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]),
    ];
    for _ in 0..10 {
        both(attention.clone(), &mut numbers, &mut scratch);
        both(window.clone(), &mut numbers, &mut scratch);
    }
}

/// Each of three matrices, a bit too far to each side, and positions that wrap around.
#[test]
fn positions_outside_are_refused() {
    let (a, b) = (
        ArrayD::<f32>::zeros(vec![3, 4]),
        ArrayD::<f32>::zeros(vec![4, 5]),
    );
    let mut c = ArrayD::<f32>::zeros(vec![3, 5]);
    let mut run = |at: [[isize; 2]; 3], loops: &[Loop<2, 2, 2>]| {
        let mut call = || {
            contract(
                1.0,
                Source::new(&a),
                at[0],
                Source::new(&b),
                at[1],
                false,
                &mut Sink::new(&mut c),
                at[2],
                loops,
                &mut Scratch::default(),
            )
        };
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut call));
        result.is_ok()
    };
    assert!(run([[0; 2]; 3], &matrix(3, 4, 5)));
    for operand in 0..3 {
        for (axis, by) in [
            (0, 1),
            (0, -1),
            (1, 1),
            (1, -1),
            (0, isize::MAX),
            (1, isize::MIN),
        ] {
            let mut at = [[0; 2]; 3];
            at[operand][axis] = by;
            assert!(!run(at, &matrix(3, 4, 5)), "{at:?}");
        }
    }
    for step in [2, -1, isize::MAX, isize::MIN] {
        for (l, operand) in [(0, 0), (0, 2), (1, 0), (1, 1), (2, 1), (2, 2)] {
            let mut loops = matrix(3, 4, 5);
            let steps = match operand {
                0 => &mut loops[l].a,
                1 => &mut loops[l].b,
                _ => &mut loops[l].c,
            };
            steps.iter_mut().for_each(|s| *s *= step);
            assert!(!run([[0; 2]; 3], &loops), "{loops:?}");
        }
    }
    for l in 0..3 {
        let mut loops = matrix(3, 4, 5);
        loops[l].len += 1;
        assert!(!run([[0; 2]; 3], &loops), "{loops:?}");
        loops[l].len = usize::MAX;
        assert!(!run([[0; 2]; 3], &loops), "{loops:?}");
    }
    let many = vec![matrix(1, 1, 1)[0]; 33];
    assert!(!run([[0; 2]; 3], &many));
}
