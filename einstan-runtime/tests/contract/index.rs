//! The indices of products.

use einstan_runtime::Loop;

/// An index by its length and its steps in both factors and the target.
pub fn index<const A: usize, const B: usize, const C: usize>(
    len: usize,
    a: [isize; A],
    b: [isize; B],
    c: [isize; C],
) -> Loop<A, B, C> {
    Loop { len, a, b, c }
}

/// The rows, the sum and the columns of a product of matrices.
pub fn matrix(m: usize, k: usize, n: usize) -> Vec<Loop<2, 2, 2>> {
    vec![
        index(m, [1, 0], [0, 0], [1, 0]),
        index(k, [0, 1], [1, 0], [0, 0]),
        index(n, [0, 0], [0, 1], [0, 1]),
    ]
}
