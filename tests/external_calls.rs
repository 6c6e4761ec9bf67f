//! Equations that call functions of other invocations, modules and scopes.

use einstan::einstan;
use ndarray::{Array1, Array2, Array3, array};

mod nn {
    pub mod layers {
        einstan::einstan! {
            pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
                Y[i,j] = X[i,k] * W[k,j] + b[j];
            }

            pub fn softmax(A[n, m]) -> P[n, m] {
                P[i,j] = softmax[j](A[i,j]);
            }

            /// Two results, a number and a length.
            pub fn scaled(X[n, m], a, dim c) -> (Y[n, m], s) {
                Y[i,j] = a * X[i,j]^2 + len(c) * X[i,j];
                s = sum[i,j](X[i,j]^3);
            }
        }
    }

    einstan::einstan! {
        pub fn cross_entropy(const T[n, m], P[n, m]) -> E {
            E = -sum[i,j](T[i,j] * ln(P[i,j])) / len(n);
        }

        pub fn row_of_largest(X[n, m]) -> (k: usize, v) {
            r[i] = sum[j](X[i,j]);
            k = argmax[i](r[i]);
            v = max[i](r[i]);
        }

        pub fn single(x[n]: f32) -> y[n] {
            y[i] = tanh(x[i]);
        }
    }
}

use nn::layers::{self, dense};

// The two-layer network of calls; what it must be, embedded and in one piece.
einstan! {
    pub fn network(X[n, m], W1[m, h], b1[h], W2[h, k], b2[k], const T[n, k]) -> E {
        Y1 = dense(X, W1, b1);
        H = tanh(Y1);
        Y2 = layers::dense(H, W2, b2);
        P = crate::nn::layers::softmax(Y2);
        E = self::nn::cross_entropy(T, P);
    }

    pub fn by_hand(X[n, m], W1[m, h], b1[h], W2[h, k], b2[k], const T[n, k]) -> E {
        H[i,j] = tanh(X[i,k] * W1[k,j] + b1[j]);
        P[i,j] = softmax[j](H[i,k] * W2[k,j] + b2[j]);
        E = -sum[i,j](T[i,j] * ln(P[i,j])) / len(n);
    }
}

einstan! {
    /// Results that are used with indices, one that is not wanted, and arguments of every kind.
    pub fn mixed(X[n, m], a) -> (Z[n, m], q) {
        (Y, _) = layers::scaled(X, 0.5, len(n));
        (U, s) = layers::scaled(X, a, 3);
        Z[i,j] = Y[i,j] * U[i,j] + s;
        q = sum[i,j](Z[i,j]^2);
    }

    pub fn mixed_by_hand(X[n, m], a) -> (Z[n, m], q) {
        Y[i,j] = 0.5 * X[i,j]^2 + len(n) * X[i,j];
        U[i,j] = a * X[i,j]^2 + 3 * X[i,j];
        s = sum[i,j](X[i,j]^3);
        Z[i,j] = Y[i,j] * U[i,j] + s;
        q = sum[i,j](Z[i,j]^2);
    }

    pub fn energy(X[n, m], a) -> q {
        (_, q) = mixed(X, a);
    }

    pub fn energy_by_hand(X[n, m], a) -> q {
        (_, q) = mixed_by_hand(X, a);
    }

    /// The same tensor twice, and a result that another call takes.
    pub fn again(X[n, n]) -> (P[n, n], E) {
        P = layers::softmax(X);
        E = nn::cross_entropy(X, P);
    }

    pub fn again_by_hand(X[n, n]) -> (P[n, n], E) {
        P = soft(X);
        E = entropy(X, P);
    }
    fn soft(A[n, m]) -> P[n, m] { P[i,j] = softmax[j](A[i,j]); }
    fn entropy(const T[n, m], P[n, m]) -> E { E = -sum[i,j](T[i,j] * ln(P[i,j])) / len(n); }

    pub fn position(X[n, m]) -> (k: usize, w) {
        (k, v) = nn::row_of_largest(X);
        w = v^2;
    }

    pub fn single(x[n]: f32) -> s {
        y = nn::single(x);
        s = sum[i](y[i]);
    }

    pub fn declared(X[n, m], z[q]) -> (Y[n, q], s) {
        Y = layers::softmax(X);
        s = sum[j](z[j]);
    }

    pub fn named(X[n, m]) -> (Y[n, p], L) {
        Y = layers::softmax(X);
        L = len(p);
    }
}

fn numbers2(n: usize, m: usize, s: f64) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| ((i * 7 + j * 3 + 1) as f64 * s).sin())
}

fn numbers1(n: usize, s: f64) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| ((i * 5 + 2) as f64 * s).cos())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * (1.0 + a.abs())
}

/// Two functions of the same arguments have the same value and the same derivatives.
macro_rules! agree {
    ($f:ident, $g:ident, ($($x:expr),*), $t:expr, $u:expr) => {{
        let (e, g) = $f::value_and_grad($(&$x),*).unwrap();
        let (f, h) = $g::value_and_grad($(&$x),*).unwrap();
        assert!(close(e, f), "{e} {f}");
        for ((name, a), (_, b)) in g.iter().zip(h.iter()) {
            assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b)), "{name}: {a} {b}");
        }
        let ((a, da), (b, db)) = ($f::jvp($(&$x,)* &$t).unwrap(), $g::jvp($(&$x,)* &$u).unwrap());
        assert!(close(a, b) && close(da, db), "{da} {db}");
        let (g, h) = ($f::hvp($(&$x,)* &$t).unwrap(), $g::hvp($(&$x,)* &$u).unwrap());
        for ((name, a), (_, b)) in g.iter().zip(h.iter()) {
            assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b)), "hvp {name}: {a} {b}");
        }
    }};
}

mod looking_up {
    einstan::einstan! {
        pub fn lookup(x[n], t[n]: usize) -> z[n] { z[i] = x[t[i]]; }
    }
}

einstan! {
    /// Rows and zeros that no call needs stand behind a call that may fail.
    pub fn beside_a_call(x[n], t[n]: usize) -> (y[n], z[n], w[n]) {
        y[i] = 2*x[i];
        z = looking_up::lookup(x, t);
        w[t[i]] += x[i];
    }
    pub fn changed_beside_a_call(x[n], t[n]: usize, mut p[n]) -> z[n] {
        p[i] = 2*x[i];
        z = looking_up::lookup(x, t);
    }
}

#[test]
fn nothing_is_written_where_a_call_fails() {
    let (x, t) = (array![1.0, 2.0], array![0usize, 7]);
    let [mut y, mut z, mut w, mut p] = std::array::from_fn(|_| array![5.0, 5.0]);
    let failed = beside_a_call::into(&x, &t, &mut y, &mut z, &mut w).is_err();
    assert!(
        failed && [&y, &z, &w].iter().all(|a| **a == array![5.0, 5.0]),
        "{y} {z} {w}"
    );
    assert!(
        changed_beside_a_call(&x, &t, &mut p).is_err() && p == array![5.0, 5.0],
        "{p}"
    );
    beside_a_call::into(&x, &array![1usize, 0], &mut y, &mut z, &mut w).unwrap();
    assert_eq!(
        (y, z, w),
        (array![2.0, 4.0], array![2.0, 1.0], array![2.0, 1.0])
    );
}

#[test]
fn a_network_of_calls() {
    let (x, w1, b1) = (numbers2(3, 4, 0.3), numbers2(4, 5, 0.5), numbers1(5, 0.2));
    let (w2, b2, t) = (numbers2(5, 2, 0.7), numbers1(2, 0.4), numbers2(3, 2, 0.9));
    let d = network::Tangent {
        X: numbers2(3, 4, 1.3),
        W1: numbers2(4, 5, 1.5),
        b1: numbers1(5, 1.2),
        W2: numbers2(5, 2, 1.7),
        b2: numbers1(2, 1.4),
    };
    let e = by_hand::Tangent {
        X: d.X.clone(),
        W1: d.W1.clone(),
        b1: d.b1.clone(),
        W2: d.W2.clone(),
        b2: d.b2.clone(),
    };
    agree!(network, by_hand, (x, w1, b1, w2, b2, t), d, e);
    let (a, b) = (
        network::jacobian(&x, &w1, &b1, &w2, &b2, &t).unwrap(),
        by_hand::jacobian(&x, &w1, &b1, &w2, &b2, &t).unwrap(),
    );
    assert!(a.E.W1.iter().zip(&b.E.W1).all(|(a, b)| close(*a, *b)));
    assert!(a.E.b2.iter().zip(&b.E.b2).all(|(a, b)| close(*a, *b)));
}

#[test]
fn memory_is_kept_across_calls() {
    let (x, w1, b1) = (numbers2(3, 4, 0.3), numbers2(4, 5, 0.5), numbers1(5, 0.2));
    let (w2, b2, t) = (numbers2(5, 2, 0.7), numbers1(2, 0.4), numbers2(3, 2, 0.9));
    let mut workspace = network::Workspace::default();
    let mut g = network::Gradient::zeros_like(&x, &w1, &b1, &w2, &b2);
    for _ in 0..2 {
        let e = network::value_and_grad_in(&x, &w1, &b1, &w2, &b2, &t, &mut workspace, &mut g);
        let (f, h) = by_hand::value_and_grad(&x, &w1, &b1, &w2, &b2, &t).unwrap();
        assert!(close(e.unwrap(), f));
        assert!(g.W1.iter().zip(&h.W1).all(|(a, b)| close(*a, *b)));
    }
    fn sent<T: Send>(_: &T) {}
    sent(&workspace);
}

#[test]
fn arguments_and_results_of_every_kind() {
    let x = numbers2(3, 2, 0.4);
    let (z, q) = mixed(&x, 0.7).unwrap();
    let (y, p) = mixed_by_hand(&x, 0.7).unwrap();
    assert!(z.iter().zip(&y).all(|(a, b)| close(*a, *b)) && close(p, q));
    let (g, h) = (
        energy::grad(&x, 0.7).unwrap(),
        energy_by_hand::grad(&x, 0.7).unwrap(),
    );
    assert!(g.X.iter().zip(&h.X).all(|(a, b)| close(*a, *b)) && close(g.a, h.a));
    let d = energy::Tangent {
        X: numbers2(3, 2, 1.1),
        a: 0.3,
    };
    let e = energy_by_hand::Tangent {
        X: d.X.clone(),
        a: 0.3,
    };
    let (g, h) = (
        energy::hvp(&x, 0.7, &d).unwrap(),
        energy_by_hand::hvp(&x, 0.7, &e).unwrap(),
    );
    assert!(g.X.iter().zip(&h.X).all(|(a, b)| close(*a, *b)) && close(g.a, h.a));
    let (a, b) = (
        mixed::jacobian(&x, 0.7).unwrap(),
        mixed_by_hand::jacobian(&x, 0.7).unwrap(),
    );
    assert!(a.Z.X.iter().zip(&b.Z.X).all(|(a, b)| close(*a, *b)));
    assert!(a.q.a == b.q.a || close(a.q.a, b.q.a));
}

#[test]
fn results_that_calls_take() {
    let x = numbers2(3, 3, 0.4);
    let (p, e) = again(&x).unwrap();
    let (q, f) = again_by_hand(&x).unwrap();
    assert!(p.iter().zip(&q).all(|(a, b)| close(*a, *b)) && close(e, f));
    let (_, pullback) = again::vjp(&x).unwrap();
    let (_, other) = again_by_hand::vjp(&x).unwrap();
    let c = numbers2(3, 3, 2.1);
    let (g, h) = (
        pullback.call(&c, 0.4).unwrap(),
        other.call(&c, 0.4).unwrap(),
    );
    assert!(g.X.iter().zip(&h.X).all(|(a, b)| close(*a, *b)));
}

#[test]
fn integers_and_element_types() {
    let (k, w) = position(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
    assert_eq!((k, w), (1, 49.0));
    let g = position::vjp(&array![[1.0, 2.0], [3.0, 4.0]])
        .unwrap()
        .1
        .call(1.0)
        .unwrap();
    assert_eq!(g.X, array![[0.0, 0.0], [14.0, 14.0]]);
    let (s, g) = single::value_and_grad(&array![0.5f32]).unwrap();
    assert!((s - 0.5f32.tanh()).abs() < 1e-6);
    assert!((g.x[0] - (1.0 - 0.5f32.tanh().powi(2))).abs() < 1e-6);
}

#[test]
fn lengths_are_compared_when_it_is_entered() {
    let x = numbers2(3, 2, 0.4);
    assert!(declared(&x, &numbers1(2, 0.1)).is_ok());
    let error = declared(&x, &numbers1(4, 0.1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "declared: `layers::softmax` returns length 2 on axis 1 of `Y`, which is declared with 4"
    );
    let (y, l) = named(&x).unwrap();
    assert_eq!((y.dim(), l), ((3, 2), 2.0));
    let (w1, b1) = (numbers2(4, 5, 0.5), numbers1(5, 0.2));
    let (w2, b2, t) = (numbers2(6, 2, 0.7), numbers1(2, 0.4), numbers2(3, 2, 0.9));
    let x = numbers2(3, 4, 0.3);
    let mut out = 7.0;
    let error = network::into(&x, &w1, &b1, &w2, &b2, &t, &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "network: dimension `h` is 5 in `W1` (axis 1) but 6 in `W2` (axis 0)"
    );
    assert_eq!(out, 7.0);
}

#[test]
fn inside_of_a_body_and_inline() {
    einstan! {
        pub fn local(A[n, m, k]) -> B[n, m, k] {
            B[i,j,k] = 2 * A[i,j,k];
        }
    }
    einstan! {
        pub fn twice(A[n, m, k]) -> C[n, m, k] {
            B = local(A);
            C = local(B);
        }
    }
    let a = Array3::from_elem((1, 2, 3), 1.5);
    assert_eq!(twice(&a).unwrap(), &a * 4.0);
    #[allow(non_snake_case)]
    let (A, w) = (numbers2(2, 3, 0.3), numbers1(3, 0.2));
    let y = einstan!(B[i,j] = A[i,j]; P = layers::softmax(B); y[i] = P[i,j] * w[j]).unwrap();
    let p = layers::softmax(&A).unwrap();
    assert!(close(y[0], p.row(0).dot(&w)));
}

/// Results of which no use says that they are numbers, and lengths that an integer may not hold.
mod numbers {
    einstan::einstan! {
        pub fn norm(x[n]) -> s { s = x[i]*x[i]; }
        pub fn square(a) -> s { s = a*a; }
        pub fn scaled(k: u8, x) -> (s, y) { s = k*1; y = x; }
        pub fn largest(x[n]) -> k: usize { k = argmax[i](x[i]); }
        pub fn times(k: usize, x[n]) -> y[n] { y[i] = k*x[i]; }
    }
}

einstan! {
    pub fn quartic(x[n]) -> E { s = numbers::norm(x); E = numbers::square(s); }
    pub fn turned(x[n]) -> E { s = numbers::norm(x); r = sin(s); E = numbers::square(r); }
    pub fn picked(x[n]) -> y[n] { k = numbers::largest(x); y = numbers::times(k, x); }
    pub fn narrow(x[n]) -> (s, y) { (s, y) = numbers::scaled(len(n), 1); }
    pub fn embedded(x[n]) -> (s, y) { (s, y) = scaled(len(n), 1); }
    fn scaled(k: u8, x) -> (s, y) { s = k*1; y = x; }
}

#[test]
fn results_that_are_numbers_are_arguments() {
    let x = array![1.0, 2.0];
    assert_eq!(quartic(&x).unwrap(), 25.0);
    assert_eq!(quartic::grad(&x).unwrap().x, array![20.0, 40.0]);
    let h = quartic::hvp(
        &x,
        &quartic::Tangent {
            x: array![1.0, 0.0],
        },
    )
    .unwrap();
    assert_eq!(h.x, array![28.0, 16.0]);
    let g = turned::grad(&x).unwrap().x;
    let slope = 2.0 * 5f64.sin() * 5f64.cos();
    assert!((g[1] - slope * 4.0).abs() < 1e-12);
    assert_eq!(picked(&x).unwrap(), x);
}

#[test]
fn a_length_that_an_integer_does_not_hold_is_an_error() {
    let (short, long) = (Array1::<f64>::zeros(255), Array1::<f64>::zeros(256));
    assert_eq!(
        (narrow(&short).unwrap(), embedded(&short).unwrap()),
        ((255.0, 1.0), (255.0, 1.0))
    );
    for error in [narrow(&long).unwrap_err(), embedded(&long).unwrap_err()] {
        assert_eq!(error.kind(), einstan::ErrorKind::Range);
        let text = error.to_string();
        assert!(
            text.contains("256") && text.contains("`k`") && text.contains("`u8`"),
            "{text}"
        );
    }
}
