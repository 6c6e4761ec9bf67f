//! Parts of products that several choices need, at lengths that lead to each of the ways: computed once, by whoever comes
//! first, or read from the forward pass.

#![allow(non_snake_case)] // arrays have the names of the parameters

use einstan::einstan;
use ndarray::{Array2, Array3, Axis};

einstan! {
    pub fn chain(A[n, m], B[m, p], C[p, q]) -> Y[n, q] { Y[i,l] = A[i,j]*B[j,k]*C[k,l]; }
    pub fn twice(A[n, m], B[m, p], C[p, q]) -> (Y[n, q], s) {
        Y[i,l] = A[i,j]*B[j,k]*C[k,l];
        s = sum[i,l](tanh(A[i,j]*B[j,k]*C[k,l]/len(p)));
    }
    pub fn bilinear(A[n, k], W[o, k, l], B[n, l]) -> Y[n, o] { Y[i,o] = A[i,k]*W[o,k,l]*B[i,l]; }
    pub fn same(A[n, n], B[n, n]) -> Y[n, n] { Y[i,l] = A[i,j]*B[j,k]*A[k,l]; }
    pub fn turned(A[n, n], B[n, n]) -> Y[n, n] { Y[i,l] = A[j,i]*B[j,k]*A[l,k]; }
    pub fn mixed(W[3], X[n, r], Z[n, p]) -> Y[r, 3, p] {
        Y[k,a,b] = W[a] + X[i,k]*Z[i,a]*Z[i,b];
    }
    pub fn power(S0[n, m], B[m, p], C[p, m]) -> S[4, n, m] {
        S[t,i,l] = if t > 0 { S[t-1,i,j]*B[j,k]*C[k,l] } else { S0[i,l] };
    }
    pub fn stepped(mut A[n, m], B[m, p], C[p, q]) -> (Y[n, q], Z[n, q]) {
        Y[i,l] = A[i,j]*B[j,k]*C[k,l];
        A[i,j] += 1;
        Z[i,l] = A[i,j]*B[j,k]*C[k,l];
    }
}

fn numbers(n: usize, m: usize, seed: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, m), |(i, j)| {
        ((i * 37 + j * 11 + seed * 5) % 17) as f64 * 0.125 - 1.0
    })
}

fn near(found: &Array2<f64>, right: &Array2<f64>) {
    let off = (found - right).mapv(f64::abs);
    let most = right.iter().fold(1.0, |a: f64, x| a.max(x.abs()));
    assert!(off.iter().all(|&x| x <= 1e-12 * most), "{found} {right}");
}

fn near_all<const N: usize>(found: [&Array2<f64>; N], right: [Array2<f64>; N]) {
    found.into_iter().zip(&right).for_each(|(f, r)| near(f, r));
}

/// Those of the product of three matrices.
fn gradients(
    a: &Array2<f64>,
    b: &Array2<f64>,
    c: &Array2<f64>,
    dy: &Array2<f64>,
) -> [Array2<f64>; 3] {
    [
        dy.dot(&b.dot(c).t()),
        a.t().dot(dy).dot(&c.t()),
        a.dot(b).t().dot(dy),
    ]
}

/// Lengths of which each makes another order the cheapest one.
const LENGTHS: [[usize; 4]; 7] = [
    [60, 3, 50, 2],
    [3, 60, 2, 50],
    [40, 40, 40, 40],
    [2, 70, 3, 60],
    [70, 60, 2, 3],
    [1, 1, 1, 1],
    [30, 1, 40, 1],
];

#[test]
fn chains_of_all_shapes_have_their_gradients() {
    for [n, m, p, q] in LENGTHS {
        let (a, b, c) = (numbers(n, m, 1), numbers(m, p, 2), numbers(p, q, 3));
        let (y, back) = chain::vjp(&a, &b, &c).unwrap();
        near(&y, &a.dot(&b).dot(&c));
        // Each call of the pullback computes what it needs anew.
        for seed in [4, 5] {
            let dy = numbers(n, q, seed);
            let g = back.call(&dy).unwrap();
            near_all([&g.A, &g.B, &g.C], gradients(&a, &b, &c, &dy));
        }
    }
}

#[test]
fn kept_memory_may_be_of_other_lengths_and_another_way() {
    let mut work = chain::Workspace::default();
    for [n, m, p, q] in LENGTHS {
        let (a, b, c) = (numbers(n, m, 1), numbers(m, p, 2), numbers(p, q, 3));
        let dy = numbers(n, q, 4);
        let mut gradient = chain::Gradient::zeros_like(&a, &b, &c);
        let mut y = Array2::zeros((n, q));
        let mut back = chain::vjp_in(&a, &b, &c, &mut work, &mut y).unwrap();
        back.call_into(&dy, &mut gradient).unwrap();
        let found = [&gradient.A, &gradient.B, &gradient.C];
        near_all(found, gradients(&a, &b, &c, &dy));
    }
}

#[test]
fn the_same_product_in_two_equations() {
    for [n, m, p, q] in LENGTHS {
        let (a, b, c) = (numbers(n, m, 1), numbers(m, p, 2), numbers(p, q, 3));
        let ((y, s), back) = twice::vjp(&a, &b, &c).unwrap();
        let right = a.dot(&b).dot(&c);
        near(&y, &right);
        let scaled = right.mapv(|x| (x / p as f64).tanh());
        assert!((s - scaled.sum()).abs() < 1e-10);
        let dy = numbers(n, q, 4);
        let g = back.call(&dy, 2.0).unwrap();
        let all = &dy + &scaled.mapv(|t| 2.0 * (1.0 - t * t) / p as f64);
        near_all([&g.A, &g.B, &g.C], gradients(&a, &b, &c, &all));
    }
}

#[test]
fn bilinear_forms_of_all_shapes_have_their_gradients() {
    for [n, k, o, l] in LENGTHS {
        let (a, b) = (numbers(n, k, 1), numbers(n, l, 2));
        let w = Array3::from_shape_fn((o, k, l), |(o, k, l)| {
            ((o * 7 + k * 3 + l) % 5) as f64 - 2.0
        });
        let (y, back) = bilinear::vjp(&a, &w, &b).unwrap();
        let dy = numbers(n, o, 3);
        let (mut right, mut da, mut db) = (
            Array2::zeros((n, o)),
            Array2::zeros((n, k)),
            Array2::zeros((n, l)),
        );
        let mut dw = Array3::<f64>::zeros((o, k, l));
        for i in 0..n {
            for ((o, k, l), &w) in w.indexed_iter() {
                right[[i, o]] += a[[i, k]] * w * b[[i, l]];
                da[[i, k]] += dy[[i, o]] * w * b[[i, l]];
                db[[i, l]] += dy[[i, o]] * w * a[[i, k]];
                dw[[o, k, l]] += dy[[i, o]] * a[[i, k]] * b[[i, l]];
            }
        }
        near(&y, &right);
        let g = back.call(&dy).unwrap();
        near(&g.A, &da);
        near(&g.B, &db);
        let flat = |x: &Array3<f64>| x.clone().into_shape_with_order((o, k * l)).unwrap();
        near(&flat(&g.W), &flat(&dw));
    }
}

#[test]
fn a_tensor_twice_in_a_product_is_not_taken_for_the_other_one() {
    let (a, b, dy) = (numbers(9, 9, 1), numbers(9, 9, 2), numbers(9, 9, 3));
    let (y, back) = same::vjp(&a, &b).unwrap();
    near(&y, &a.dot(&b).dot(&a));
    let g = back.call(&dy).unwrap();
    near(&g.A, &(dy.dot(&b.dot(&a).t()) + a.dot(&b).t().dot(&dy)));
    near(&g.B, &a.t().dot(&dy).dot(&a.t()));
    let (y, back) = turned::vjp(&a, &b).unwrap();
    near(&y, &a.t().dot(&b).dot(&a.t()));
    let g = back.call(&dy).unwrap();
    let right = b.dot(&a.t()).dot(&dy.t()) + dy.t().dot(&a.t()).dot(&b);
    near(&g.A, &right);
    near(&g.B, &a.dot(&dy).dot(&a));
}

#[test]
fn what_is_written_in_between_is_read_again() {
    for [n, m, p, q] in LENGTHS {
        let (mut a, b, c) = (numbers(n, m, 1), numbers(m, p, 2), numbers(p, q, 3));
        let before = a.clone();
        let (y, z) = stepped(&mut a, &b, &c).unwrap();
        near(&a, &(&before + 1.0));
        near(&y, &before.dot(&b).dot(&c));
        near(&z, &a.dot(&b).dot(&c));
    }
}

#[test]
fn in_a_recurrence_each_step_has_its_own() {
    for [n, m, p, _] in LENGTHS {
        let (s0, b, c) = (numbers(n, m, 1), numbers(m, p, 2), numbers(p, m, 3));
        let (b, c) = (b / m as f64, c / p as f64);
        let (s, back) = power::vjp(&s0, &b, &c).unwrap();
        let mut dy = Array3::zeros((4, n, m));
        dy.index_axis_mut(Axis(0), 3).assign(&numbers(n, m, 4));
        let g = back.call(&dy).unwrap();
        let once = b.dot(&c);
        let (mut state, mut states) = (s0.clone(), vec![]);
        for _ in 0..3 {
            states.push(state.clone());
            state = state.dot(&once);
        }
        near(&s.index_axis(Axis(0), 3).to_owned(), &state);
        let (mut cotangent, mut db) = (numbers(n, m, 4), Array2::zeros((m, p)));
        let mut dc = Array2::zeros((p, m));
        for before in states.iter().rev() {
            db = db + before.t().dot(&cotangent).dot(&c.t());
            dc = dc + before.dot(&b).t().dot(&cotangent);
            cotangent = cotangent.dot(&once.t());
        }
        near(&g.S0, &cotangent);
        near(&g.B, &db);
        near(&g.C, &dc);
    }
}

#[test]
fn indices_over_other_lengths_make_another_part() {
    let (w, x, z) = (
        ndarray::array![1.0, -2.0, 0.5],
        numbers(7, 4, 1),
        numbers(7, 3, 2),
    );
    let (y, back) = mixed::vjp(&w, &x, &z).unwrap();
    let dy = Array3::from_shape_fn((4, 3, 3), |(k, a, b)| {
        ((k * 5 + a * 3 + b) % 7) as f64 - 3.0
    });
    let (mut dx, mut dz) = (Array2::zeros((7, 4)), Array2::zeros((7, 3)));
    for ((k, a, b), &y) in y.indexed_iter() {
        let right = (0..7)
            .map(|i| x[[i, k]] * z[[i, a]] * z[[i, b]])
            .sum::<f64>()
            + w[a];
        assert!((y - right).abs() < 1e-12);
        for i in 0..7 {
            dx[[i, k]] += dy[[k, a, b]] * z[[i, a]] * z[[i, b]];
            dz[[i, a]] += dy[[k, a, b]] * x[[i, k]] * z[[i, b]];
            dz[[i, b]] += dy[[k, a, b]] * x[[i, k]] * z[[i, a]];
        }
    }
    let g = back.call(&dy).unwrap();
    near(&g.X, &dx);
    near(&g.Z, &dz);
}
