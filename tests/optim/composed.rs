//! Models of several structures, as one value.

use einstan::{Error, ErrorKind, Parameters, Tensor, einstan, optim};
use ndarray::{Array0, Array1, ArrayD, IxDyn, array};

einstan! {
    axis Pixel = 2;

    fn dense(const X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    fn scaled(const x[n], a, c[n]) -> y[n] { y[i] = a*x[i] + c[i]; }
    fn typed(const X[n, Pixel], W[Pixel, k], a) -> Y[n, k] { Y[i,j] = a*X[i,k]*W[k,j]; }
    fn large(T[a, b, c, d, e, f, g]) -> s { s = sum[i,j,k,l,m,n,o](T[i,j,k,l,m,n,o]^2); }
    fn keywords(r#type[n], self_[n]) -> y[n] { y[i] = r#type[i] + self_[i]; }
}

fn names(model: &impl Parameters) -> Vec<String> {
    let mut out = Vec::new();
    model.tensors(|path, _| out.push(path.to_string()));
    out
}

fn layer() -> dense::Gradient<f64> {
    dense::Gradient {
        W: array![[1.0, 2.0]],
        b: array![3.0, 4.0],
    }
}

#[derive(Clone, Debug)]
struct Network<T> {
    layers: Vec<dense::Gradient<T>>,
    pair: Box<(scaled::Gradient<T>, [Array1<T>; 2])>,
    temperature: T,
    _name: &'static str,
}

einstan::parameters!(<T: einstan::Float> Network<T>: T { layers, pair, temperature });

fn network() -> Network<f64> {
    let last = scaled::Gradient {
        a: 1.0,
        c: array![2.0, 3.0],
    };
    Network {
        layers: vec![layer(), layer()],
        pair: Box::new((last, [array![1.0], array![]])),
        temperature: 1.0,
        _name: "a network",
    }
}

struct Two(Array0<f32>, Tensor<f32, (Pixel,)>);

einstan::parameters!(Two: f32 { 0, 1 });

#[test]
fn names_are_paths() {
    let expected = [
        "layers.0.W",
        "layers.0.b",
        "layers.1.W",
        "layers.1.b",
        "pair.0.a",
        "pair.0.c",
        "pair.1.0",
        "pair.1.1",
        "temperature",
    ];
    assert_eq!(names(&network()), expected);
    let two = Two(
        ndarray::arr0(1.0),
        Tensor::try_from(array![1.0, 2.0]).unwrap(),
    );
    assert_eq!(names(&two), ["0", "1"]);
    assert_eq!(names(&1.0_f32), [""]);
    let words = keywords::Gradient {
        r#type: array![1.0],
        self_: array![1.0],
    };
    assert_eq!(names(&words), ["type", "self_"]);
}

#[test]
fn every_tensor_of_a_model_is_stepped() -> Result<(), Error> {
    let (mut model, mut gradient) = (network(), network());
    gradient.tensors_mut(|_, mut tensor| tensor.fill(1.0));
    let mut sgd = optim::Sgd::new(&model);
    sgd.rate = 0.5;
    sgd.step(&mut model, &gradient)?;
    let (mut found, mut before) = (Vec::new(), Vec::new());
    model.tensors(|_, tensor| found.extend(tensor.iter().copied()));
    network().tensors(|_, tensor| before.extend(tensor.iter().map(|x| x - 0.5)));
    assert_eq!(found, before);
    Ok(())
}

#[test]
fn tensors_with_axis_types_and_of_many_axes() -> Result<(), Error> {
    let w: Tensor<f32, (Pixel, einstan::Dyn)> = Tensor::try_from(array![[1.0], [2.0]])?;
    let mut model = (
        typed::Gradient { W: w, a: 1.0 },
        ArrayD::from_elem(IxDyn(&[1; 7]), 1.0),
    );
    let gradient = model.clone();
    optim::Adam::new(&model).step(&mut model, &gradient)?;
    assert!((model.0.W[[0, 0]] - 0.999).abs() < 1e-6 && (model.0.a - 0.999).abs() < 1e-6);
    assert!((model.1.sum() - 0.999).abs() < 1e-6);
    Ok(())
}

#[test]
fn an_error_names_the_tensor_and_changes_nothing() {
    let (mut model, mut gradient) = (network(), network());
    gradient.layers[1].b = array![1.0];
    let mut adam = optim::AdamW::new(&model);
    let error = adam.step(&mut model, &gradient).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Length);
    assert_eq!(
        error.to_string(),
        "AdamW::step: axis 0 of the gradient of `layers.1.b` has length 1, but `layers.1.b` has 2"
    );
    gradient.layers.pop();
    let error = adam.step(&mut model, &gradient).unwrap_err();
    assert_eq!(
        error.to_string(),
        "AdamW::step: the gradient of `layers` has length 1, but `layers` has 2"
    );
    let mut list = vec![array![1.0]];
    let error = optim::Sgd::new(&list).step(&mut list, &vec![]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sgd::step: the gradient has length 0, but the list of parameters has 1"
    );
    adam.mean.layers[0].b = array![1.0];
    let error = adam.step(&mut model, &network()).unwrap_err();
    assert!(error.to_string().contains("the mean of `layers.0.b`"));
    assert_eq!(adam.steps, 0);
    assert_eq!(format!("{model:?}"), format!("{:?}", network()));
}

#[test]
fn an_error_of_one_tensor() {
    let mut sgd = optim::Sgd::new(&array![1.0]);
    let error = sgd.step(&mut array![1.0, 2.0], &array![1.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sgd::step: axis 0 of the gradient has length 1, but the parameter has 2"
    );
    sgd.momentum = 0.9;
    sgd.step(&mut array![1.0, 2.0], &array![1.0, 1.0]).unwrap();
    let error = sgd.step(&mut array![1.0], &array![1.0]).unwrap_err();
    assert!(error.to_string().contains("the velocity has length 2"));
    let of_rank = |axes: usize| ArrayD::from_elem(IxDyn(&vec![1; axes]), 1.0);
    let error = optim::Sgd::new(&of_rank(1))
        .step(&mut of_rank(1), &of_rank(2))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sgd::step: the gradient has 2 axes, but the parameter has 1"
    );
}
