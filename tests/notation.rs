//! Where sums go, and what else a line of equations means: each value beside the same by hand.

#![allow(non_snake_case)] // arrays have the names of the parameters

use einstan::einstan;
use ndarray::{Array1, Array2, array};

einstan! {
    // Every line of the table.
    pub fn added_once(X[n, m], W[m, l], b[l]) -> Y[n, l] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    pub fn outer_product(A[m], X[n, m], W[m, l], V[m, l]) -> Y[n, l] { Y[i,j] = A[k]*(X[i,k]*W[k,j] + V[k,j]); }
    pub fn inside_exp(X[n, m], W[m, l]) -> Y[n, l] { Y[i,j] = exp(X[i,k]*W[k,j]); }
    pub fn outside_exp(X[n, m], W[m, l], V[m]) -> Y[n, l] { Y[i,j] = exp(X[i,k]*W[k,j])*V[k]; }
    pub fn one_sum(A[n, m], B[m, l], C[m]) -> Y[n, l] { Y[i,j] = A[i,k]*B[k,j]*C[k]; }
    pub fn distances(X[n, m], Y[l, m]) -> D[n, l] { D[i,j] = sum[k]((X[i,k] - Y[j,k])^2); }

    // Factors.
    pub fn quotient(a[n], b[n]) -> s { s = a[i]/b[i]; }
    pub fn quotient_of_sums(X[n, m], w[m], v[m]) -> y[n] { y[i] = X[i,k]*w[k]/v[k]; }
    pub fn quotient_by_a_sum(X[n, m], w[m]) -> y[n] { y[i] = X[i,k]*w[k]/sum[l](w[l]); }
    pub fn by_a_product(a[n], b[n], c) -> s { s = c/(a[i]*b[i]); }
    pub fn powers(a[n], b[n]) -> (s, t) { s = a[i]^2*b[i]; t = (a[i]*b[i])^2; }
    pub fn indices(S[n], w) -> s { s = S[x]*cos(w*x); }
    pub fn moments(p[n]) -> (m, v) { m = p[i]*i; v = p[i]*(i - m)^2; }
    pub fn choices(a[n], b[n]) -> s { s = a[i]*(if b[i] > 0 { b[i] } else { 1 }); }
    pub fn weights(a[n], b[n]) -> s { s = softmax[i](a[i])*b[i]; }
    pub fn attention(Q[n, d], K[m, d], V[m, d]) -> O[n, d] { O[i,c] = softmax[j](Q[i,e]*K[j,e])*V[j,c]; }
    pub fn reduced_factor(X[n, m], v[n]) -> s { s = max[j](X[i,j])*v[i]; }
    pub fn comparison(a[n], b[n]) -> s { s = a[i]*(b[i] > 0); }
    pub fn negated(a[n], b[n]) -> (s, t) { s = -a[i]*b[i]; t = a[i]*-b[i]; }
    pub fn difference(a[n], b[n], c[n]) -> s { s = a[i]*b[i] - a[i]*c[i]; }
    pub fn calls(a[n], b[n]) -> s { s = pow(a[i], 2)*max(b[i], 0); }
    pub fn nested(A[n, m], B[m, l], C[l, n]) -> s { s = A[i,j]*(B[j,k]*C[k,i]); }
    pub fn matrix_chain(A[n, m], B[m, l], C[l, p]) -> Y[n, p] { Y[i,j] = A[i,k]*(B[k,l]*C[l,j]); }
    pub fn inner_sum_in_a_sum(A[n, m], B[m], c[n]) -> y[n] { y[i] = c[i]*(c[i] + A[i,k]*B[k]); }
    pub fn twice_the_same(a[n]) -> s { s = a[i]*a[i]; }
    pub fn kept(a[n], b[n]) -> y[n] { y[i] = a[i]*b[i]; }
    pub fn elementwise(A[n, m], B[n, m]) -> y[n] { y[i] = A[i,k]*B[i,k]; }

    // Reductions and the names of their indices.
    pub fn rebound(Y[n, c]) -> P[n, c] { P[i,c] = exp(Y[i,c])/sum[c](exp(Y[i,c])); }
    pub fn rebound_twice(x[n]) -> y[n] { y[i] = x[i] - mean[i](x[i]) + max[i](x[i])*sum[i](x[i]); }
    pub fn unused_index(x[n], y[m]) -> z[n] { z[i] = x[i]*sum[j](1 + 0*y[j]); }
    pub fn no_product(x[n]) -> s { s = sum[i](x[i]) * prod[i](x[i]); }
    pub fn several(X[n, m]) -> (a, b) { a = mean[i,j](X[i,j]); b = logsumexp[j,i](X[i,j]); }
    pub fn reductions_nest(X[n, m]) -> s { s = max[i](sum[j](X[i,j]^2)); }

    // Addends, left-hand sides, positions.
    pub fn broadcast(a[n], b[m], c) -> Y[n, m] { Y[i,j] = a[i] + b[j] + c; }
    pub fn repeated(x[n], Z[n, m]) -> Y[n, m] { Y[i,j] = x[i] + 0*Z[i,j]; }
    pub fn declared(x[n], dim m) -> Y[n, m] { Y[i,j] = x[i]; }
    pub fn transposed(A[n, m]) -> B[m, n] { B[j,i] = A[i,j]; }
    pub fn trace(A[n, n]) -> (t, d[n]) { t = sum[i](A[i,i]); d[i] = A[i,i]; }
    pub fn diagonal_product(A[n, n], b[n]) -> s { s = A[i,i]*b[i]; }
    pub fn column(X[n, 3]) -> (y[n], s) { y[i] = X[i,0]*X[i,2]; s = X[0,1]; }
    pub fn symmetric(A[n, n]) -> B[n, n] { B[i,j] = (A[i,j] + A[j,i])/2; }
    pub fn identity(x[n]) -> I[n, n] { I[i,j] = (i == j)*1 + 0*x[i]*x[j]; }
    pub fn constant_result(x[n]) -> (a, b) { a = 2*pi; b = x[0]*len(n); }
}

fn cases() -> (Array2<f64>, Array2<f64>, Array1<f64>, Array1<f64>) {
    let X = array![[1.0, -2.0, 0.5], [0.25, 1.5, -1.0]];
    let W = array![[0.5, 1.0], [-1.0, 2.0], [0.75, -0.5]];
    (X, W, array![0.5, -1.0, 2.0], array![1.0, 2.0])
}

#[track_caller]
fn near<'a>(found: impl IntoIterator<Item = &'a f64>, expected: impl IntoIterator<Item = f64>) {
    let (f, e): (Vec<f64>, Vec<f64>) = (
        found.into_iter().copied().collect(),
        expected.into_iter().collect(),
    );
    let same = f.len() == e.len()
        && f.iter()
            .zip(&e)
            .all(|(f, e)| (f - e).abs() <= 1e-12 * e.abs().max(1.0));
    assert!(same, "{f:?} is not {e:?}");
}

/// The elements of a matrix by a formula.
fn each(n: usize, m: usize, f: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..n * m).map(|at| f(at / m, at % m)).collect()
}

fn total(n: usize, f: impl Fn(usize) -> f64) -> f64 {
    (0..n).map(f).sum()
}

#[test]
fn an_addend_without_the_index_is_added_once() {
    let (X, W, _, b) = cases();
    let expected = each(2, 2, |i, j| total(3, |k| X[[i, k]] * W[[k, j]]) + b[j]);
    near(&added_once(&X, &W, &b).unwrap(), expected);
}

#[test]
fn a_sum_goes_to_the_outermost_product() {
    let (X, W, A, _) = cases();
    let expected = each(2, 2, |i, j| {
        total(3, |k| A[k] * (X[[i, k]] * W[[k, j]] + W[[k, j]]))
    });
    near(&outer_product(&A, &X, &W, &W).unwrap(), expected);
    let expected = each(2, 2, |i, j| {
        total(3, |k| (X[[i, k]] * W[[k, j]]).exp() * A[k])
    });
    near(&outside_exp(&X, &W, &A).unwrap(), expected);
    let expected = each(2, 2, |i, j| total(3, |k| X[[i, k]] * W[[k, j]]).exp());
    near(&inside_exp(&X, &W).unwrap(), expected);
    let expected = each(2, 2, |i, j| total(3, |k| X[[i, k]] * W[[k, j]] * A[k]));
    near(&one_sum(&X, &W, &A).unwrap(), expected);
    let expected = each(2, 2, |i, j| total(3, |k| (X[[i, k]] - W[[k, j]]).powi(2)));
    near(&distances(&X, &W.t()).unwrap(), expected);
}

#[test]
fn a_quotient_is_a_product() {
    let (X, _, a, _) = cases();
    let b = array![2.0, 4.0, -8.0];
    near([&quotient(&a, &b).unwrap()], [0.25 - 0.25 - 0.25]);
    let expected = (0..2).map(|i| total(3, |k| X[[i, k]] * a[k] / b[k]));
    near(&quotient_of_sums(&X, &a, &b).unwrap(), expected);
    let expected = (0..2).map(|i| total(3, |k| X[[i, k]] * a[k]) / 1.5);
    near(&quotient_by_a_sum(&X, &a).unwrap(), expected);
    // One factor, `1/(..)`, with a sum inside.
    near(
        [&by_a_product(&a, &b, 3.0).unwrap()],
        [3.0 / (1.0 - 4.0 - 16.0)],
    );
}

#[test]
fn what_is_one_factor_mentions_its_indices() {
    let (X, W, a, _) = cases();
    let b = array![2.0, -4.0, 1.0];
    let (s, t) = powers(&a, &b).unwrap();
    near([&s, &t], [0.5 - 4.0 + 4.0, (1.0f64 + 4.0 + 2.0).powi(2)]);
    near(
        [&indices(&a, 0.5).unwrap()],
        [total(3, |x| a[x] * (0.5 * x as f64).cos())],
    );
    let (m, v) = moments(&array![0.25, 0.25, 0.5]).unwrap();
    near(
        [&m, &v],
        [1.25, 0.25 * 1.5625 + 0.25 * 0.0625 + 0.5 * 0.5625],
    );
    near([&choices(&a, &b).unwrap()], [1.0 - 1.0 + 2.0]);
    let e = a.mapv(f64::exp);
    near([&weights(&a, &b).unwrap()], [(&e * &b).sum() / e.sum()]);
    near(
        [&reduced_factor(&X, &array![2.0, 3.0]).unwrap()],
        [2.0 + 4.5],
    );
    near([&comparison(&a, &b).unwrap()], [2.5]);
    let (s, t) = negated(&a, &b).unwrap();
    near([&s, &t], [-7.0, -7.0]);
    near([&difference(&a, &b, &a).unwrap()], [7.0 - 5.25]);
    near([&calls(&a, &b).unwrap()], [0.5 + 4.0]);
    let _ = W;
}

#[test]
fn attention_in_one_line() {
    let (X, W, ..) = cases();
    let K = W.t();
    let scores = X.dot(&W);
    let p = scores.mapv(f64::exp);
    let expected = each(2, 3, |i, c| {
        total(2, |j| p[[i, j]] * K[[j, c]]) / p.row(i).sum()
    });
    near(&attention(&X, &K, &K).unwrap(), expected);
}

#[test]
fn sums_stand_in_sums() {
    let (X, W, a, _) = cases();
    let C = array![[1.0, 0.5], [2.0, -1.0]];
    near(
        [&nested(&X, &W, &C).unwrap()],
        [(X.dot(&W).dot(&C)).diag().sum()],
    );
    near(&matrix_chain(&X, &W, &C).unwrap(), X.dot(&W).dot(&C));
    let c = array![2.0, -1.0];
    let expected = (0..2).map(|i| c[i] * (c[i] + total(3, |k| X[[i, k]] * a[k])));
    near(&inner_sum_in_a_sum(&X, &a, &c).unwrap(), expected);
    near([&twice_the_same(&a).unwrap()], [5.25]);
    near(&kept(&a, &a).unwrap(), [0.25, 1.0, 4.0]);
    near(&elementwise(&X, &X).unwrap(), [5.25, 0.0625 + 2.25 + 1.0]);
}

#[test]
fn a_reduction_may_bind_an_index_again() {
    let (X, _, a, _) = cases();
    let e = X.mapv(f64::exp);
    near(
        &rebound(&X).unwrap(),
        each(2, 3, |i, c| e[[i, c]] / e.row(i).sum()),
    );
    near(&rebound_twice(&a).unwrap(), a.mapv(|x| x - 0.5 + 2.0 * 1.5));
    near(&unused_index(&a, &array![1.0, 1.0]).unwrap(), &a * 2.0);
    near([&no_product(&a).unwrap()], [-1.5]);
    let (m, l) = several(&X).unwrap();
    near([&m, &l], [0.25 / 6.0, e.sum().ln()]);
    near([&reductions_nest(&X).unwrap()], [5.25]);
}

#[test]
fn an_addend_that_lacks_a_left_index_is_repeated_along_it() {
    let (_, _, a, b) = cases();
    near(
        &broadcast(&a, &b, 10.0).unwrap(),
        each(3, 2, |i, j| a[i] + b[j] + 10.0),
    );
    near(
        &repeated(&a, &Array2::zeros((3, 2))).unwrap(),
        each(3, 2, |i, _| a[i]),
    );
    near(&declared(&a, 2).unwrap(), each(3, 2, |i, _| a[i]));
    let (_, pullback) = broadcast::vjp(&a, &b, 10.0).unwrap();
    let g = pullback.call(&Array2::ones((3, 2))).unwrap();
    assert_eq!(
        (g.a, g.b, g.c),
        (array![2.0, 2.0, 2.0], array![3.0, 3.0], 6.0)
    );
}

#[test]
fn axes_are_known_by_their_positions() {
    let (X, ..) = cases();
    assert_eq!(transposed(&X).unwrap(), X.t());
    let A = array![[1.0, 2.0], [3.0, 4.0]];
    assert_eq!(trace(&A), Ok((5.0, array![1.0, 4.0])));
    let (_, pullback) = trace::vjp(&A).unwrap();
    assert_eq!(
        pullback.call(10.0, &array![1.0, 2.0]).unwrap().A,
        array![[11.0, 0.0], [0.0, 12.0]]
    );
    let (s, g) = diagonal_product::value_and_grad(&A, &array![5.0, 6.0]).unwrap();
    assert_eq!(
        (s, g.A, g.b),
        (29.0, array![[5.0, 0.0], [0.0, 6.0]], array![1.0, 4.0])
    );
    assert_eq!(symmetric(&A), Ok(array![[1.0, 2.5], [2.5, 4.0]]));
    assert_eq!(
        identity(&array![7.0, 8.0]),
        Ok(array![[1.0, 0.0], [0.0, 1.0]])
    );
}

#[test]
fn constant_positions_read_one_element() {
    let (X, ..) = cases();
    assert_eq!(column(&X), Ok((array![0.5, -0.25], -2.0)));
    let (_, pullback) = column::vjp(&X).unwrap();
    let g = pullback.call(&array![1.0, 2.0], 3.0).unwrap().X;
    assert_eq!(g, array![[0.5, 3.0, 1.0], [-2.0, 0.0, 0.5]]);
    let x = array![3.0, 4.0];
    let ((a, b), pullback) = constant_result::vjp(&x).unwrap();
    assert_eq!((a, b), (std::f64::consts::TAU, 6.0));
    assert_eq!(pullback.call(5.0, 1.0).unwrap().x, array![2.0, 0.0]);
}
