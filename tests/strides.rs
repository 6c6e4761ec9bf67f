//! Arrays of any strides give the values of their contiguous copies: as arguments, outputs, cotangents and gradients.

#![allow(non_snake_case)] // arrays have the names of the parameters

use einstan::einstan;
use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, Axis, Dimension, IxDyn, Slice, array, aview0, s,
};

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    pub fn batched(A[b, n, m], B[b, m, k]) -> C[b, n, k] { C[b,i,j] = A[b,i,k]*B[b,k,j]; }
    pub fn two_axes(A[n, p, q], B[q, m, p]) -> C[n, m] { C[i,j] = A[i,k,l]*B[l,j,k]; }
    pub fn matvec(A[n, m], x[m]) -> y[n] { y[i] = A[i,k]*x[k]; }
    pub fn inner(A[n, m], B[n, m]) -> s { s = A[i,j]*B[i,j]; }
    pub fn outer(u[n], v[m]) -> C[n, m] { C[i,j] = u[i]*v[j]; }
    pub fn chain(A[n, m], B[m, k], C[k, l], x[l]) -> y[n] { y[i] = A[i,j]*B[j,k]*C[k,l]*x[l]; }
    pub fn rows(X[n, m]) -> (a[n], b[n], c[m], d[n], e) {
        a[i] = sum[j](X[i,j]^2);
        b[i] = logsumexp[j](X[i,j]);
        c[j] = max[i](X[i,j]);
        d[i] = prod[j](X[i,j]);
        e = mean[i,j](X[i,j]);
    }
    pub fn normalised(X[n, m]) -> (P[n, m], Q[m, n]) {
        P[i,j] = softmax[j](X[i,j]);
        Q[j,i] = log_softmax[i](X[i,j]);
    }
    pub fn elementwise(X[n, m], b[m], a) -> Y[m, n] {
        Y[j,i] = if X[i,j] > b[j] { tanh(X[i,j])*a } else { exp(X[i,j] - b[j]) + i - j };
    }
    /// Rows of images go on in the next row where they lie so: of all that is read and written, or of nothing.
    pub fn images(X[n, c, h, w], B[n, c, h, w], g[c], M[h, w])
        -> (Y[n, c, h, w], m[n, c], s[c], Z[n, c, w, h], p[n, c])
    {
        Y[i,k,y,x] = g[k]*tanh(X[i,k,y,x]) + B[i,k,y,x];
        m[i,k] = mean[y,x](X[i,k,y,x]);
        p[i,k] = sum[y,x](M[y,x]*X[i,k,y,x]*B[i,k,y,x]);
        s[k] = sum[i,y,x]((X[i,k,y,x] - m[i,k])^2);
        Z[i,k,x,y] = X[i,k,y,x]*M[y,x] + y;
    }
    /// Where it is written is looked up along the same axes.
    pub fn looked_up(t[n, m]: usize, X[n, m, 4]) -> (Y[n, m, 4], y[n, m]) {
        Y[i,j,t[i,j]] += X[i,j,1];
        y[i,j] = X[i,j,t[i,j]];
    }
    pub fn diagonal(A[n, n], x[n]) -> (y[n], t) { y[i] = A[i,i]*x[i]; t = sum[i](A[i,i]); }
    pub fn positions(X[n, 4]) -> y[n] { y[i] = X[i,0]*X[i,3] + X[i,1]; }
    pub fn six(A[a, b, c, d, e, f], B[f, c]) -> C[e, b, a, d] { C[l,j,i,k] = A[i,j,p,k,l,q]*B[q,p]; }
    pub fn seven(A[a, b, c, d, e, f, g], B[g, c]) -> (C[f, e, d, c, b, a, g], s) {
        C[n,m,l,k,j,i,o] = A[i,j,k,l,m,n,o]*B[o,k];
        s = sum[i,j,k,l,m,n,o](A[i,j,k,l,m,n,o]^2);
    }
    pub fn eight(A[a, b, c, d, e, f, g, h], w[h]) -> B[a, b, c, d, e, f, g] {
        B[i,j,k,l,m,n,o] = A[i,j,k,l,m,n,o,p]*w[p];
    }
    pub fn integers(tok[n, m]: i32, W[m, n]) -> (Y[n, m], Z[m, n]: i64) {
        Y[i,j] = W[j,i]*(tok[i,j] % 3);
        Z[j,i] = tok[i,j]*2 - i;
    }
    pub fn scalars(a, b) -> (c, d) { c = a*b; d = exp(a) - b; }
}

/// Numbers that look random, in (-1, 1).
fn numbers<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut state = 1u64;
    Array::from_shape_simple_fn(shape, || {
        state = (state * 1103515245 + 12345) % (1 << 31);
        state as f64 / (1u64 << 30) as f64 - 1.0
    })
}

/// How many ways there are to lay an array out.
const WAYS: usize = 8;

/// What may lie in memory in other ways.
trait Laid {
    /// The same elements, laid out in another way.
    fn laid(&self, way: usize) -> Self;
    fn dynamic(&self) -> ArrayD<f64>;
}

impl<T: Copy + Default + Into<f64>, D: Dimension> Laid for Array<T, D> {
    fn laid(&self, way: usize) -> Self {
        let (order, step): (usize, isize) = match way {
            0 => (0, 1),
            1 => (1, 1),
            2 => (0, -1),
            3 => (0, 2),
            4 => (1, -3),
            5 => (2, 1),
            6 => (2, -2),
            _ => (3, 3),
        };
        // The axes in the order of memory: as they are, reversed, or rotated.
        let rank = self.ndim();
        let axes: Vec<usize> = match order {
            0 => (0..rank).collect(),
            1 => (0..rank).rev().collect(),
            by => (0..rank).map(|axis| (axis + by) % rank.max(1)).collect(),
        };
        let mut back = vec![0; rank];
        axes.iter()
            .enumerate()
            .for_each(|(at, &axis)| back[axis] = at);
        let room = |n: usize| {
            if n == 0 {
                0
            } else {
                (n - 1) * step.unsigned_abs() + 1
            }
        };
        let shape: Vec<usize> = axes
            .iter()
            .map(|&axis| room(self.len_of(Axis(axis))))
            .collect();
        let mut memory = ArrayD::from_elem(IxDyn(&shape), T::default()).permuted_axes(IxDyn(&back));
        memory.slice_each_axis_inplace(|_| Slice::new(0, None, step));
        let mut out = memory.into_dimensionality::<D>().expect("the same rank");
        out.assign(self);
        out
    }
    fn dynamic(&self) -> ArrayD<f64> {
        self.mapv(Into::into).into_dyn()
    }
}

impl Laid for f64 {
    fn laid(&self, _: usize) -> Self {
        *self
    }
    fn dynamic(&self) -> ArrayD<f64> {
        aview0(self).to_owned().into_dyn()
    }
}

#[track_caller]
fn same(way: usize, found: &[ArrayD<f64>], expected: &[ArrayD<f64>]) {
    assert_eq!(found.len(), expected.len());
    for (at, (f, e)) in found.iter().zip(expected).enumerate() {
        assert_eq!(f.shape(), e.shape(), "way {way}, array {at}");
        let scale = e.iter().fold(1e-3, |a: f64, x| a.max(x.abs()));
        let near = f
            .iter()
            .zip(e)
            .all(|(f, e)| f == e || (f - e).abs() <= 1e-12 * scale);
        assert!(near, "way {way}, array {at}:\n{f}\nis not\n{e}");
    }
}

/// Runs a function in all of its forms over arrays laid out in all ways, and compares with way 0.
macro_rules! check {
    ($f:ident($($x:ident = $v:expr),*; $($a:expr),*) -> $pattern:pat, [$($y:ident),*], [$($c:expr),*]) => {{
        let run = |way: usize, mix: usize| {
            let mut ways = (0..).map(|at| (way + at * mix) % WAYS);
            $(let $x = $v.laid(ways.next().unwrap_or(0));)*
            let _ = ways.next();
            let $pattern = $f($(&$x,)* $($a),*).unwrap();
            let mut found = vec![$($y.dynamic()),*];
            $(let mut $y = $y.laid(way);)*
            $f::into($(&$x,)* $($a,)* $(&mut $y),*).unwrap();
            found.extend([$($y.dynamic()),*]);
            let (_, mut pullback) = $f::vjp($(&$x,)* $($a),*).unwrap();
            let mut g = pullback.call($($c),*).unwrap();
            found.extend(g.iter().map(|(_, v)| v.to_owned()));
            $(g.$x = g.$x.laid((way + 1) % WAYS);)*
            pullback.call_into($($c,)* &mut g).unwrap();
            found.extend(g.iter().map(|(_, v)| v.to_owned()));
            pullback.accumulate($($c,)* &mut g).unwrap();
            found.extend(g.iter().map(|(_, v)| v.to_owned()));
            let mut workspace = $f::Workspace::default();
            let mut pullback = $f::vjp_in($(&$x,)* $($a,)* &mut workspace, $(&mut $y),*).unwrap();
            pullback.call_into($($c,)* &mut g).unwrap();
            found.extend([$($y.dynamic()),*]);
            found.extend(g.iter().map(|(_, v)| v.to_owned()));
            found
        };
        let expected = run(0, 0);
        for way in 0..WAYS {
            for mix in [0, 1, 3] {
                same(way, &run(way, mix), &expected);
            }
        }
    }};
}

#[test]
fn contractions() {
    for (n, m, k) in [(3, 4, 5), (17, 9, 33), (1, 5, 1), (70, 40, 20)] {
        check!(dense(X = numbers((n, m)), W = numbers((m, k)), b = numbers(k);) -> y, [y], [&y]);
    }
    check!(batched(A = numbers((3, 4, 5)), B = numbers((3, 5, 2));) -> y, [y], [&y]);
    check!(two_axes(A = numbers((3, 4, 5)), B = numbers((5, 2, 4));) -> y, [y], [&y]);
    check!(matvec(A = numbers((13, 37)), x = numbers(37);) -> y, [y], [&y]);
    check!(inner(A = numbers((13, 37)), B = numbers((13, 37));) -> s, [s], [s]);
    check!(outer(u = numbers(13), v = numbers(37);) -> y, [y], [&y]);
    check!(chain(A = numbers((3, 4)), B = numbers((4, 5)), C = numbers((5, 6)), x = numbers(6);) -> y, [y], [&y]);
    check!(chain(A = numbers((30, 2)), B = numbers((2, 50)), C = numbers((50, 3)), x = numbers(3);) -> y, [y], [&y]);
}

#[test]
fn reductions() {
    for shape in [(3, 4), (1, 1), (5, 300), (300, 5)] {
        check!(rows(X = numbers(shape);) -> (a, b, c, d, e), [a, b, c, d, e], [&a, &b, &c, &d, e]);
    }
}

#[test]
fn normalisations() {
    for shape in [(3, 4), (1, 1), (5, 300), (300, 5)] {
        check!(normalised(X = numbers(shape);) -> (p, q), [p, q], [&p, &q]);
    }
}

#[test]
fn elementwise_functions() {
    for (n, m) in [(3, 4), (1, 7), (300, 5), (5, 300)] {
        check!(elementwise(X = numbers((n, m)), b = numbers(m); 1.5) -> y, [y], [&y]);
    }
}

#[test]
fn rows_of_images() {
    for (n, c, h, w) in [(2, 3, 4, 5), (1, 2, 1, 7), (3, 1, 40, 10), (2, 2, 3, 1)] {
        let x = || numbers((n, c, h, w));
        check!(images(X = x(), B = x(), g = numbers(c), M = numbers((h, w));) -> (y, m, s, z, p), [y, m, s, z, p],
            [&y, &m, &s, &z, &p]);
    }
    let t = Array2::from_shape_fn((3, 5), |(i, j)| (i + 2 * j) % 4);
    let X: Array3<f64> = numbers((3, 5, 4));
    for way in 0..WAYS {
        let (t2, X2) = (Array2::from(t.clone()), X.laid(way));
        let ((Y, y), pullback) = looked_up::vjp(&t2, &X2).unwrap();
        let g = pullback.call(&Y, &y).unwrap().X;
        for ((i, j, k), &x) in X.indexed_iter() {
            let here = t[[i, j]] == k;
            assert_eq!(Y[[i, j, k]], if here { X[[i, j, 1]] } else { 0.0 });
            assert!(!here || y[[i, j]] == x);
            let scattered = if k == 1 { X[[i, j, 1]] } else { 0.0 };
            assert_eq!(g[[i, j, k]], scattered + if here { x } else { 0.0 });
        }
    }
    let none = || numbers((2, 3, 0, 4));
    let (y, _, s, ..) = images(&none(), &none(), &numbers(3), &numbers((0, 4))).unwrap();
    assert_eq!((y.len(), s), (0, Array1::zeros(3)));
}

#[test]
fn diagonals_and_positions() {
    check!(diagonal(A = numbers((7, 7)), x = numbers(7);) -> (y, t), [y, t], [&y, t]);
    check!(positions(X = numbers((7, 4));) -> y, [y], [&y]);
}

#[test]
fn many_axes() {
    check!(six(A = numbers((2, 3, 4, 2, 3, 2)), B = numbers((2, 4));) -> y, [y], [&y]);
    check!(seven(A = numbers(IxDyn(&[2, 3, 1, 2, 2, 3, 2])), B = numbers((2, 1));) -> (c, s), [c, s], [&c, s]);
    check!(eight(A = numbers(IxDyn(&[2, 1, 3, 2, 1, 2, 2, 3])), w = numbers(3);) -> y, [y], [&y]);
    check!(scalars(; 2.0, 3.0) -> (c, d), [c, d], [c, d]);
}

#[test]
fn axes_of_length_zero() {
    for (n, m, k) in [(0, 4, 5), (3, 0, 5), (3, 4, 0), (0, 0, 0)] {
        check!(dense(X = numbers((n, m)), W = numbers((m, k)), b = numbers(k);) -> y, [y], [&y]);
    }
    check!(batched(A = numbers((0, 4, 5)), B = numbers((0, 5, 2));) -> y, [y], [&y]);
    check!(inner(A = numbers((0, 3)), B = numbers((0, 3));) -> s, [s], [s]);
    check!(matvec(A = numbers((3, 0)), x = numbers(0);) -> y, [y], [&y]);
    check!(normalised(X = numbers((0, 4));) -> (p, q), [p, q], [&p, &q]);
    check!(normalised(X = numbers((4, 0));) -> (p, q), [p, q], [&p, &q]);
    check!(elementwise(X = numbers((0, 4)), b = numbers(4); 1.5) -> y, [y], [&y]);
    check!(diagonal(A = numbers((0, 0)), x = numbers(0);) -> (y, t), [y, t], [&y, t]);
    check!(positions(X = numbers((0, 4));) -> y, [y], [&y]);
    check!(seven(A = numbers(IxDyn(&[2, 3, 1, 0, 2, 3, 2])), B = numbers((2, 1));) -> (c, s), [c, s], [&c, s]);
    assert_eq!(
        dense(&numbers((3, 0)), &numbers((0, 2)), &array![1.0, 2.0])
            .unwrap()
            .row(2),
        array![1.0, 2.0]
    );
}

#[test]
fn integer_tensors() {
    let tok = Array2::from_shape_fn((3, 4), |(i, j)| (4 * i + j) as i32 - 5);
    let W = numbers((4, 3));
    let (y, z) = integers(&tok, &W).unwrap();
    for way in 0..WAYS {
        let (t, w) = (tok.laid(way), W.laid((way + 3) % WAYS));
        assert_eq!(integers(&t, &w), Ok((y.clone(), z.clone())));
        let (mut y2, mut z2) = (Array2::zeros((3, 4)), Array2::<i64>::zeros((8, 6)));
        let mut z2 = z2.slice_mut(s![..;-2, ..;2]);
        integers::into(&t, &w, &mut y2, &mut z2).unwrap();
        assert_eq!((y2, z2), (y.clone(), z.view().into_owned().view_mut()));
    }
}

#[test]
fn one_element_stands_for_a_whole_axis() {
    let (row, b) = (numbers((1, 4)), numbers(5));
    let (X, W) = (row.broadcast((3, 4)).unwrap(), numbers((4, 5)));
    let owned = X.to_owned();
    assert_eq!(dense(&X, &W, &b).unwrap(), dense(&owned, &W, &b).unwrap());
    let two = 2.0;
    let all = aview0(&two);
    let (X, W, b) = (
        all.broadcast((3, 4)).unwrap(),
        all.broadcast((4, 5)).unwrap(),
        all.broadcast(5).unwrap(),
    );
    let (y, pullback) = dense::vjp(&X, &W, &b).unwrap();
    assert_eq!(y, Array2::from_elem((3, 5), 18.0));
    let dy = all.broadcast((3, 5)).unwrap();
    let g = pullback.call(&dy).unwrap();
    assert_eq!(
        (g.X, g.W, g.b),
        (
            Array2::from_elem((3, 4), 20.0),
            Array2::from_elem((4, 5), 12.0),
            Array1::from_elem(5, 6.0),
        )
    );
    let X = numbers((3, 1));
    let X = X.broadcast((3, 300)).unwrap();
    let expected = rows::vjp(&X.to_owned()).unwrap().0;
    let found = rows::vjp(&X).unwrap().0;
    same(
        0,
        &[found.0.dynamic(), found.1.dynamic(), found.3.dynamic()],
        &[
            expected.0.dynamic(),
            expected.1.dynamic(),
            expected.3.dynamic(),
        ],
    );
    let x = all.broadcast(7).unwrap();
    let P = normalised(&x.broadcast((4, 7)).unwrap()).unwrap().0;
    assert!(P.iter().all(|p: &f64| (p - 1.0 / 7.0).abs() < 1e-15));
    let A = numbers((3, 4, 5));
    let B = numbers((1, 5, 2));
    let B = B.broadcast((3, 5, 2)).unwrap();
    let owned: Array3<f64> = B.to_owned();
    same(
        0,
        &[batched(&A, &B).unwrap().dynamic()],
        &[batched(&A, &owned).unwrap().dynamic()],
    );
}

#[test]
fn one_array_is_several_arguments() {
    let A = numbers((6, 6));
    let (x, w, b) = (A.slice(s![..3, ..]), A.slice(s![.., ..;-1]), A.row(0));
    let (y, pullback) = dense::vjp(&x, &w, &b).unwrap();
    let (x2, w2, b2) = (x.to_owned(), w.to_owned(), b.to_owned());
    let (y2, pullback2) = dense::vjp(&x2, &w2, &b2).unwrap();
    let (g, g2) = (pullback.call(&y).unwrap(), pullback2.call(&y2).unwrap());
    same(
        0,
        &[y.dynamic(), g.X.dynamic(), g.W.dynamic(), g.b.dynamic()],
        &[y2.dynamic(), g2.X.dynamic(), g2.W.dynamic(), g2.b.dynamic()],
    );
}

#[test]
fn what_lies_between_the_elements_of_an_output_stays() {
    let mut memory = Array2::from_elem((6, 10), 7.0);
    let (X, W, b) = (numbers((3, 4)), numbers((4, 5)), numbers(5));
    dense::into(&X, &W, &b, &mut memory.slice_mut(s![1..;2, ..;2])).unwrap();
    assert_eq!(memory.slice(s![1..;2, ..;2]), dense(&X, &W, &b).unwrap());
    assert!(
        memory
            .slice(s![..;2, ..])
            .iter()
            .chain(memory.slice(s![.., 1..;2]))
            .all(|x| *x == 7.0)
    );
}
