//! The rules of numbers: NaN, infinities, ties, empty reductions, whole numbers, stability.

use einstan::{Float, einstan};
use ndarray::{Array1, Array2, array, s};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

einstan! {
    pub fn elementwise(x[n], y[n]) -> (a[n], b[n], c[n], d[n], e[n]) {
        a[i] = max(x[i], y[i]);
        b[i] = min(x[i], y[i]);
        c[i] = relu(x[i]);
        d[i] = abs(x[i]);
        e[i] = sign(x[i]);
    }
    pub fn reductions(X[n, m]) -> (a[n], b[n], c[n], d[n], e[n], f[n]) {
        a[i] = max[j](X[i,j]);
        b[i] = min[j](X[i,j]);
        c[i] = sum[j](X[i,j]);
        d[i] = prod[j](X[i,j]);
        e[i] = mean[j](X[i,j]);
        f[i] = logsumexp[j](X[i,j]);
    }
    pub fn nothing_to_reduce(X[n, m]) -> (a[n], b[n], d[n], e[n], f[n]) {
        a[i] = sum[j](X[i,j]);
        b[i] = prod[j](X[i,j]);
        d[i] = logsumexp[j](X[i,j]);
        e[i] = 1 + mean[j](X[i,j]^2);
        f[i] = 2*logsumexp[j](X[i,j]) + prod[j](X[i,j]);
    }
    pub fn places(X[n, m]) -> (a[n]: usize, b[n]: usize) { a[i] = argmax[j](X[i,j]); b[i] = argmin[j](X[i,j]); }
    pub fn compare(x[n], y[n]) -> C[n, 6] {
        C[i,k] = if k == 0 { (x[i] < y[i]) } else if k == 1 { (x[i] <= y[i]) } else if k == 2 { (x[i] > y[i]) }
            else if k == 3 { (x[i] >= y[i]) } else if k == 4 { (x[i] == y[i]) } else { (x[i] != y[i]) };
    }
    pub fn powers(x[n]) -> (a[n], b[n], c[n], d[n], e[n], f[n]) {
        a[i] = x[i]^2;
        b[i] = x[i]^3;
        c[i] = x[i]^0;
        d[i] = x[i]^-1;
        e[i] = x[i]^0.5;
        f[i] = x[i]^-2;
    }
    pub fn square(x[n]) -> y[n] { y[i] = x[i]^2; }
    pub fn cube(x[n]) -> y[n] { y[i] = x[i]^3; }
    pub fn zeroth(x[n]) -> y[n] { y[i] = x[i]^0; }
    pub fn first(x[n]) -> y[n] { y[i] = x[i]^1; }
    pub fn inverse(x[n]) -> y[n] { y[i] = x[i]^-1; }
    pub fn guarded_root(x[n]) -> y[n] { y[i] = if x[i] > 0 { sqrt(x[i]) } else { 0 }; }
    pub fn log_sum(x[n]) -> s { s = logsumexp[i](x[i]); }
    pub fn log_sums(X[n, m]) -> s[n] { s[i] = logsumexp[j](X[i,j]); }
    pub fn lazy(x[n]) -> (a[n], b[n]) {
        a[i] = if x[i] > 0 && 1/x[i] < 1 { x[i] } else { 0 };
        b[i] = if x[i] <= 0 || ln(x[i]) < 0 { 1 } else { x[i] };
    }
    pub fn power(x[n], y[n]) -> (a[n], b[n]) { a[i] = x[i]^y[i]; b[i] = pow(x[i], y[i]); }
    pub fn product(x[n]) -> p { p = prod[i](x[i]); }
    pub fn products(X[n, m]) -> p[n] { p[i] = prod[j](X[i,j] + 1); }
    pub fn soft(x[n]) -> (p[n], l[n], s) {
        p[i] = softmax[i](x[i]);
        l[i] = log_softmax[i](x[i]);
        s = logsumexp[i](x[i]);
    }
    pub fn smooth(x[n]) -> (a[n], b[n], c[n], d[n], e[n], f[n]) {
        a[i] = sigmoid(x[i]);
        b[i] = softplus(x[i]);
        c[i] = silu(x[i]);
        d[i] = gelu(x[i]);
        e[i] = tanh(x[i]);
        f[i] = erf(x[i]);
    }
    pub fn roots(x[n]) -> (a[n], b[n]) { a[i] = sqrt(x[i]); b[i] = if x[i] > 0 { sqrt(x[i]) } else { 0 }; }
    pub fn rounding(x[n]) -> (a[n], b[n], c[n], d[n]) {
        a[i] = round(x[i]);
        b[i] = floor(x[i]);
        c[i] = ceil(x[i]);
        d[i] = sign(x[i]);
    }
    pub fn angle(y[n], x[n]) -> a[n] { a[i] = atan2(y[i], x[i]); }
    pub fn guarded(x[n], y[n]) -> z[n] {
        z[i] = if x[i] > 0 && ln(x[i]) > y[i] { ln(x[i])/y[i] } else if x[i] == 0 { y[i] } else { x[i]*y[i]/2 };
    }
    pub fn masked(X[n, n], v[n]) -> y[n] {
        P[i,j] = softmax[j](if j <= i { X[i,j] } else { -inf });
        y[i] = P[i,j]*v[j];
    }
    pub fn extreme_of_ties(X[n, m]) -> (a, b[n]) { a = max[i,j](X[i,j]); b[i] = min[j](X[i,j]); }
}

#[track_caller]
fn same(found: impl IntoIterator<Item = f64>, expected: &[f64]) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        let near = f == e || f.is_nan() && e.is_nan() || (f - e).abs() <= 1e-12 * e.abs().max(1e-3);
        assert!(near, "{found:?} is not {expected:?}");
    }
}

#[test]
fn nan_goes_through_elementwise_functions() {
    let (x, y) = (array![NAN, 1.0, NAN, -1.0], array![1.0, NAN, NAN, 2.0]);
    let (a, b, c, d, e) = elementwise(&x, &y).unwrap();
    same(a, &[NAN, NAN, NAN, 2.0]);
    same(b, &[NAN, NAN, NAN, -1.0]);
    same(c, &[NAN, 1.0, NAN, 0.0]);
    same(d, &[NAN, 1.0, NAN, 1.0]);
    same(e, &[NAN, 1.0, NAN, -1.0]);
}

/// NaN at every place of rows of every length that a vector may have.
#[test]
fn nan_goes_through_reductions_wherever_it_stands() {
    fn run<T: Float>(nan: T) {
        for m in [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 130] {
            for at in 0..m {
                let mut x = Array2::from_shape_fn((2, m), |(_, j)| {
                    T::from(j as f32 * 0.01 - 0.06).unwrap()
                });
                x[[0, at]] = nan;
                for x in [
                    x.clone(),
                    x.t().as_standard_layout().to_owned().reversed_axes(),
                ] {
                    let (a, b, c, d, e, f) = reductions(&x).unwrap();
                    for (k, r) in [a, b, c, d, e, f].into_iter().enumerate() {
                        assert!(
                            r[0].is_nan() && !r[1].is_nan(),
                            "reduction {k} of {m}, NaN at {at}: {r}"
                        );
                    }
                    let (a, b) = places(&x).unwrap();
                    assert_eq!(
                        (a[0], b[0], a[1], b[1]),
                        (at, at, m - 1, 0),
                        "{m}, NaN at {at}"
                    );
                }
                let (p, l, s) = soft(&x.row(0)).unwrap();
                assert!(s.is_nan() && p.iter().chain(&l).all(|v| v.is_nan()));
            }
        }
    }
    run(f64::NAN);
    run(f32::NAN);
    run(-f64::NAN);
    run(-f32::NAN);
}

#[test]
fn comparisons_with_nan_are_false_but_one() {
    let c = compare(
        &array![NAN, 1.0, NAN, 1.0, 2.0],
        &array![1.0, NAN, NAN, 1.0, 1.0],
    )
    .unwrap();
    for i in 0..3 {
        same(c.row(i).to_owned(), &[0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }
    same(c.row(3).to_owned(), &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    same(c.row(4).to_owned(), &[0.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
}

#[test]
fn reductions_of_nothing() {
    for n in [1, 5] {
        let (a, b, d, e, f) = nothing_to_reduce(&Array2::<f64>::zeros((n, 0))).unwrap();
        same(a, &vec![0.0; n]);
        same(b, &vec![1.0; n]);
        same(d, &vec![-INF; n]);
        same(e, &vec![NAN; n]);
        same(f, &vec![-INF; n]);
    }
    let x = Array2::<f32>::zeros((3, 0));
    let ((a, b, ..), pullback) = nothing_to_reduce::vjp(&x).unwrap();
    let g = pullback.call(&a, &b, &a, &a, &a).unwrap();
    assert_eq!(g.X.dim(), (3, 0));
    assert_eq!(product(&Array1::<f64>::zeros(0)), Ok(1.0));
    let (p, l, s) = soft(&Array1::<f64>::zeros(0)).unwrap();
    assert_eq!((p.len(), l.len(), s), (0, 0, -INF));
}

#[test]
fn ties_share_a_derivative() {
    let (x, y) = (array![1.0, 2.0, -1.0, 0.0], array![1.0, 0.0, 3.0, 0.0]);
    let (_, pullback) = elementwise::vjp(&x, &y).unwrap();
    let (one, zero) = (Array1::ones(4), Array1::zeros(4));
    let max = pullback.call(&one, &zero, &zero, &zero, &zero).unwrap();
    same(max.x, &[0.5, 1.0, 0.0, 0.5]);
    same(max.y, &[0.5, 0.0, 1.0, 0.5]);
    let min = pullback.call(&zero, &one, &zero, &zero, &zero).unwrap();
    same(min.x, &[0.5, 0.0, 1.0, 0.5]);
    same(min.y, &[0.5, 1.0, 0.0, 0.5]);
    let x = array![[3.0, 1.0, 3.0, 3.0], [0.0, 0.0, 1.0, 0.0]];
    let (_, pullback) = extreme_of_ties::vjp(&x).unwrap();
    let g = pullback.call(3.0, &array![0.0, 6.0]).unwrap();
    assert_eq!(g.X, array![[1.0, 0.0, 1.0, 1.0], [2.0, 2.0, 0.0, 2.0]]);
}

#[test]
fn relu_and_abs_have_no_derivative_at_zero() {
    let x = array![-1.0, 0.0, -0.0, 2.0];
    let (one, zero) = (Array1::ones(4), Array1::zeros(4));
    let (_, pullback) = elementwise::vjp(&x, &zero).unwrap();
    same(
        pullback.call(&zero, &zero, &one, &zero, &zero).unwrap().x,
        &[0.0, 0.0, 0.0, 1.0],
    );
    same(
        pullback.call(&zero, &zero, &zero, &one, &zero).unwrap().x,
        &[-1.0, 0.0, 0.0, 1.0],
    );
    same(
        pullback.call(&zero, &zero, &zero, &zero, &one).unwrap().x,
        &[0.0; 4],
    );
}

#[test]
fn whole_powers_of_negative_numbers() {
    let x = array![-2.0, 0.0, 3.0, NAN, -INF];
    let (a, b, c, d, e, f) = powers(&x).unwrap();
    same(a, &[4.0, 0.0, 9.0, NAN, INF]);
    same(b, &[-8.0, 0.0, 27.0, NAN, -INF]);
    same(c, &[1.0; 5]);
    same(d, &[-0.5, INF, 1.0 / 3.0, NAN, 0.0]);
    same(e.slice(s![..4]).to_owned(), &[NAN, 0.0, 3f64.sqrt(), NAN]);
    same(f, &[0.25, INF, 1.0 / 9.0, NAN, 0.0]);
    let (x, y) = (
        array![-2.0, -2.0, 0.0, 2.0, 0.0],
        array![3.0, 0.5, 0.0, -1.0, 2.0],
    );
    let (a, b) = power(&x, &y).unwrap();
    same(a, &[-8.0, NAN, 1.0, 0.5, 0.0]);
    same(b, &[-8.0, NAN, 1.0, 0.5, 0.0]);
}

#[test]
fn derivatives_of_whole_powers() {
    let x = array![-2.0, 0.0, 3.0];
    let one = Array1::ones(3);
    same(
        square::vjp(&x).unwrap().1.call(&one).unwrap().x,
        &[-4.0, 0.0, 6.0],
    );
    same(
        cube::vjp(&x).unwrap().1.call(&one).unwrap().x,
        &[12.0, 0.0, 27.0],
    );
    same(zeroth::vjp(&x).unwrap().1.call(&one).unwrap().x, &[0.0; 3]);
    same(first::vjp(&x).unwrap().1.call(&one).unwrap().x, &[1.0; 3]);
    same(
        inverse::vjp(&array![-2.0, 4.0])
            .unwrap()
            .1
            .call(&array![1.0, 1.0])
            .unwrap()
            .x,
        &[-0.25, -0.0625],
    );
    same(zeroth(&array![0.0, NAN, INF]).unwrap(), &[1.0; 3]);
    same(
        zeroth::vjp(&array![0.0, NAN, INF])
            .unwrap()
            .1
            .call(&one)
            .unwrap()
            .x,
        &[0.0; 3],
    );
}

#[test]
fn the_derivative_of_a_product_is_right_where_factors_are_zero() {
    same(
        product::grad(&array![2.0, 3.0, 5.0]).unwrap().x,
        &[15.0, 10.0, 6.0],
    );
    same(
        product::grad(&array![2.0, 0.0, 5.0]).unwrap().x,
        &[0.0, 10.0, 0.0],
    );
    same(
        product::grad(&array![0.0, 3.0, 0.0]).unwrap().x,
        &[0.0, 0.0, 0.0],
    );
    same(product::grad(&array![0.0]).unwrap().x, &[1.0]);
    same(product::grad(&Array1::<f64>::zeros(0)).unwrap().x, &[]);
    let x = array![[1.0, -1.0, 2.0], [-1.0, -1.0, 1.0], [0.0, 1.0, 2.0]];
    let (p, pullback) = products::vjp(&x).unwrap();
    same(p, &[0.0, 0.0, 6.0]);
    let g = pullback.call(&array![1.0, 1.0, 2.0]).unwrap().X;
    assert_eq!(
        g,
        array![[0.0, 6.0, 0.0], [0.0, 0.0, 0.0], [12.0, 6.0, 4.0]]
    );
    // Long rows, one zero at every place.
    for n in [1, 5, 16, 17, 40] {
        for at in 0..n {
            let x = Array1::from_shape_fn(n, |i| if i == at { 0.0 } else { 1.5 });
            let g = product::grad(&x).unwrap().x;
            let expected: Vec<f64> = (0..n)
                .map(|i| {
                    if i == at {
                        1.5f64.powi(n as i32 - 1)
                    } else {
                        0.0
                    }
                })
                .collect();
            same(g, &expected);
        }
    }
}

#[test]
fn sums_of_exponentials_are_stable() {
    let (p, l, s) = soft(&array![1000.0, 1000.0, -1000.0]).unwrap();
    same(p, &[0.5, 0.5, 0.0]);
    same(l, &[-(2f64.ln()), -(2f64.ln()), -2000.0 - 2f64.ln()]);
    assert_eq!(s, 1000.0 + 2f64.ln());
    let (p, _, s) = soft(&array![-1e300, -1e300]).unwrap();
    same(p, &[0.5, 0.5]);
    assert_eq!(s, -1e300);
    let (p, l, _) = soft(&array![80f32, -80.0, 100.0]).unwrap();
    assert!(p.iter().chain(&l).all(|v| v.is_finite()));
    let x = array![-INF, 0.0, -INF];
    let ((p, l, s), pullback) = soft::vjp(&x).unwrap();
    same(p, &[0.0, 1.0, 0.0]);
    same(l, &[-INF, 0.0, -INF]);
    assert_eq!(s, 0.0);
    let zero = Array1::zeros(3);
    same(
        pullback.call(&array![1.0, 2.0, 3.0], &zero, 0.0).unwrap().x,
        &[0.0, 0.0, 0.0],
    );
    same(
        pullback.call(&zero, &zero, 1.0).unwrap().x,
        &[0.0, 1.0, 0.0],
    );
}

#[test]
fn sums_of_exponentials_of_infinities() {
    let x = array![-INF, -INF];
    let (s, g) = log_sum::value_and_grad(&x).unwrap();
    assert_eq!(s, -INF);
    same(g.x, &[0.0, 0.0]);
    let (p, l, s) = soft(&x).unwrap();
    same(p, &[NAN, NAN]);
    same(l, &[NAN, NAN]);
    assert_eq!(s, -INF);
    assert_eq!(log_sum(&array![INF, 1.0]), Ok(INF));
    let y = array![[1.0, 2.0], [-INF, -INF], [3.0, -INF]];
    let (s, pullback) = log_sums::vjp(&y).unwrap();
    same(s, &[2.0 + (1.0 + (-1f64).exp()).ln(), -INF, 3.0]);
    let g = pullback.call(&array![0.0, 5.0, 2.0]).unwrap().X;
    assert_eq!(g, array![[0.0, 0.0], [0.0, 0.0], [2.0, 0.0]]);
}

#[test]
fn smooth_functions_far_out() {
    let x = array![-1e4, -50.0, 0.0, 50.0, 1e4, INF, -INF];
    let (a, b, c, d, e, f) = smooth(&x).unwrap();
    same(a, &[0.0, (-50f64).exp(), 0.5, 1.0, 1.0, 1.0, 0.0]);
    same(b, &[0.0, (-50f64).exp(), 2f64.ln(), 50.0, 1e4, INF, 0.0]);
    same(
        c.slice(s![..6]).to_owned(),
        &[0.0, -50.0 * (-50f64).exp(), 0.0, 50.0, 1e4, INF],
    );
    same(
        d.slice(s![..6]).to_owned(),
        &[0.0, 0.0, 0.0, 50.0, 1e4, INF],
    );
    same(e, &[-1.0, -1.0, 0.0, 1.0, 1.0, 1.0, -1.0]);
    same(f, &[-1.0, -1.0, 0.0, 1.0, 1.0, 1.0, -1.0]);
    let x = array![-1e4, -50.0, 0.0, 50.0, 1e4];
    let (_, pullback) = smooth::vjp(&x).unwrap();
    let one = Array1::ones(5);
    let g = pullback.call(&one, &one, &one, &one, &one, &one).unwrap().x;
    assert!(g.iter().all(|g: &f64| g.is_finite()), "{g}");
    let x = array![f32::MIN, -100.0, 100.0, f32::MAX];
    let (_, pullback) = smooth::vjp(&x).unwrap();
    let one = Array1::<f32>::ones(4);
    let g = pullback.call(&one, &one, &one, &one, &one, &one).unwrap().x;
    assert!(g.iter().all(|g: &f32| g.is_finite()), "{g}");
}

#[test]
fn the_root_at_zero() {
    let x = array![0.0, 4.0, -1.0];
    let ((a, b), pullback) = roots::vjp(&x).unwrap();
    same(a, &[0.0, 2.0, NAN]);
    same(b, &[0.0, 2.0, 0.0]);
    // Only the guarded one: 0 * infinity is NaN, as arithmetic has it.
    let g = pullback
        .call(&array![0.0, 0.0, 0.0], &array![1.0, 1.0, 1.0])
        .unwrap()
        .x;
    assert!(g[0].is_nan() && g[2].is_nan());
    assert_eq!(g[1], 0.25);
    let g = pullback
        .call(&array![1.0, 1.0, 0.0], &array![0.0, 0.0, 0.0])
        .unwrap()
        .x;
    assert_eq!(g[0], INF);
    same(
        guarded_root::vjp(&x)
            .unwrap()
            .1
            .call(&array![1.0, 1.0, 1.0])
            .unwrap()
            .x,
        &[0.0, 0.25, 0.0],
    );
}

#[test]
fn a_branch_that_is_not_taken_leaks_nothing() {
    let (x, y) = (
        array![0.0, -1.0, 1.0, 4.0, NAN, 0.0],
        array![2.0, 3.0, 0.0, 0.5, 1.0, INF],
    );
    let (z, pullback) = guarded::vjp(&x, &y).unwrap();
    same(z, &[2.0, -1.5, 0.0, 4f64.ln() / 0.5, NAN, INF]);
    let g = pullback.call(&Array1::ones(6)).unwrap();
    same(g.x, &[0.0, 1.5, 0.0, 0.5, 0.5, 0.0]);
    same(g.y, &[1.0, -0.5, 0.5, -4f64.ln() / 0.25, NAN, 1.0]);
    // A causal mask: what is masked may be anything.
    let x = array![[1.0, NAN, INF], [1.0, 1.0, NAN], [0.0, 0.0, 0.0]];
    let v = array![1.0, 3.0, 5.0];
    let (y, pullback) = masked::vjp(&x, &v).unwrap();
    same(y, &[1.0, 2.0, 3.0]);
    let g = pullback.call(&array![1.0, 1.0, 1.0]).unwrap();
    same(g.v, &[1.0 + 0.5 + 1.0 / 3.0, 0.5 + 1.0 / 3.0, 1.0 / 3.0]);
    same(g.X.row(0).to_owned(), &[0.0, 0.0, 0.0]);
    same(g.X.row(1).to_owned(), &[-0.5, 0.5, 0.0]);
}

#[test]
fn the_right_side_of_and_and_or_is_a_branch() {
    let x = array![0.0, 2.0, -1.0];
    let ((a, b), pullback) = lazy::vjp(&x).unwrap();
    same(a, &[0.0, 2.0, 0.0]);
    same(b, &[1.0, 2.0, 1.0]);
    let g = pullback
        .call(&Array1::ones(3), &Array1::zeros(3))
        .unwrap()
        .x;
    same(g, &[0.0, 1.0, 0.0]);
}

#[test]
fn rounding_takes_halves_to_even() {
    let x = array![0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 1e300, -2.7];
    let ((a, b, c, d), pullback) = rounding::vjp(&x).unwrap();
    same(a, &[0.0, 2.0, 2.0, 0.0, -2.0, 0.0, 1e300, -3.0]);
    same(b, &[0.0, 1.0, 2.0, -1.0, -2.0, 0.0, 1e300, -3.0]);
    same(c, &[1.0, 2.0, 3.0, 0.0, -1.0, 1.0, 1e300, -2.0]);
    same(d, &[1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0]);
    let one = Array1::ones(8);
    same(pullback.call(&one, &one, &one, &one).unwrap().x, &[0.0; 8]);
    let x = array![0.5f32, 1.5, 2.5, -2.5, 8388609.0, 0.0];
    let (a, _, _, d) = rounding(&x).unwrap();
    assert_eq!(
        (a, d[5]),
        (array![0.0, 2.0, 2.0, -2.0, 8388609.0, 0.0], 0.0)
    );
}

#[test]
fn the_angle_of_a_point() {
    let (y, x) = (
        array![1.0, -1.0, 0.0, 0.0, 1.0, -0.0],
        array![0.0, -1.0, -1.0, 1.0, 1.0, -1.0],
    );
    let (a, pullback) = angle::vjp(&y, &x).unwrap();
    let pi = std::f64::consts::PI;
    same(a, &[pi / 2.0, -3.0 * pi / 4.0, pi, 0.0, pi / 4.0, -pi]);
    let g = pullback.call(&Array1::ones(6)).unwrap();
    same(g.y, &[0.0, -0.5, -1.0, 1.0, 0.5, -1.0]);
    same(g.x, &[-1.0, 0.5, 0.0, 0.0, -0.5, 0.0]);
}

#[test]
fn the_first_of_equals_is_the_place() {
    let x = array![
        [1.0, 3.0, 3.0, 1.0],
        [2.0, 2.0, 2.0, 2.0],
        [-INF, -INF, -INF, INF],
        [NAN, 1.0, NAN, 0.0]
    ];
    let (a, b) = places(&x).unwrap();
    assert_eq!((a, b), (array![1, 0, 3, 0], array![0, 0, 0, 0]));
    // Wherever two equals stand in a long row.
    for m in [2, 9, 16, 33, 100] {
        for first in 0..m - 1 {
            let x =
                Array2::from_shape_fn(
                    (1, m),
                    |(_, j)| if j == first || j == m - 1 { 1f32 } else { 0.0 },
                );
            let (a, b) = places(&x).unwrap();
            let low = (0..m).find(|&j| x[[0, j]] == 0.0).unwrap_or(0);
            assert_eq!((a[0], b[0]), (first, low));
        }
    }
}
