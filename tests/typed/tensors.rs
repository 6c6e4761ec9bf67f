//! Typed tensors: their lengths, views, ranks and names.

use crate::functions::axes::{self, Batch, Cell, Edge, Feature, Hidden};
use crate::functions::{plain, typed};
use crate::{inputs, named, numbers};
use einstan::{AxisType, Dyn, ErrorKind, Tensor, TensorView, TensorViewMut, einstan};
use ndarray::{Array2, ArrayD, array, s};

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
