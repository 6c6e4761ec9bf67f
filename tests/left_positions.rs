//! `+=` into constant positions and diagonals.

#![allow(non_snake_case)] // arrays have the names of the parameters

use einstan::einstan;
use ndarray::{Array2, array};

einstan! {
    pub fn one_element(x[n]) -> y[n] { y[i] = x[i]; y[0] += sum[i](x[i]); y[1] += 5; }
    pub fn a_row(x[m], A[n, m]) -> Y[n, m] { Y[i,j] = A[i,j]; Y[0,j] += x[j]; }
    pub fn diagonal(A[n, n], d[n]) -> Y[n, n] { Y[i,j] = A[i,j]^2; Y[i,i] += d[i]; }
    pub fn only_diagonal(d[n]) -> Y[n, n] { Y[i,i] += d[i]; }
}

#[test]
fn accumulation_into_positions_rows_and_diagonals() {
    let x = array![1.0, 2.0, 3.0];
    let (y, pullback) = one_element::vjp(&x).unwrap();
    assert_eq!(y, array![7.0, 7.0, 3.0]);
    assert_eq!(
        pullback.call(&array![1.0, 10.0, 100.0]).unwrap().x,
        array![2.0, 11.0, 101.0]
    );
    let A = array![[1.0, 2.0], [3.0, 4.0]];
    let v = array![10.0, 20.0];
    let (y, pullback) = a_row::vjp(&v, &A).unwrap();
    assert_eq!(y, array![[11.0, 22.0], [3.0, 4.0]]);
    assert_eq!(pullback.call(&A).unwrap().x, array![1.0, 2.0]);
    let (y, pullback) = diagonal::vjp(&A, &v).unwrap();
    assert_eq!(y, array![[11.0, 4.0], [9.0, 36.0]]);
    let g = pullback.call(&Array2::ones((2, 2))).unwrap();
    assert_eq!(
        (g.A, g.d),
        (array![[2.0, 4.0], [6.0, 8.0]], array![1.0, 1.0])
    );
    let (y, pullback) = only_diagonal::vjp(&v).unwrap();
    assert_eq!(
        (&y, pullback.call(&y).unwrap().d),
        (&array![[10.0, 0.0], [0.0, 20.0]], v)
    );
}
