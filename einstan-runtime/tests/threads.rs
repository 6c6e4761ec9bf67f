//! The bits of a product do not depend on the number of threads.

use einstan_runtime::{Loop, Scratch, Sink, Source, contract, contract_in_band, window};
use ndarray::{Array, IxDyn};

type Lens = [usize; 4];

fn numbers(lens: Lens, seed: usize) -> Array<f32, ndarray::Ix4> {
    let mut at = seed as f32;
    let all = Array::from_shape_simple_fn(IxDyn(&lens), || {
        at += 1.0;
        (at * 12.9898).sin()
    });
    all.into_dimensionality().unwrap()
}

fn index(len: usize, a: [isize; 4], b: [isize; 4], c: [isize; 4]) -> Loop<4, 4, 4> {
    Loop { len, a, b, c }
}

const NONE: [isize; 4] = [0; 4];

fn along(axis: usize) -> [isize; 4] {
    std::array::from_fn(|k| isize::from(k == axis))
}

/// A product on a pool of some threads, or outside of any.
fn bits(
    threads: Option<usize>,
    [a, b, c]: [Lens; 3],
    loops: &[Loop<4, 4, 4>],
    triangle: Option<(usize, usize)>,
) -> Vec<u32> {
    let (a, b, mut c) = (numbers(a, 1), numbers(b, 1000), numbers(c, 5));
    let mut run = || {
        let (a, b, mut c) = (Source::new(&a), Source::new(&b), Sink::new(&mut c));
        let (zero, scratch) = ([0; 4], &mut Scratch::default());
        match triangle {
            None => contract(0.5, a, zero, b, zero, true, &mut c, zero, loops, scratch),
            Some((row, column)) => {
                let len = loops[column].len;
                let below = |i: isize| window(len, 0, [], [i as i64 + 1]);
                contract_in_band(
                    0.5,
                    a,
                    zero,
                    b,
                    zero,
                    true,
                    &mut c,
                    zero,
                    loops,
                    Some(row),
                    column,
                    false,
                    below,
                    scratch,
                )
            }
        }
    };
    match threads {
        None => run(),
        Some(n) => {
            let pool = rayon_core::ThreadPoolBuilder::new()
                .num_threads(n)
                .build()
                .unwrap();
            pool.install(run);
        }
    }
    c.iter().map(|x| x.to_bits()).collect()
}

fn check(name: &str, lens: [Lens; 3], loops: &[Loop<4, 4, 4>], triangle: Option<(usize, usize)>) {
    let one = bits(Some(1), lens, loops, triangle);
    for threads in [Some(2), Some(3), Some(8), None] {
        assert!(
            bits(threads, lens, loops, triangle) == one,
            "{name} on {threads:?} threads"
        );
    }
}

#[test]
fn products_of_many_shapes() {
    for (m, k, n) in [
        (128, 300, 129),
        (257, 129, 65),
        (33, 520, 1031),
        (1031, 64, 17),
        (2, 1000, 2000),
        (2000, 1000, 2),
        (1, 3000, 2000),
        (3000, 2000, 1),
    ] {
        let loops = [
            index(m, along(0), NONE, along(0)),
            index(k, along(1), along(0), NONE),
            index(n, NONE, along(1), along(1)),
        ];
        let lens = [[m, k, 1, 1], [k, n, 1, 1], [m, n, 1, 1]];
        check(&format!("{m} x {k} x {n}"), lens, &loops, None);
    }
}

#[test]
fn batches() {
    for batch in [2, 3, 13, 100] {
        let loops = [
            index(batch, along(0), along(0), along(0)),
            index(67, along(1), NONE, along(1)),
            index(70, along(2), along(1), NONE),
            index(65, NONE, along(2), along(2)),
        ];
        let lens = [[batch, 67, 70, 1], [batch, 70, 65, 1], [batch, 67, 65, 1]];
        check(&format!("{batch} products"), lens, &loops, None);
    }
}

#[test]
fn a_convolution() {
    // Y[n,o,y,x] = K[o,c,r,s] * X[n,c,y+r,x+s]
    let loops = [
        index(3, NONE, along(0), along(0)),
        index(24, along(0), NONE, along(1)),
        index(19, NONE, along(2), along(2)),
        index(21, NONE, along(3), along(3)),
        index(16, along(1), along(1), NONE),
        index(3, along(2), along(2), NONE),
        index(3, along(3), along(3), NONE),
    ];
    check(
        "a convolution",
        [[24, 16, 3, 3], [3, 16, 21, 23], [3, 24, 19, 21]],
        &loops,
        None,
    );
}

#[test]
fn triangles() {
    // Y[b,i,j] = A[b,i,k] * B[b,k,j] with k <= i
    let loops = [
        index(16, along(0), along(0), along(0)),
        index(90, along(1), NONE, along(1)),
        index(90, along(2), along(1), NONE),
        index(65, NONE, along(2), along(2)),
    ];
    let lens = [[16, 90, 90, 1], [16, 90, 65, 1], [16, 90, 65, 1]];
    check("a triangle", lens, &loops, Some((1, 2)));
}
