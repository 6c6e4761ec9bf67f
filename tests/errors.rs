//! What goes wrong when a function is called: the kind, the text, and that nothing is written.

use einstan::{Error, ErrorKind, einstan};
use ndarray::{Array1, Array2, ArrayD, IxDyn, array, aview0};

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    pub fn rotate(R[3, 3], x[3]) -> y[3] { y[i] = R[i,j]*x[j]; }
    pub fn deep(A[a, b, c, d, e, f, g]) -> s { s = sum[i,j,k,l,m,n,o](A[i,j,k,l,m,n,o]^2); }
    pub fn largest(X[n, m]) -> (y[n], at[n]: usize) { y[i] = max[j](X[i,j]); at[i] = argmax[j](X[i,j]); }
    pub fn extremes(X[n, m]) -> y[n] { H[i] = sum[j](X[i,j]); y[i] = H[i] - min[j](X[i,j]); }
    pub fn last(x[n], y[m]) -> (z[m], s) { z[j] = 2*y[j]; s = x[3]; }
    pub fn one_hot(tok[n]: usize, dim c) -> Y[n, c] { Y[i,j] = (tok[i] == j); }
    pub fn weights(x[c], dim c) -> y[c] { y[i] = x[i]*len(c); }
    pub fn grid(a, dim n, dim m) -> Y[n, m] { Y[i,j] = a*i*j; }
    pub fn outer(u[n], v[m]) -> Y[n, m] { Y[i,j] = u[i]*v[j]; }
    pub fn outer_through(u[n], v[m]) -> s { H[i,j] = u[i]*v[j]; P[i,j] = softmax[j](H[i,j]); s = P[0,0]; }
    pub fn several(x[n], const c[n]) -> (y[n], s) { y[i] = x[i]*c[i]; s = sum[i](y[i]^2); }
    pub fn square(x[n]) -> s { s = sum[i](x[i]^2); }
}

/// The kind and the text of an error.
#[track_caller]
fn fails<T>(result: Result<T, Error>, kind: ErrorKind, text: &str) {
    let Err(error) = result else {
        panic!("no error, but expected: {text}")
    };
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
}

fn ones(rows: usize, columns: usize) -> Array2<f64> {
    Array2::ones((rows, columns))
}

#[test]
fn a_dimension_that_disagrees_is_named_with_both_tensors_and_both_lengths() {
    let text = "dense: dimension `m` is 784 in `X` (axis 1) but 100 in `W` (axis 0)";
    let (x, w, b) = (ones(2, 784), ones(100, 10), Array1::ones(10));
    fails(dense(&x, &w, &b), ErrorKind::Length, text);
    fails(dense::vjp(&x, &w, &b), ErrorKind::Length, text);
    let mut y = Array2::from_elem((2, 10), 7.0);
    fails(dense::into(&x, &w, &b, &mut y), ErrorKind::Length, text);
    let mut workspace = dense::Workspace::default();
    fails(
        dense::vjp_in(&x, &w, &b, &mut workspace, &mut y),
        ErrorKind::Length,
        text,
    );
    assert_eq!(y, Array2::from_elem((2, 10), 7.0));

    let text = "dense: dimension `k` is 10 in `W` (axis 1) but 9 in `b` (axis 0)";
    fails(
        dense(&ones(2, 100), &w, &Array1::ones(9)),
        ErrorKind::Length,
        text,
    );
}

#[test]
fn a_fixed_length_is_named() {
    let text = "rotate: axis 1 of `R` has length 2, but the signature says 3";
    fails(
        rotate(&ones(3, 2), &Array1::ones(3)),
        ErrorKind::Length,
        text,
    );
    let text = "rotate: axis 0 of `x` has length 4, but the signature says 3";
    fails(
        rotate(&ones(3, 3), &Array1::ones(4)),
        ErrorKind::Length,
        text,
    );
    fails(
        rotate::into(&ones(3, 3), &Array1::ones(3), &mut Array1::ones(4)),
        ErrorKind::Length,
        "rotate: axis 0 of the output `y` has length 4, but needs 3",
    );
}

#[test]
fn the_rank_of_an_array_of_dynamic_rank_is_checked() {
    let text = "deep: `A` has 6 axes, but the signature says 7";
    let six = ArrayD::<f64>::ones(IxDyn(&[1; 6]));
    fails(deep(&six), ErrorKind::Length, text);
    fails(deep::vjp(&six), ErrorKind::Length, text);
    fails(deep::grad(&six), ErrorKind::Length, text);
    fails(
        deep(&ArrayD::<f64>::ones(IxDyn(&[]))),
        ErrorKind::Length,
        "deep: `A` has 0 axes, but the signature says 7",
    );
    fails(
        deep(&ArrayD::<f64>::ones(IxDyn(&[1; 9]))),
        ErrorKind::Length,
        "deep: `A` has 9 axes, but the signature says 7",
    );
    let seven = ArrayD::<f64>::ones(IxDyn(&[1, 2, 1, 2, 1, 2, 1]));
    assert_eq!(deep(&seven).unwrap(), 8.0);
    let mut g = deep::Gradient { A: six };
    let error =
        deep::value_and_grad_in(&seven, &mut deep::Workspace::default(), &mut g).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length);
    assert!(g.A.iter().all(|x| *x == 1.0), "nothing is written");
    let mut g = deep::Gradient {
        A: ArrayD::ones(IxDyn(&[1, 2, 1, 2, 1, 2, 1, 1])),
    };
    let error =
        deep::value_and_grad_in(&seven, &mut deep::Workspace::default(), &mut g).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length, "an axis too many");
    assert!(g.A.iter().all(|x| *x == 1.0), "nothing is written");
}

#[test]
fn outputs_have_the_lengths_that_the_arguments_say() {
    let (x, w, b) = (ones(2, 3), ones(3, 4), Array1::ones(4));
    let mut y = Array2::from_elem((4, 2), 7.0);
    let text = "dense: axis 0 of the output `Y` has length 4, but needs 2";
    fails(dense::into(&x, &w, &b, &mut y), ErrorKind::Length, text);
    let mut workspace = dense::Workspace::default();
    fails(
        dense::vjp_in(&x, &w, &b, &mut workspace, &mut y),
        ErrorKind::Length,
        text,
    );
    assert_eq!(y, Array2::from_elem((4, 2), 7.0));

    // The first output fits, the second one doesn't.
    let (mut y, mut at) = (array![7.0, 7.0], array![7, 7, 7]);
    let text = "largest: axis 0 of the output `at` has length 3, but needs 2";
    fails(largest::into(&x, &mut y, &mut at), ErrorKind::Length, text);
    assert_eq!((y, at), (array![7.0, 7.0], array![7, 7, 7]));
}

#[test]
fn cotangents_have_the_lengths_of_their_results() {
    let (x, w, b) = (ones(2, 3), ones(3, 4), Array1::ones(4));
    let (_, mut pullback) = dense::vjp(&x, &w, &b).unwrap();
    let text = "dense: axis 1 of the cotangent of `Y` has length 3, but `Y` has 4";
    fails(pullback.call(&ones(2, 3)), ErrorKind::Length, text);
    let mut g = dense::Gradient {
        X: ones(2, 3),
        W: ones(3, 4),
        b: Array1::ones(4),
    };
    fails(
        pullback.call_into(&ones(2, 3), &mut g),
        ErrorKind::Length,
        text,
    );
    fails(
        pullback.accumulate(&ones(2, 3), &mut g),
        ErrorKind::Length,
        text,
    );
    assert_eq!((g.X, g.W, g.b), (ones(2, 3), ones(3, 4), Array1::ones(4)));
}

#[test]
fn parts_of_a_gradient_have_the_lengths_of_their_parameters() {
    let (x, w, b) = (ones(2, 3), ones(3, 4), Array1::ones(4));
    let (_, mut pullback) = dense::vjp(&x, &w, &b).unwrap();
    let mut g = dense::Gradient {
        X: ones(2, 3),
        W: ones(3, 4),
        b: Array1::ones(5),
    };
    let error = pullback.call_into(&ones(2, 4), &mut g).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length);
    let text = error.to_string();
    assert!(
        text.starts_with("dense: axis 0 of ") && text.contains("`b` has length 5"),
        "{text}"
    );
    assert!(pullback.accumulate(&ones(2, 4), &mut g).is_err());
    assert_eq!((g.X, g.W, g.b), (ones(2, 3), ones(3, 4), Array1::ones(5)));

    let mut g = square::Gradient { x: array![7.0] };
    let mut workspace = square::Workspace::default();
    assert!(square::value_and_grad_in(&array![1.0, 2.0], &mut workspace, &mut g).is_err());
    assert_eq!(g.x, array![7.0]);
}

#[test]
fn extremes_of_nothing_are_errors() {
    let nothing = ones(2, 0);
    let error = largest(&nothing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Empty);
    assert_eq!(
        error.to_string(),
        "largest: `max` over `j` in the equation of `y` has no elements: its range is empty"
    );
    let (mut y, mut at) = (array![7.0, 7.0], array![7, 7]);
    assert!(largest::into(&nothing, &mut y, &mut at).is_err());
    assert_eq!((&y, &at), (&array![7.0, 7.0], &array![7, 7]));
    let mut y = array![7.0, 7.0];
    assert_eq!(
        extremes::into(&nothing, &mut y).unwrap_err().kind(),
        ErrorKind::Empty
    );
    assert_eq!(y, array![7.0, 7.0]);
}

#[test]
fn a_constant_position_lies_inside() {
    let (mut z, mut s) = (array![7.0, 7.0], 7.0);
    let (x, y) = (array![1.0, 2.0, 3.0], array![1.0, 2.0]);
    let text = "last: `x` is read at position 3 of axis 0, which has length 3";
    fails(last(&x, &y), ErrorKind::Range, text);
    fails(last::into(&x, &y, &mut z, &mut s), ErrorKind::Range, text);
    assert_eq!((z, s), (array![7.0, 7.0], 7.0));
    assert_eq!(last(&array![1.0, 2.0, 3.0, 4.0], &y).unwrap().1, 4.0);
}

#[test]
fn a_given_length_agrees_with_the_axes() {
    let text = "weights: dimension `c` is given as 3 but is 2 in `x` (axis 0)";
    fails(weights(&array![1.0, 2.0], 3), ErrorKind::Length, text);
    fails(weights::vjp(&array![1.0, 2.0], 3), ErrorKind::Length, text);
    assert_eq!(weights(&array![1.0, 2.0], 2).unwrap(), array![2.0, 4.0]);
}

#[test]
fn a_tensor_beyond_memory_is_an_error() {
    let all = usize::MAX;
    for (n, m) in [
        (1 << 40, 1 << 40),
        (all, 1),
        (1, all),
        (all, all),
        (all, 2),
        (isize::MAX as usize, 1),
        (1 << 61, 1),
    ] {
        let error = grid(1.0, n, m).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overflow, "{n} x {m}");
        let text = match n.max(m) {
            long if long > isize::MAX as usize => {
                let name = if n == long { "n" } else { "m" };
                format!("grid: dimension `{name}` is given as {long}, and no tensor is so long")
            }
            _ => "grid: `Y` would have more elements than memory can hold".to_string(),
        };
        assert_eq!(error.to_string(), text);
        assert_eq!(
            grid::vjp(1.0f32, n, m).unwrap_err().kind(),
            ErrorKind::Overflow,
            "{n} x {m}"
        );
    }
    let error = one_hot::<f64>(&array![1], all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overflow);
}

#[test]
fn nothing_times_a_length_beyond_memory_does_not_panic() {
    for (n, m) in [(0, usize::MAX), (usize::MAX, 0), (0, 1 << 62)] {
        match grid(1.0, n, m) {
            Ok(y) => assert_eq!(y.dim(), (n, m)),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Overflow),
        }
        let _ = grid::vjp(1.0, n, m).map(|(y, pullback)| pullback.call(&y).unwrap().a);
    }
    assert_eq!(grid(1.0, 0, 5).unwrap().dim(), (0, 5));
    assert_eq!(one_hot::<f64>(&array![], 5).unwrap().dim(), (0, 5));
}

#[test]
fn arguments_that_repeat_one_element_make_a_result_beyond_memory() {
    let one = 1.0;
    let one = aview0(&one);
    let long = |n: usize| one.broadcast(n).unwrap();
    let (u, v) = (long(1 << 40), long(1 << 40));
    assert_eq!(outer(&u, &v).unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!(outer::vjp(&u, &v).unwrap_err().kind(), ErrorKind::Overflow);
    let mut s = 7.0;
    assert_eq!(
        outer_through::into(&u, &v, &mut s).unwrap_err().kind(),
        ErrorKind::Overflow
    );
    assert_eq!(s, 7.0);
}

#[test]
fn an_error_after_the_first_result_leaves_all_results() {
    let (mut y, mut s) = (array![7.0, 7.0], 7.0);
    let text = "several: dimension `n` is 2 in `x` (axis 0) but 3 in `c` (axis 0)";
    fails(
        several::into(&array![1.0, 2.0], &array![1.0, 2.0, 3.0], &mut y, &mut s),
        ErrorKind::Length,
        text,
    );
    assert_eq!((y, s), (array![7.0, 7.0], 7.0));
}

#[test]
fn errors_are_errors_that_travel() {
    fn travels<E: std::error::Error + Send + Sync + 'static>(
        error: E,
    ) -> Box<dyn std::error::Error + Send + Sync> {
        Box::new(error)
    }
    let error = square(&Array1::<f64>::zeros(0))
        .and_then(|_| weights(&array![1.0], 2))
        .unwrap_err();
    let copy = error.clone();
    assert_eq!(copy, error);
    assert_eq!(error.kind(), ErrorKind::Length);
    let text = error.to_string();
    assert!(format!("{error:?}").contains(&text));
    assert_eq!(travels(error).to_string(), text);
}
