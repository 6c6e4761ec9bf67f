//! Equations between whole tensors, in one invocation.

use einstan::einstan;
use ndarray::{Array1, Array2, array};

einstan! {
    fn swish(x) = x * sigmoid(x);

    /// Calls what stands below it.
    pub fn network(X[n, m], W1[m, h], b1[h], W2[h, k]) -> (P[n, k], E) {
        Y1 = dense(X, W1, b1);
        H = swish(Y1);
        (Y2, _) = scaled(H, W2, 0.5, len(n));
        P = soft(Y2);
        E = entropy(P);
    }

    pub fn by_hand(X[n, m], W1[m, h], b1[h], W2[h, k]) -> (P[n, k], E) {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H[i,j] = swish(Y1[i,j]);
        Y2[i,j] = 0.5 * H[i,k] * W2[k,j] + len(n);
        P[i,j] = softmax[j](Y2[i,j]);
        E = -sum[i,j](P[i,j] * ln(P[i,j])) / len(n);
    }

    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i,j] = X[i,k] * W[k,j] + b[j];
    }

    pub fn scaled(X[n, m], W[m, k], a, dim c) -> (Y[n, k], s) {
        Y[i,j] = a * X[i,k] * W[k,j] + len(c);
        s = sum[i,j](X[i,j]);
    }

    pub fn soft(A[n, m]) -> P[n, m] {
        P[i,j] = softmax[j](A[i,j]);
    }

    pub fn entropy(P[n, m]) -> E {
        L = ln(P);
        E = -(P[i,j] * L[i,j]) / len(n);
    }

    pub fn energy(X[n, m], W1[m, h], b1[h], W2[h, k]) -> E {
        (_, E) = network(X, W1, b1, W2);
    }

    pub fn energy_by_hand(X[n, m], W1[m, h], b1[h], W2[h, k]) -> E {
        (_, E) = by_hand(X, W1, b1, W2);
    }

    pub fn weighted(x[n], const t[n]) -> s {
        s = x[i] * t[i];
    }

    /// The second use of `x` is held constant.
    pub fn half(x[n]) -> s {
        s = weighted(x, x);
    }

    /// A copy of a tensor and one that is held constant are two.
    pub fn copied(x[n]) -> (s, u[n]) {
        u[i] = x[i];
        s = weighted(u, x);
    }

    pub fn fixed(R[3, 3], x[3]) -> y[3] {
        y[i] = R[i,j] * x[j];
    }

    /// The lengths are compared when it is entered.
    pub fn rotated(R[n, n], x[n]) -> y[n] {
        y = fixed(R, x);
    }

    pub fn single(x[n]: f32) -> y[n] {
        y = tanh(x);
    }

    /// Its element type is that of the function that it calls.
    pub fn calls_single(x[n]) -> s {
        y = single(x);
        s = sum[i](y[i]);
    }

    pub fn largest(x[n]) -> k: usize {
        k = argmax[i](x[i]);
    }

    pub fn position(X[n, m]) -> k: usize {
        r[i] = sum[j](X[i,j]);
        k = largest(r);
    }

    pub fn elementwise(A[n, m], s) -> (H[n, m], G[n, m], q) {
        H = max(A, s);
        G = pow(H, 2);
        q = tanh(s);
    }

    /// Jacobians cross calls of the same invocation.
    pub fn chain(x[n]) -> g[n] {
        (y, z) = twice(x);
        g[j] = d(z)/d(y[i]) * d(y[i])/d(x[j]);
    }

    pub fn twice(x[n]) -> (y[n], z) {
        y[i] = x[i]^2;
        z = sum[i](y[i]^2);
    }
}

fn arguments() -> (Array2<f64>, Array2<f64>, Array1<f64>, Array2<f64>) {
    let at = |i: usize, j: usize, s: f64| ((i * 7 + j * 3) as f64 * s).sin();
    (
        Array2::from_shape_fn((3, 4), |(i, j)| at(i, j, 0.31)),
        Array2::from_shape_fn((4, 5), |(i, j)| at(i, j, 0.47)),
        Array1::from_shape_fn(5, |i| at(i, 1, 0.29)),
        Array2::from_shape_fn((5, 2), |(i, j)| at(i, j, 0.61)),
    )
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + a.abs())
}

#[test]
fn calls_are_what_they_call() {
    let (x, w1, b1, w2) = arguments();
    let (p, e) = network(&x, &w1, &b1, &w2).unwrap();
    let (q, f) = by_hand(&x, &w1, &b1, &w2).unwrap();
    assert!(p.iter().zip(&q).all(|(a, b)| close(*a, *b)));
    assert!(close(e, f));
}

#[test]
fn derivatives_flow_through_calls() {
    let (x, w1, b1, w2) = arguments();
    let g = energy::grad(&x, &w1, &b1, &w2).unwrap();
    let h = energy_by_hand::grad(&x, &w1, &b1, &w2).unwrap();
    for ((name, a), (_, b)) in g.iter().zip(h.iter()) {
        assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b)), "{name}");
    }
    let t = energy::Tangent {
        X: x.clone(),
        W1: w1.clone(),
        b1: b1.clone(),
        W2: w2.clone(),
    };
    let u = energy_by_hand::Tangent {
        X: x.clone(),
        W1: w1.clone(),
        b1: b1.clone(),
        W2: w2.clone(),
    };
    let (_, a) = energy::jvp(&x, &w1, &b1, &w2, &t).unwrap();
    let (_, b) = energy_by_hand::jvp(&x, &w1, &b1, &w2, &u).unwrap();
    assert!(close(a, b));
    let g = energy::hvp(&x, &w1, &b1, &w2, &t).unwrap();
    let h = energy_by_hand::hvp(&x, &w1, &b1, &w2, &u).unwrap();
    for ((name, a), (_, b)) in g.iter().zip(h.iter()) {
        assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b)), "{name}");
    }
}

#[test]
fn a_constant_parameter_stops_the_derivative() {
    let x = array![1.0, 2.0, 3.0];
    let (s, g) = half::value_and_grad(&x).unwrap();
    assert_eq!(s, 14.0);
    assert_eq!(g.x, x);
    let (_, pullback) = copied::vjp(&x).unwrap();
    assert_eq!(pullback.call(1.0, &array![0.0, 0.0, 0.0]).unwrap().x, x);
    let hessian = half::hvp(&x, &half::Tangent { x: x.clone() }).unwrap();
    assert_eq!(hessian.x, array![0.0, 0.0, 0.0]);
}

#[test]
fn lengths_are_compared_when_it_is_entered() {
    let r = Array2::<f64>::eye(3);
    assert_eq!(
        rotated(&r, &array![1.0, 2.0, 3.0]).unwrap(),
        array![1.0, 2.0, 3.0]
    );
    let error = rotated(&Array2::<f64>::eye(2), &array![1.0, 2.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rotated: axis 0 of `R` has length 2 where 3 is needed"
    );
}

#[test]
fn elements_are_those_of_what_is_called() {
    let s: f32 = calls_single(&array![0.5f32, 1.0]).unwrap();
    assert!((s - (0.5f32.tanh() + 1f32.tanh())).abs() < 1e-6);
    assert_eq!(
        position(&array![[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]).unwrap(),
        1
    );
}

#[test]
fn scalar_functions_work_element_by_element() {
    let (h, g, q) = elementwise(&array![[1.0, -2.0]], 0.5).unwrap();
    assert_eq!(h, array![[1.0, 0.5]]);
    assert_eq!(g, array![[1.0, 0.25]]);
    assert!(close(q, 0.5f64.tanh()));
}

#[test]
fn jacobians_cross_calls() {
    let g = chain(&array![1.0, 2.0, -1.0]).unwrap();
    assert_eq!(g, array![4.0, 32.0, -4.0]);
}

#[test]
fn short_forms_see_tensors_without_indices() {
    let a = array![0.5, 1.0];
    #[allow(non_snake_case)]
    let A = &a;
    let y = einstan!(H = exp(A); Y[i] = H[i] * A[i]).unwrap();
    assert!(close(y[0], 0.5 * 0.5f64.exp()));
    assert!(close(y[1], 1f64.exp()));
}
