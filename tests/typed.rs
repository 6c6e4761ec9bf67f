//! Axis types: what typed functions take and give, that they compute what the same equations compute without axis types, and
//! that no length of a typed tensor escapes its check.

use einstan::{AxisType, Dyn, ErrorKind, Tensor, TensorRef, TensorView, TensorViewMut, einstan};
use ndarray::{Array, Array1, Array2, ArrayD, Dimension, array, s};

mod axes {
    use einstan::einstan;
    const SIDE: usize = 2;
    einstan! {
        /// A batch.
        pub axis Batch;
        pub axis Feature = 3;
        pub axis Hidden = 2*2;
        pub(crate) axis Cell = {SIDE*SIDE + 1};
        pub axis Edge = SIDE;
        axis Step;
        /// A capital alone is an axis where it is declared as one.
        axis N = 2;

        pub fn of_an_axis_of_its_own(x[Step], y[N]) -> s { s = sum[i](x[i]) + y[j]*y[j]; }
    }
}
use axes::{Batch, Cell, Edge, Feature, Hidden};

/// Axes that are called like types of Rust and of generated code.
mod names {
    use einstan::einstan;
    einstan! {
        pub axis Result = 2;
        pub axis Gradient;
        axis Option = 3;
        pub(crate) axis A1;
        axis Some;

        #[einstan(test)]
        pub fn product(A[Result, Gradient], B[Gradient, Option], C[Option, A1], D[A1, Some]) -> E[Result, Some] {
            E[i,m] = A[i,j]*B[j,k]*C[k,l]*D[l,m];
        }
    }
}

/// The same equations with axis types and without.
mod typed {
    use super::axes::{Batch, Cell, Edge, Feature, Hidden};
    use einstan::einstan;
    einstan! {
        #[einstan(test)]
        pub fn dense(X[Batch, Feature], W[Feature, Hidden], b[Hidden]) -> Y[Batch, Hidden] {
            Y[i,j] = tanh(X[i,k]*W[k,j] + b[j]);
        }
        #[einstan(test)]
        pub fn open(X[n, Feature], W[Feature, m], a) -> (Y[n, m], s, k[n]: usize) {
            Y[i,j] = a*X[i,k]*W[k,j];
            s = Y[i,j]*Y[i,j];
            k[i] = argmax[j](Y[i,j]);
        }
        #[einstan(test)]
        pub fn loss(const X[Batch, Feature], t[Batch]: usize, W[Feature, Hidden]) -> e {
            Z[i,j] = X[i,k]*W[k,j];
            e = -mean[i](log_softmax[j](Z[i,j])*(t[i] == j));
        }
        #[einstan(test)]
        pub fn steps(X[Batch, Cell], U[Cell, Cell]) -> H[Batch, Cell] {
            H[t,j] = tanh(X[t,j] + H[pad(t-1),l]*U[l,j]);
        }
        #[einstan(test)]
        pub fn window(X[n, Cell], K[Edge]) -> Y[n, w] {
            Y[i,x] = X[i,x+r]*K[r];
        }
        pub fn square(X[n, Cell]) -> Y[n, 5] { Y[i,j] = X[i,j]^2; }
        pub fn histogram(t[n]: usize) -> h[Cell] { h[t[i]] += 1; }
        pub fn one_hot(t[Batch]: usize, dim c) -> Y[Batch, c] { Y[i,j] = (t[i] == j); }
        pub fn jacobian_in_the_body(X[Batch, Feature], W[Feature, Edge]) -> J[Batch, Edge, Feature, Edge] {
            Y[i,j] = X[i,k]*W[k,j];
            J[i,j,k,l] = d(Y[i,j])/d(W[k,l]);
        }
        pub fn descend(mut W[Feature, m], G[Feature, m], rate) { W[i,j] = W[i,j] - rate*G[i,j]; }
        pub fn seven(X[Batch, Edge, Edge, Edge, Edge, Edge, n]) -> s { s = sum[a,b,c,d,e,f,g](X[a,b,c,d,e,f,g]^2); }
        /// Names that generated code uses itself.
        pub fn taken(X[Batch, T], Y[T, rt], Z[rt, C0], V[C0, A0]) -> U[Batch, A0] {
            U[i,m] = X[i,j]*Y[j,k]*Z[k,l]*V[l,m];
        }
        pub fn three(x[3], q[Batch]) -> y[3] { y[i] = 2*x[i] + sum[j](q[j]); }
        pub fn many(x[n], dim k, w[k]) -> y[k] { y[i] = w[i]*sum[j](x[j]); }
        pub fn single(x[Batch]: f32) -> e { e = x[i]*x[i]; }
    }
}

mod plain {
    use super::axes::Cell;
    use einstan::einstan;
    einstan! {
        pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = tanh(X[i,k]*W[k,j] + b[j]); }
        pub fn open(X[n, p], W[p, m], a) -> (Y[n, m], s, k[n]: usize) {
            Y[i,j] = a*X[i,k]*W[k,j];
            s = Y[i,j]*Y[i,j];
            k[i] = argmax[j](Y[i,j]);
        }
        pub fn loss(const X[n, m], t[n]: usize, W[m, k]) -> e {
            Z[i,j] = X[i,k]*W[k,j];
            e = -mean[i](log_softmax[j](Z[i,j])*(t[i] == j));
        }
        pub fn steps(X[n, c], U[c, c]) -> H[n, c] { H[t,j] = tanh(X[t,j] + H[pad(t-1),l]*U[l,j]); }
        pub fn window(X[n, c], K[r]) -> Y[n, w] { Y[i,x] = X[i,x+r]*K[r]; }
        pub fn double(X[n, m]) -> Y[n, m] { Y[i,j] = 2*X[i,j]; }
        /// A typed function from one that has no axis types: lengths are compared when it runs.
        pub fn squares(X[n, m]) -> Y[n, k] { Y = super::typed::square(X); }
        fn counts(t[n]: usize) -> h[Cell] { h[t[i]] += 1; }
        fn same(x[Cell]) -> y[Cell] { y[i] = x[i]; }
        pub fn counted(t[n]: usize, x[m]) -> y[c] { h = counts(t); z = same(x); y[i] = h[i]*sum[j](z[j]); }
    }
}

/// Layers of other invocations in one typed body, plain ones too.
mod network {
    use super::axes::{Batch, Cell, Feature, Hidden};
    use super::{plain, typed};
    use einstan::einstan;
    einstan! {
        /// Lengths without names fit any axis, in what is called and in what it gives.
        pub fn of_numbers(x[Feature], q[Batch]) -> y[Feature] {
            z = typed::three(x, q);
            y = typed::many(z, 3, x);
        }
        /// The lengths of axes are variables in Rust, and names may be words of it.
        pub fn in_rust(x[Batch], W[r#type, Feature]) -> s {
            s = {(Batch + Feature) as f64}*sum[i](x[i]) + sum[k,j](W[k,j]);
        }
        fn scaled(X[n, Feature], a) -> Y[n, Feature] { Y[i,j] = a*X[i,j]; }
        #[einstan(test)]
        pub fn all(X[Batch, Feature], W[Feature, Hidden], b[Hidden], V[Hidden, Feature]) -> s {
            Q = scaled(X, 0.5);
            H = typed::dense(Q, W, b);
            D = plain::double(H);
            Y[i,j] = D[i,k]*V[k,j];
            (Z, _, _) = typed::open(Y, W, 2.0);
            s = Z[i,j]*Z[i,j];
        }
        pub fn squares(X[Batch, Cell]) -> Y[Batch, 5] { Y = typed::square(X); }
    }
}

fn numbers<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>, seed: usize) -> Array<f64, D> {
    let mut at = seed;
    Array::from_shape_simple_fn(shape, || {
        at += 1;
        ((at * 37) % 29) as f64 / 14.5 - 1.0
    })
}

fn named<A: einstan::Axes>(array: Array<f64, A::Dimension>) -> Tensor<f64, A> {
    Tensor::try_from(array).expect("the lengths of its axes")
}

type Inputs = (Array2<f64>, Array2<f64>, Array1<f64>);

fn inputs(n: usize) -> Inputs {
    (numbers((n, 3), 1), numbers((3, 4), 2), numbers(4, 3))
}

#[test]
fn every_item_gives_what_it_gives_without_axis_types() {
    for n in [0, 1, 7] {
        let (x, w, b) = inputs(n);
        let right = plain::dense(&x, &w, &b).unwrap();
        let (right_value, right_pullback) = plain::dense::vjp(&x, &w, &b).unwrap();
        let right_gradient = right_pullback.call(&right_value).unwrap();
        let (xs, ws, bs) = (
            named::<(Batch, Feature)>(x.clone()),
            named::<(Feature, Hidden)>(w.clone()),
            named::<(Hidden,)>(b.clone()),
        );

        let y: Tensor<f64, (Batch, Hidden)> = typed::dense(&xs, &ws, &bs).unwrap();
        assert_eq!(y, right);
        let mut into = named::<(Batch, Hidden)>(Array2::ones((n, 4)));
        typed::dense::into(&xs, &ws, &bs, &mut into).unwrap();
        assert_eq!(into, right);

        let (value, pullback) = typed::dense::vjp(&xs, &ws, &bs).unwrap();
        assert_eq!(value, right);
        let g: typed::dense::Gradient<f64> = pullback.call(&value).unwrap();
        let by_w: &Tensor<f64, (Feature, Hidden)> = &g.W;
        assert_eq!(*by_w, right_gradient.W);
        assert_eq!(g.X, right_gradient.X);
        assert_eq!(g.b, right_gradient.b);
        let owned: typed::dense::Pullback<'static, f64> = pullback.into_owned();
        assert_eq!(owned.call(&value).unwrap().W, g.W);

        let mut workspace = typed::dense::Workspace::default();
        let mut kept = typed::dense::Gradient::zeros_like(&xs, &ws, &bs);
        let mut pullback = typed::dense::vjp_in(&xs, &ws, &bs, &mut workspace, &mut into).unwrap();
        pullback.call_into(&value, &mut kept).unwrap();
        assert_eq!(kept.X, g.X);
        pullback.accumulate(&value, &mut kept).unwrap();
        kept.scale(0.5);
        assert_eq!(kept.W, g.W);
        kept.add_scaled(-1.0, &g);
        assert!(
            kept.iter()
                .all(|(_, part)| part.iter().all(|&x: &f64| x.abs() < 1e-15))
        );
        kept.fill(2.0);
        assert_eq!(
            kept.iter_mut().map(|(_, part)| part.sum()).sum::<f64>(),
            2.0 * (3 * n + 12 + 4) as f64
        );
        assert_eq!(g.clone().b, g.b);
        assert!(format!("{g:?}").starts_with("Gradient { X: "));

        let t = typed::dense::Tangent {
            X: xs.clone(),
            W: ws.clone(),
            b: bs.clone(),
        };
        let (value, tangent) = typed::dense::jvp(&xs, &ws, &bs, &t).unwrap();
        let tangent: Tensor<f64, (Batch, Hidden)> = tangent;
        let plain_t = plain::dense::Tangent {
            X: x.clone(),
            W: w.clone(),
            b: b.clone(),
        };
        let (right, right_tangent) = plain::dense::jvp(&x, &w, &b, &plain_t).unwrap();
        assert_eq!((value, tangent), (named(right), named(right_tangent)));

        let jacobian: typed::dense::Jacobian<f64> = typed::dense::jacobian(&xs, &ws, &bs).unwrap();
        let by_b: &Tensor<f64, (Batch, Hidden, Hidden)> = &jacobian.Y.b;
        assert_eq!(*by_b, plain::dense::jacobian(&x, &w, &b).unwrap().Y.b);
        assert!(format!("{:?}", jacobian.clone()).starts_with("Jacobian { Y: JacobianOfY { X: "));
    }
}

#[test]
fn scalars_and_integers_are_as_they_were() {
    let (x, w, _) = inputs(5);
    let t = array![0usize, 3, 1, 1, 2];
    let (xs, ws) = (
        named::<(Batch, Feature)>(x.clone()),
        named::<(Feature, Hidden)>(w.clone()),
    );
    let ts = Tensor::<usize, (Batch,)>::try_from(t.clone()).unwrap();
    let (e, g) = typed::loss::value_and_grad(&xs, &ts, &ws).unwrap();
    let (right, right_g) = plain::loss::value_and_grad(&x, &t, &w).unwrap();
    assert_eq!((e, &g.W), (right, &named(right_g.W.clone())));
    let (mut workspace, mut kept) = (
        typed::loss::Workspace::default(),
        typed::loss::Gradient::zeros_like(&ws),
    );
    let again = typed::loss::value_and_grad_in(&xs, &ts, &ws, &mut workspace, &mut kept);
    assert_eq!((again.unwrap(), &kept.W), (e, &g.W));
    let hessian = typed::loss::hvp(&xs, &ts, &ws, &g).unwrap();
    assert_eq!(hessian.W, plain::loss::hvp(&x, &t, &w, &right_g).unwrap().W);

    let (y, s, k) = typed::open(&xs, &ws, 2.0).unwrap();
    let (right_y, right_s, right_k) = plain::open(&x, &w, 2.0).unwrap();
    let k: Tensor<usize, (Batch,)> = k;
    assert_eq!(
        (y.into_inner(), s, k.into_inner()),
        (right_y, right_s, right_k)
    );

    assert_eq!(
        typed::single(&Tensor::try_from(array![1.0f32, 2.0]).unwrap()),
        Ok(5.0)
    );
    let counts: Tensor<f64, (Cell,)> = typed::histogram(&ts).unwrap();
    assert_eq!(counts, array![1.0, 2.0, 1.0, 1.0, 0.0]);
    let one_hot: Tensor<f64, (Batch, Dyn)> = typed::one_hot(&ts, 4).unwrap();
    assert_eq!(one_hot.shape(), [5, 4]);
}

type Rows<B> = Tensor<f64, (B, Hidden)>;
type Both<B> = (Rows<B>, typed::open::Gradient<f64, B, Hidden>);

/// A function that is generic over an axis, as one in a library is.
fn any<B: AxisType>(
    x: &TensorRef<f64, (B, Feature)>,
    w: &TensorRef<f64, (Feature, Hidden)>,
) -> Both<B> {
    let ((y, ..), pullback) = typed::open::vjp(x, w, 1.0).unwrap();
    let g = pullback.call(&y, 0.0).unwrap();
    (y, g.clone())
}

#[test]
fn other_dimensions_are_of_any_axis() {
    let (x, w, _) = inputs(5);
    let (xs, ws) = (
        named::<(Edge, Feature)>(x.slice(s![..2, ..]).to_owned()),
        named(w),
    );
    let (y, g) = any(&xs, &ws);
    let by_x: &Tensor<f64, (Edge, Feature)> = &g.X;
    assert_eq!((y.shape(), by_x.shape()), (&[2, 4][..], &[2, 3][..]));
    let (y, _) = any(&named::<(Dyn, Feature)>(x), &ws);
    assert_eq!(y.nrows(), 5);
    let _: typed::open::Workspace<f64, Batch, Hidden> = Default::default();
}

#[test]
fn lengths_that_are_no_axis_are_of_none() {
    let x = named::<(Batch, Cell)>(numbers((3, 5), 4));
    let k = named::<(Edge,)>(array![1.0, -1.0]);
    let y: Tensor<f64, (Batch, Dyn)> = typed::window(&x, &k).unwrap();
    assert_eq!(y, plain::window(&*x, &*k).unwrap());
    let renamed: Tensor<f64, (Hidden, Hidden)> =
        named::<(Dyn, Dyn)>(Array2::zeros((4, 4))).cast().unwrap();
    assert_eq!(renamed.shape(), [4, 4]);
    let error = y.cast::<(Batch, Feature)>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length);
    assert_eq!(
        error.to_string(),
        "axis 1 is `Feature`, which has length 3, and has length 4 here"
    );
    let squares: Tensor<f64, (Batch, Dyn)> = typed::square(&x).unwrap();
    assert_eq!(squares, x.mapv(|x| x * x));
    let jacobian: Tensor<f64, (Batch, Edge, Feature, Edge)> =
        typed::jacobian_in_the_body(&named(numbers((2, 3), 1)), &named(numbers((3, 2), 5)))
            .unwrap();
    assert_eq!(jacobian[[1, 0, 2, 0]], numbers((2, 3), 1)[[1, 2]]);
}

#[test]
fn recurrences_and_updates() {
    let (x, u) = (numbers((6, 5), 4), numbers((5, 5), 9));
    let h = typed::steps(&named(x.clone()), &named(u.clone())).unwrap();
    assert_eq!(h, plain::steps(&x, &u).unwrap());

    let (mut w, g) = (
        named::<(Feature, Hidden)>(numbers((3, 4), 2)),
        numbers((3, 4), 7),
    );
    let right = &w.clone().into_inner() - &(0.5 * &g);
    typed::descend(&mut w, &named(g), 0.5).unwrap();
    assert_eq!(w, right);
}

#[test]
fn typed_and_plain_functions_mix() {
    let (x, w, b) = inputs(3);
    let v = numbers((4, 3), 8);
    let s = network::all(
        &named(x.clone()),
        &named(w.clone()),
        &named(b.clone()),
        &named(v.clone()),
    );
    let h = plain::dense(&(0.5 * &x), &w, &b).unwrap();
    let (z, ..) = plain::open(&(2.0 * &h).dot(&v), &w, 2.0).unwrap();
    let right: f64 = z.iter().map(|z| z * z).sum();
    assert!((s.unwrap() - right).abs() < 1e-9 * right);

    // A typed tensor is an array to a plain function.
    let xs = named::<(Batch, Feature)>(x.clone());
    assert_eq!(plain::double(&xs).unwrap(), 2.0 * &x);
    let inline = einstan!(Y[i,j] = 2*xs[i,j]).unwrap();
    assert_eq!(inline, 2.0 * &x);

    let f = |x: [f64; 3]| named::<(Feature,)>(Array1::from(x.to_vec()));
    let y = network::of_numbers(&f([1.0, 2.0, 3.0]), &named::<(Batch,)>(array![1.0])).unwrap();
    assert_eq!(y, array![15.0, 30.0, 45.0]);
    let ones = named::<(Dyn, Feature)>(Array2::ones((4, 3)));
    let s = network::in_rust(&named::<(Batch,)>(array![1.0, 1.0]), &ones).unwrap();
    assert_eq!(s, 5.0 * 2.0 + 12.0);

    let cells = numbers((2, 5), 1);
    assert_eq!(
        network::squares(&named(cells.clone())).unwrap(),
        cells.mapv(|x| x * x)
    );
    assert_eq!(plain::squares(&cells).unwrap(), cells.mapv(|x| x * x));
    let counts = plain::counted(&array![1usize, 1, 4], &array![1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts.unwrap(), array![0.0, 2.0, 0.0, 0.0, 1.0]);
    let error = plain::squares(&x).unwrap_err().to_string();
    assert_eq!(
        error,
        "square: axis 1 of `X` has length 3, but the signature says 5"
    );
}

#[test]
fn views_of_any_strides() {
    let x = numbers((4, 6), 3);
    let w = named::<(Feature, Hidden)>(numbers((3, 4), 2));
    let view = x.slice(s![..;-1, ..;2]);
    let typed_view = TensorView::<_, (Batch, Feature)>::try_from(view).unwrap();
    let b = named::<(Hidden,)>(numbers(4, 3));
    let right = plain::dense(&view, &*w, &*b).unwrap();
    assert_eq!(typed::dense(&typed_view, &w, &b).unwrap(), right);
    let copied: Tensor<f64, (Batch, Feature)> = typed_view.to_owned();
    assert_eq!(copied, view.to_owned());
    assert!(TensorView::<_, (Batch, Hidden)>::try_from(view).is_err());

    let mut out = Array2::zeros((4, 8));
    let mut place =
        TensorViewMut::<_, (Batch, Hidden)>::try_from(out.slice_mut(s![.., ..;-2])).unwrap();
    typed::dense::into(&typed_view, &w, &b, &mut place).unwrap();
    place.array_mut()[[0, 0]] = 5.0;
    assert_eq!((out[[0, 7]], out[[1, 7]]), (5.0, right[[1, 0]]));

    let mut named = named::<(Edge,)>(array![1.0, 2.0]);
    named.view_mut().array_mut()[0] = 3.0;
    assert_eq!(
        named.view(),
        TensorView::try_from(array![3.0, 2.0].view()).unwrap()
    );
    assert_eq!(named[0], 3.0);
}

#[test]
fn seven_axes_and_names_of_generated_code() {
    let x = ArrayD::ones(vec![1, 2, 2, 2, 2, 2, 3]);
    type Seven = (Batch, Edge, Edge, Edge, Edge, Edge, Hidden);
    assert!(Tensor::<f64, Seven>::try_from(x.clone()).is_err());
    let error = Tensor::<f64, Seven>::try_from(ArrayD::ones(vec![1, 2])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the array has 2 axes, and its type names 7"
    );
    type Open = (Batch, Edge, Edge, Edge, Edge, Edge, Dyn);
    let (s, g) = typed::seven::value_and_grad(&Tensor::<f64, Open>::try_from(x).unwrap()).unwrap();
    assert_eq!((s, g.X.sum()), (96.0, 192.0));

    let ones = |n, m| Array2::<f64>::ones((n, m));
    let y = typed::taken(
        &named::<(Batch, Edge)>(ones(1, 2)),
        &named::<(Edge, Feature)>(ones(2, 3)),
        &named::<(Feature, Hidden)>(ones(3, 4)),
        &named::<(Hidden, Cell)>(ones(4, 5)),
    );
    assert_eq!(y.unwrap(), 24.0 * ones(1, 5));
    let s = axes::of_an_axis_of_its_own(
        &Tensor::try_from(array![1.0, 2.0]).unwrap(),
        &Tensor::try_from(array![1.0, 2.0]).unwrap(),
    );
    assert_eq!(s, Ok(8.0));
}

#[test]
fn lengths_that_only_run_time_knows_are_compared() {
    let (x, w, _) = inputs(5);
    let t = Tensor::<usize, (Batch,)>::try_from(array![0usize, 1]).unwrap();
    let error = typed::loss(&named(x), &t, &named::<(Feature, Hidden)>(w)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "loss: dimension `Batch` is 5 in `X` (axis 0) but 2 in `t` (axis 0)"
    );
}

#[test]
fn an_invocation_in_a_function() {
    einstan! {
        axis Local = 2;
        fn f(x[Local], w[n]) -> Y[Local, n] { Y[i,j] = x[i]*w[j]; }
    }
    let y: Tensor<f64, (Local, Dyn)> = f(
        &Tensor::try_from(array![1.0, 2.0]).unwrap(),
        &Tensor::<_, (Dyn,)>::try_from(array![1.0, 3.0]).unwrap(),
    )
    .unwrap();
    assert_eq!(y, array![[1.0, 3.0], [2.0, 6.0]]);
    assert_eq!(<Local as AxisType>::LENGTH, Some(2));
    assert_eq!(
        (<Cell as AxisType>::LENGTH, Cell::name()),
        (Some(5), "Cell")
    );
    assert_eq!(<Batch as AxisType>::LENGTH, None);
}

#[test]
fn tensors_are_sent_as_their_elements_are() {
    fn check<X: Send + Sync>() {}
    check::<Tensor<f64, (Batch, Feature)>>();
    check::<TensorView<'_, f64, (Batch, Feature)>>();
    check::<TensorViewMut<'_, f64, (Batch, Feature)>>();
    check::<typed::dense::Gradient<f32>>();
    fn sent<X: Send>() {}
    sent::<typed::dense::Workspace<f32>>();
    sent::<typed::open::Pullback<'_, f32, Batch, Hidden>>();
}

#[test]
#[allow(non_snake_case)] // named like the parameters
fn derivatives_are_checked_at_a_point() {
    let (X, W, b) = inputs(2);
    let (X, W, b) = (
        named::<(Batch, Feature)>(X),
        named::<(Feature, Hidden)>(W),
        named::<(Hidden,)>(b),
    );
    assert!(einstan::testing::check!(typed::dense(X, W, b)).is_ok());
}

#[test]
fn the_notation_declares_the_axes() {
    let notation = typed::dense::NOTATION;
    assert!(
        notation.starts_with("axis Batch;\naxis Feature;\naxis Hidden;\nfn dense("),
        "{notation}"
    );
    let local = network::all::EQUATIONS;
    assert!(local.contains("X[Batch,Feature]"), "{local}");
}
