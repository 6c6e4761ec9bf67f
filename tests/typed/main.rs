//! Axis types: what typed functions take and give, that they compute what the same equations compute without axis types, and
//! that no length of a typed tensor escapes its check.

use einstan::{AxisType, Dyn, Tensor, TensorRef};
use ndarray::{Array, Array1, Array2, Dimension, array, s};

mod calls;
mod functions;
mod tensors;

use functions::axes::{Batch, Cell, Edge, Feature, Hidden};
use functions::{network, plain, typed};

pub(crate) fn numbers<D: Dimension>(
    shape: impl ndarray::ShapeBuilder<Dim = D>,
    seed: usize,
) -> Array<f64, D> {
    let mut at = seed;
    Array::from_shape_simple_fn(shape, || {
        at += 1;
        ((at * 37) % 29) as f64 / 14.5 - 1.0
    })
}

pub(crate) fn named<A: einstan::Axes>(array: Array<f64, A::Dimension>) -> Tensor<f64, A> {
    Tensor::try_from(array).expect("the lengths of its axes")
}

pub(crate) type Inputs = (Array2<f64>, Array2<f64>, Array1<f64>);

pub(crate) fn inputs(n: usize) -> Inputs {
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
        assert!(format!("{:?}", jacobian.clone()).starts_with("Jacobian { Y: JacobianOf0 { X: "));
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
    let (ramp, more) = typed::ramp(&named::<(Dyn,)>(array![1.0, 1.0])).unwrap();
    assert_eq!(ramp, array![0.0, 2.0, 4.0, 6.0, 8.0]);
    assert_eq!(more, array![0.0, 5.0, 10.0]);
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
fn every_item_checks_the_axes_of_results() {
    let k = named::<(Dyn,)>(array![1.0, -1.0]);
    let (good, bad) = (
        named::<(Dyn,)>(numbers(6, 1)),
        named::<(Dyn,)>(numbers(5, 1)),
    );
    let by_x = typed::renamed::jacobian(&good, &k).unwrap().y.x;
    let by_x: &Tensor<f64, (Cell, Dyn)> = &by_x;
    assert_eq!(by_x.shape(), [5, 6]);
    let text = "renamed: in `y` axis 0 is `Cell`, which has length 5, and has length 4 here";
    let mut out = named::<(Cell,)>(Array1::zeros(5));
    let (mut workspace, t) = (
        typed::renamed::Workspace::default(),
        typed::renamed::Tangent {
            x: bad.clone(),
            K: k.clone(),
        },
    );
    let errors = [
        typed::renamed(&bad, &k).map(drop),
        typed::renamed::into(&bad, &k, &mut out),
        typed::renamed::vjp(&bad, &k).map(drop),
        typed::renamed::vjp_in(&bad, &k, &mut workspace, &mut out).map(drop),
        typed::renamed::jvp(&bad, &k, &t).map(drop),
        typed::renamed::jacobian(&bad, &k).map(drop),
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().to_string(), text);
    }
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
