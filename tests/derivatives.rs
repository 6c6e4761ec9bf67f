//! `jvp`, `hvp` and `jacobian`: their types, their values beside what is known, their errors.

use einstan::{Error, ErrorKind, einstan};
use ndarray::{Array1, Array2, Array3, Array4, ArrayD, array};

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i,j] = X[i,k]*W[k,j] + b[j];
    }
    pub fn two(x[n], a, const c[n]) -> (y[n], s) {
        y[i] = a*x[i]^2 + c[i];
        s = sum[i](y[i]) * a;
    }
    pub fn with_integers(x[n]) -> (at: usize, v[n]) {
        at = argmax[i](x[i]);
        v[i] = 2*x[i];
    }
    pub fn quadratic(x[n], A[n, n]) -> s { s = x[i]*A[i,j]*x[j]; }
    pub fn corners(x[n]) -> s {
        s = sum[i](relu(x[i])^2 + abs(x[i])^3 + (if x[i] > 0 { 1/x[i] } else { 0 })) + max[i](x[i])^2;
    }
    pub fn root(x) -> s { s = sqrt(x)*x^2; }
    pub fn large(X[a, b, c, d]) -> Y[a, b, c, d] { Y[i,j,k,l] = X[i,j,k,l]^2; }
    pub fn constant(x[n], t[n]: usize) -> (y[n], k[n]) { y[i] = x[i]; k[i] = t[i]*1; }
}

#[test]
fn the_types_are_those_of_the_language() -> Result<(), Error> {
    let (x, w, b) = (
        array![[1.0, 2.0]],
        array![[1.0, 0.0], [3.0, -1.0]],
        array![0.5, 0.5],
    );
    let t = dense::Tangent {
        X: array![[1.0, 0.0]],
        W: Array2::zeros((2, 2)),
        b: array![0.0, 1.0],
    };
    let both: (Array2<f64>, Array2<f64>) = dense::jvp(&x, &w, &b, &t)?;
    assert_eq!(both, (array![[7.5, -1.5]], array![[1.0, 1.0]]));
    let jacobian: dense::Jacobian<f64> = dense::jacobian(&x, &w, &b)?;
    let (by_x, by_b): (&Array4<f64>, &Array3<f64>) = (&jacobian.Y.X, &jacobian.Y.b);
    assert_eq!(
        (by_x[[0, 1, 0, 1]], by_b[[0, 1, 1]], by_b[[0, 0, 1]]),
        (-1.0, 1.0, 0.0)
    );
    assert_eq!(jacobian.Y.W[[0, 1, 1, 1]], 2.0);
    let h: quadratic::Gradient<f32> = quadratic::hvp(
        &array![1.0f32, 2.0],
        &array![[1.0, 2.0], [0.0, 3.0]],
        &quadratic::Tangent {
            x: array![1.0, 0.0],
            A: Array2::zeros((2, 2)),
        },
    )?;
    // (A + Aᵀ) t, and t xᵀ + x tᵀ.
    assert_eq!(h.x, array![2.0, 2.0]);
    assert_eq!(h.A, array![[2.0, 2.0], [2.0, 0.0]]);
    let by: ArrayD<f64> = large::jacobian(&Array4::from_elem((1, 2, 1, 2), 3.0))?.Y.X;
    assert_eq!(by.shape(), [1, 2, 1, 2, 1, 2, 1, 2]);
    assert_eq!(by[[0, 1, 0, 1, 0, 1, 0, 1].as_slice()], 6.0);
    assert_eq!(by.sum(), 4.0 * 6.0);
    Ok(())
}

#[test]
fn several_results_and_scalars() {
    let (x, c) = (array![1.0, 2.0], array![5.0, 5.0]);
    let t = two::Tangent {
        x: array![1.0, 0.0],
        a: 1.0,
    };
    let ((y, s), (dy, ds)) = two::jvp(&x, 3.0, &c, &t).unwrap();
    assert_eq!((y, s), (array![8.0, 17.0], 75.0));
    assert_eq!((dy, ds), (array![7.0, 4.0], 33.0 + 25.0));
    let j = two::jacobian(&x, 3.0, &c).unwrap();
    let by_a: f64 = j.s.a;
    assert_eq!(
        (by_a, j.y.a, j.s.x),
        (25.0 + 15.0, array![1.0, 4.0], array![18.0, 36.0])
    );
    assert_eq!(j.y.x, array![[6.0, 0.0], [0.0, 12.0]]);
}

#[test]
fn integers_have_no_tangent() {
    let t = with_integers::Tangent {
        x: array![1.0, 2.0],
    };
    let ((at, v), (dv,)) = with_integers::jvp(&array![3.0, 1.0], &t).unwrap();
    assert_eq!((at, v, dv), (0, array![6.0, 2.0], array![2.0, 4.0]));
    let t = constant::Tangent { x: array![1.0] };
    let (_, (dy, dk)) = constant::jvp(&array![3.0], &array![7], &t).unwrap();
    assert_eq!((dy, dk), (array![1.0], array![0.0]));
    let j = constant::jacobian(&array![3.0], &array![7]).unwrap();
    assert_eq!((j.y.x, j.k.x), (array![[1.0]], array![[0.0]]));
}

#[test]
fn second_derivatives_at_corners_are_finite() {
    let t = corners::Tangent {
        x: array![1.0, 1.0, 1.0],
    };
    let h = corners::hvp(&array![0.0, -2.0, 0.5], &t).unwrap();
    // relu² has 2 where x > 0, |x|³ has 6 |x|, 1/x has 2/x³, the square of the largest has 2.
    assert_eq!(h.x, array![0.0, 12.0, 2.0 + 3.0 + 16.0 + 2.0]);
    let h = root::hvp(4.0, &root::Tangent { x: 1.0 }).unwrap();
    // x^2.5 has 3.75 x^0.5.
    assert!((h.x - 7.5f64).abs() < 1e-12);
}

#[test]
fn a_direction_of_other_lengths_is_an_error() {
    let t = quadratic::Tangent {
        x: array![1.0, 2.0, 3.0],
        A: Array2::zeros((2, 2)),
    };
    let (x, a) = (array![1.0, 2.0], Array2::ones((2, 2)));
    let error = quadratic::hvp(&x, &a, &t).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length);
    assert_eq!(
        error.to_string(),
        "quadratic: axis 0 of the tangent of `x` has length 3, but `x` has 2"
    );
    assert!(quadratic::jvp(&x, &a, &t).is_err());
}

/// Jacobians times vectors, contracted on the side by which is differentiated: what a jvp says, and through an intermediate.
#[test]
fn jacobians_times_vectors() {
    let (x, v) = (array![0.3, -0.8, 0.5], array![1.0, 0.5, -2.0]);
    let w = array![[0.1, -0.4, 0.7], [0.9, 0.2, -0.3], [0.5, 0.6, -0.1]];
    let (y, t, u, s) = tangents::along(&x, &w, &v).unwrap();
    let direction = tangents::value::Tangent {
        x: v.clone(),
        W: Array2::zeros((3, 3)),
    };
    let (value, tangent) = tangents::value::jvp(&x, &w, &direction).unwrap();
    let close = |a: &Array1<f64>, b: &Array1<f64>| {
        assert!(
            a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12),
            "{a} is not {b}"
        );
    };
    close(&y, &value);
    close(&t, &tangent);
    // y depends on x through h, and beside it.
    let through = tangents::value::jacobian(&x, &w).unwrap().y.x.dot(&v) - &beside(&x, &w, &v);
    close(&u, &through);
    assert!((s - v.dot(&t)).abs() < 1e-12);
}

/// What y changes by where h is held: softmax(W h) v.
fn beside(x: &Array1<f64>, w: &Array2<f64>, v: &Array1<f64>) -> Array1<f64> {
    let e = w.dot(&w.dot(x).mapv(f64::tanh)).mapv(f64::exp);
    let sum = e.sum();
    e / sum * v
}

mod tangents {
    einstan::einstan! {
        pub fn value(x[n], W[n, n]) -> y[n] {
            h[i] = tanh(W[i,k]*x[k]);
            y[i] = softmax[i](W[i,k]*h[k]) * x[i];
        }
        pub fn along(x[n], W[n, n], v[n]) -> (y[n], t[n], u[n], s) {
            h[i] = tanh(W[i,k]*x[k]);
            y[i] = softmax[i](W[i,k]*h[k]) * x[i];
            t[i] = d(y[i])/d(x[k]) * v[k];
            u[i] = d(y[i])/d(h[a]) * d(h[a])/d(x[k]) * v[k];
            s = v[i] * d(y[i])/d(x[k]) * v[k];
        }
    }
}

#[test]
fn axes_without_elements() {
    let (x, a) = (Array1::<f64>::zeros(0), Array2::zeros((0, 0)));
    let t = quadratic::Gradient::zeros_like(&x, &a);
    assert_eq!(quadratic::jvp(&x, &a, &t).unwrap(), (0.0, 0.0));
    assert_eq!(quadratic::hvp(&x, &a, &t).unwrap().x.len(), 0);
    assert_eq!(quadratic::jacobian(&x, &a).unwrap().s.A.shape(), [0, 0]);
}

einstan! {
    pub fn factors(x[n]) -> s { s = prod[i](x[i]); }
    pub fn factors_of_two(X[n, m]) -> s { s = prod[i,j](X[i,j]) + sum[i](prod[j](X[i,j])); }
    pub fn curvature(x[n]) -> H[n, n] {
        s = prod[i](x[i]);
        g[i] = d(s)/d(x[i]);
        H[i,j] = d(g[i])/d(x[j]);
    }
    pub fn third(x[n]) -> T[n, n, n] {
        s = prod[i](x[i]);
        g[i] = d(s)/d(x[i]);
        H[i,j] = d(g[i])/d(x[j]);
        T[i,j,k] = d(H[i,j])/d(x[k]);
    }
}

/// The derivatives of x y z by two of them are the third one, whichever is zero.
#[test]
fn second_derivatives_of_products_with_zeros() {
    for x in [
        [0.0, 2.0, 3.0],
        [0.0, 0.0, 3.0],
        [0.0, 0.0, 0.0],
        [2.0, 3.0, 5.0],
    ] {
        let [a, b, c] = x;
        let hessian = array![[0.0, c, b], [c, 0.0, a], [b, a, 0.0]];
        let x = Array1::from_iter(x);
        assert_eq!(curvature(&x).unwrap(), hessian);
        let direction = array![1.0, 10.0, 100.0];
        let h = factors::hvp(
            &x,
            &factors::Tangent {
                x: direction.clone(),
            },
        )
        .unwrap();
        assert_eq!(h.x, hessian.dot(&direction));
        let third = third(&x).unwrap();
        for ((i, j, k), t) in third.indexed_iter() {
            let different = i != j && j != k && i != k;
            assert_eq!(*t, f64::from(u8::from(different)));
        }
    }
    let x = array![[0.0, 2.0], [3.0, 0.0]];
    let t = factors_of_two::Tangent {
        X: array![[1.0, 10.0], [100.0, 1000.0]],
    };
    // By the first of the four and the last: 2 * 3. By the two of a row: 1.
    let h = factors_of_two::hvp(&x, &t).unwrap();
    assert_eq!(
        h.X,
        array![[6.0 * 1000.0 + 10.0, 1.0], [1000.0, 6.0 + 100.0]]
    );
}
