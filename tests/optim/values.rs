//! Steps beside those of PyTorch, which `values.py` wrote down.

use einstan::{Error, Float, Parameters, optim};
use ndarray::{Array0, Array1, Array2, Array3, Array4};
use serde_json::Value;

/// Tensors of the shapes of `values.py`.
type Model<T> = (
    Array0<T>,
    (Array1<T>, Array2<T>),
    Vec<Array1<T>>,
    (Array3<T>, Array4<T>),
);

trait Number: Float {
    fn of(value: f64) -> Self;
    fn error(self, expected: f64) -> f64;
    const PRECISION: f64;
}

macro_rules! number {
    ($t:ty, $precision:literal) => {
        impl Number for $t {
            fn of(value: f64) -> Self {
                value as $t
            }
            fn error(self, expected: f64) -> f64 {
                (f64::from(self) - expected).abs()
            }
            const PRECISION: f64 = $precision;
        }
    };
}
number!(f32, 2e-6);
number!(f64, 1e-14);

fn read() -> Value {
    serde_json::from_str(include_str!("values.json")).expect("the values are JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// A model with these elements.
fn model<T: Number>(tensors: &Value) -> Model<T> {
    let mut out = (
        Array0::zeros(()),
        (Array1::zeros(3), Array2::zeros((2, 3))),
        vec![Array1::zeros(0)],
        (Array3::zeros((2, 0, 3)), Array4::zeros((2, 1, 2, 2))),
    );
    let mut tensors = list(tensors).iter();
    out.tensors_mut(|_, mut tensor| {
        let numbers = list(tensors.next().expect("as many tensors"));
        assert_eq!(tensor.len(), numbers.len());
        for (x, value) in tensor.iter_mut().zip(numbers) {
            *x = T::of(number(value));
        }
    });
    out
}

fn assert_near<T: Number>(found: &Model<T>, expected: &Value, what: &Value) {
    let mut expected = list(expected).iter();
    found.tensors(|path, tensor| {
        let numbers = list(expected.next().expect("as many tensors"));
        for (x, expected) in tensor.iter().zip(numbers) {
            let (error, expected) = (x.error(number(expected)), number(expected));
            let allowed = T::PRECISION * expected.abs().max(1.0);
            assert!(error <= allowed, "{what}: `{path}` is {x}, not {expected}");
        }
    });
}

type Step<T> = Box<dyn FnMut(&mut Model<T>, &Model<T>) -> Result<(), Error>>;

/// The step of an optimiser with these settings; of one whose settings are the defaults, with ours.
fn step<T: Number>(case: &Value, model: &Model<T>) -> Step<T> {
    let (settings, default) = (&case["settings"], case["default"] == true);
    let setting = |name: &str| number(&settings[name]);
    match case["optimiser"].as_str() {
        Some("sgd") => {
            let mut sgd = optim::Sgd::new(model);
            (sgd.rate, sgd.momentum) = (setting("lr"), setting("momentum"));
            (sgd.nesterov, sgd.decay) = (settings["nesterov"] == true, setting("weight_decay"));
            Box::new(move |p, g| sgd.step(p, g))
        }
        Some("adam") => {
            let mut adam = optim::Adam::new(model);
            if !default {
                (adam.rate, adam.epsilon) = (setting("lr"), setting("eps"));
                adam.beta1 = number(&settings["betas"][0]);
                adam.beta2 = number(&settings["betas"][1]);
            }
            Box::new(move |p, g| adam.step(p, g))
        }
        _ => {
            let mut adam = optim::AdamW::new(model);
            if !default {
                (adam.rate, adam.epsilon) = (setting("lr"), setting("eps"));
                adam.beta1 = number(&settings["betas"][0]);
                adam.beta2 = number(&settings["betas"][1]);
                adam.decay = setting("weight_decay");
            }
            Box::new(move |p, g| adam.step(p, g))
        }
    }
}

fn steps<T: Number>() {
    let values = read();
    for case in list(&values["cases"]) {
        let mut p = model::<T>(&case["start"]);
        let mut step = step(case, &p);
        for expected in list(&case["steps"]) {
            step(&mut p, &model(&expected["gradient"])).expect("the shapes agree");
            let what = serde_json::json!([case["optimiser"], case["settings"]]);
            assert_near(&p, &expected["after"], &what);
        }
    }
}

#[test]
fn steps_of_f64() {
    steps::<f64>();
}

#[test]
fn steps_of_f32() {
    steps::<f32>();
}

fn clips<T: Number>() {
    for case in list(&read()["clips"]) {
        let mut gradient = model::<T>(&case["gradient"]);
        let norm = optim::clip_norm(&mut gradient, number(&case["limit"])).expect("a norm");
        let expected = number(&case["norm"]);
        assert!(
            norm.error(expected) <= T::PRECISION * expected,
            "{norm}, not {expected}"
        );
        assert_near(&gradient, &case["after"], &case["limit"]);
    }
}

#[test]
fn clips_of_f64() {
    clips::<f64>();
}

#[test]
fn clips_of_f32() {
    clips::<f32>();
}

#[test]
fn a_norm_that_is_not_finite() {
    let mut gradient = ndarray::array![f64::NAN, 1.0];
    assert!(optim::clip_norm(&mut gradient, 1.0).unwrap().is_nan());
    assert!(gradient[1].is_nan());
    let mut nothing = Array1::<f32>::zeros(0);
    assert_eq!(optim::clip_norm(&mut nothing, 1.0), Ok(0.0));
}
