//! Reads in branches: what a branch that is not taken reads, counts for nothing.

use einstan::{ErrorKind, einstan};
use ndarray::{Array1, Array2, array};

einstan! {
    pub fn scaled(a[n], b[m]) -> y[n] {
        y[i] = if i < len(m) { a[i]*b[i] } else { a[i] };
    }
    pub fn three(a[n], b[m]) -> y[n] {
        y[i] = if i < 3 { a[i]*b[i] } else { a[i] };
    }
    pub fn first(x[n]) -> y {
        y = if len(n) > 0 { x[0]^2 } else { 7 };
    }
    pub fn product(A[n, n], b[m]) -> y[n] {
        y[i] = A[i,j] * (if j < len(m) { b[j] } else { 0 });
    }
    pub fn inverse(x[n]) -> y[n] {
        y[i] = if x[i] > 0 { 1/x[i] } else { 0 };
    }
    pub fn inner(x[n], a[m]) -> y[n] {
        y[i] = if x[i] > 0 { sum[k](ln(a[k])) * x[i] } else { 0 };
    }
}

#[test]
fn an_index_runs_beyond_an_axis_where_the_branch_is_not_taken() {
    let a = array![1.0, 2.0, 3.0, 4.0];
    for m in [0, 2, 4, 6] {
        let b = Array1::from_iter((0..m).map(|i| 10.0 + i as f64));
        let (y, pullback) = scaled::vjp(&a, &b).unwrap();
        let g = pullback.call(&Array1::ones(4)).unwrap();
        for i in 0..4 {
            let factor = if i < m { b[i] } else { 1.0 };
            assert_eq!((y[i], g.a[i]), (a[i] * factor, factor));
        }
        for i in 0..m {
            assert_eq!(g.b[i], if i < 4 { a[i] } else { 0.0 });
        }
    }
}

#[test]
fn a_read_outside_where_the_branch_is_taken_is_an_error() {
    let a = array![1.0, 2.0, 3.0, 4.0];
    let error = three(&a, &array![1.0, 2.0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Range);
    assert_eq!(
        three(&a, &array![1.0, 2.0, 3.0]).unwrap(),
        array![1.0, 4.0, 9.0, 4.0]
    );
}

#[test]
fn the_notation_reads_in_a_branch_as_the_user_wrote_it() {
    let line = "y[i] = if i < 3 { a[i] * b[i] } else { a[i] };";
    assert!(three::NOTATION.contains(line), "{}", three::NOTATION);
    // A derivative may evaluate it outside of the branch.
    let (own, derivatives) = three::NOTATION.split_once("fn three_vjp").unwrap();
    assert!(!own.contains("len(") && derivatives.contains("i < len(m)"));
}

#[test]
fn a_constant_position_of_an_empty_axis() {
    let (empty, two) = (Array1::<f64>::zeros(0), array![3.0, 4.0]);
    let (y, pullback) = first::vjp(&empty).unwrap();
    assert_eq!((y, pullback.call(1.0).unwrap().x.len()), (7.0, 0));
    let (y, pullback) = first::vjp(&two).unwrap();
    assert_eq!((y, pullback.call(1.0).unwrap().x), (9.0, array![6.0, 0.0]));
}

#[test]
fn a_guarded_factor_of_a_product() {
    let a = Array2::from_shape_fn((3, 3), |(i, j)| (3 * i + j) as f64);
    let b = array![1.0, 2.0];
    let (y, pullback) = product::vjp(&a, &b).unwrap();
    let g = pullback.call(&Array1::ones(3)).unwrap();
    assert_eq!(y, array![2.0, 11.0, 20.0]);
    assert_eq!(
        (g.A.row(0).to_vec(), g.b),
        (vec![1.0, 2.0, 0.0], array![9.0, 12.0])
    );
}

#[test]
fn a_branch_not_taken_contributes_no_nan() {
    let x = array![0.0, 2.0];
    let (y, pullback) = inverse::vjp(&x).unwrap();
    assert_eq!(
        (y, pullback.call(&array![1.0, 1.0]).unwrap().x),
        (array![0.0, 0.5], array![0.0, -0.25])
    );
    let (x, a) = (array![-1.0, 0.0], array![0.0, 1.0]);
    let (y, pullback) = inner::vjp(&x, &a).unwrap();
    let g = pullback.call(&array![1.0, 1.0]).unwrap();
    assert_eq!(
        (y, g.x, g.a),
        (array![0.0, 0.0], array![0.0, 0.0], array![0.0, 0.0])
    );
}

einstan! {
    pub fn by_value(x[n], a[m]) -> y[n] {
        y[i] = if x[i] > 0 { a[i] } else { 0 };
    }
    pub fn by_value_constant(x[n], a[m]) -> y[n] {
        y[i] = if x[i] > 0 { a[2] } else { 0 };
    }
    pub fn largest(x[n]) -> y {
        y = if len(n) > 0 { max[i](x[i]) } else { -1 };
    }
    pub fn remainder(t[n]: i64, k: i64, x[n]) -> y[n] {
        y[i] = if t[i] > 0 { x[i] * (i % t[i]) } else { k % (k - 2) };
    }
}

#[test]
fn a_branch_taken_by_value_reads_inside() {
    let a = array![5.0, 6.0];
    let taken = |x: Array1<f64>| (by_value(&x, &a), by_value_constant(&x, &a));
    let (inside, none) = taken(array![1.0, 0.0, 0.0]);
    assert_eq!(inside.unwrap(), array![5.0, 0.0, 0.0]);
    assert_eq!(
        none.unwrap_err().to_string(),
        "by_value_constant: `a` is read at position 2 of axis 0, which has length 2"
    );
    let (outside, _) = taken(array![1.0, 0.0, 1.0]);
    assert_eq!(
        outside.unwrap_err().to_string(),
        "by_value: `a` is read at position 2 of axis 0, which has length 2"
    );
    let (zero, also) = taken(array![0.0, 0.0, 0.0]);
    assert_eq!(
        (zero.unwrap(), also.unwrap()),
        (Array1::zeros(3), Array1::zeros(3))
    );
}

#[test]
fn a_reduction_over_nothing_where_the_branch_is_not_taken() {
    assert_eq!(largest(&Array1::<f64>::zeros(0)).unwrap(), -1.0);
    assert_eq!(largest(&array![1.0, 3.0]).unwrap(), 3.0);
}

#[test]
fn remainders_by_zero_are_errors_where_they_are_taken() {
    let x = array![1.0, 1.0, 1.0];
    assert_eq!(
        remainder(&array![2, 0, 2], 7, &x).unwrap(),
        array![0.0, 2.0, 0.0]
    );
    assert_eq!(
        remainder(&array![1, 1, 1], 2, &x).unwrap(),
        Array1::<f64>::zeros(3)
    );
    let error = remainder(&array![2, 0, 2], 2, &x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "remainder: a remainder by zero in the equation of `y`"
    );
}
