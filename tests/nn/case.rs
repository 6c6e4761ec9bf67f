//! Cases of `values.json`: arguments, results, cotangents and the gradient, by their names.

use ndarray::{Array, ArrayD, ArrayViewD, Dimension, IxDyn};
use serde_json::Value;
use std::sync::LazyLock;

static VALUES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("values.json")).expect("values.json is JSON")
});

/// What an argument or a result of a layer can be.
pub trait Quantity: Clone {
    /// What is passed to the function.
    type Passed<'a>
    where
        Self: 'a;

    fn read(value: &Value) -> Self;

    fn pass(&self) -> Self::Passed<'_>;

    fn numbers(&self) -> ArrayD<f64>;
}

/// `f32` and `f64`, and how near they are to be, relative to the largest number of an array and 1.
pub trait Element: einstan::Float + for<'a> Quantity<Passed<'a> = Self> + 'static {
    const TOLERANCE: f64;
}

impl Element for f32 {
    const TOLERANCE: f64 = 5e-5;
}

impl Element for f64 {
    const TOLERANCE: f64 = 1e-11;
}

macro_rules! number {
    ($($t:ty)*) => {$(
        impl Quantity for $t {
            type Passed<'a> = $t;

            fn read(value: &Value) -> Self {
                float(value) as $t
            }

            fn pass(&self) -> $t {
                *self
            }

            fn numbers(&self) -> ArrayD<f64> {
                ArrayD::from_elem(IxDyn(&[]), *self as f64)
            }
        }
    )*};
}

number!(f32 f64 usize);

impl<E: Quantity, D: Dimension> Quantity for Array<E, D> {
    type Passed<'a>
        = &'a Self
    where
        E: 'a,
        D: 'a;

    fn read(value: &Value) -> Self {
        let elements = value[1].as_array().expect("elements");
        let array = Array::from_shape_vec(shape(value), elements.iter().map(E::read).collect());
        let array = array.expect("as many elements as the lengths say");
        array.into_dimensionality().expect("the rank of the layer")
    }

    fn pass(&self) -> &Self {
        self
    }

    fn numbers(&self) -> ArrayD<f64> {
        self.map(|e| e.numbers()[[]]).into_dyn()
    }
}

fn shape(value: &Value) -> Vec<usize> {
    let lengths = value[0].as_array().expect("lengths").iter();
    lengths.map(usize::read).collect()
}

/// A number, or an array of no axes.
fn float(value: &Value) -> f64 {
    match value {
        Value::Array(parts) => float(&parts[1][0]),
        Value::String(text) => text.parse().expect("nan, inf or -inf"),
        _ => value.as_f64().expect("a number"),
    }
}

pub struct Case {
    function: &'static str,
    at: usize,
    values: &'static Value,
}

/// The cases of a function.
pub fn cases(function: &'static str) -> Vec<Case> {
    let all = VALUES[function].as_array().expect("cases of the function");
    let case = |(at, values)| Case {
        function,
        at,
        values,
    };
    all.iter().enumerate().map(case).collect()
}

impl Case {
    pub fn argument<Q: Quantity>(&self, name: &str) -> Q {
        Q::read(&self.values["arguments"][name])
    }

    /// The cotangent of a result, which is of the result's type.
    pub fn cotangent<Q: Quantity>(&self, name: &str, _: &Q) -> Q {
        Q::read(&self.values["cotangents"][name])
    }

    /// Compares a result, or a part of the gradient.
    pub fn agree<E: Element>(&self, of: &str, name: &str, found: ArrayD<f64>) {
        let expected = ArrayD::<f64>::read(&self.values[of][name]);
        let place = format!("{} {}, {of} {name}", self.function, self.at);
        assert_eq!(found.shape(), expected.shape(), "{place}");
        let finite = expected.iter().filter(|e| e.is_finite());
        let near = E::TOLERANCE * finite.fold(1.0, |a: f64, e| a.max(e.abs()));
        for (at, (f, e)) in found.iter().zip(&expected).enumerate() {
            let same = f == e || f.is_nan() && e.is_nan() || (f - e).abs() <= near;
            assert!(same, "{place}, element {at}: {f} is not {e}");
        }
    }

    /// Compares the gradient: every part that is expected is there, and no other.
    pub fn gradient<'a, E: Element>(
        &self,
        found: impl Iterator<Item = (&'static str, ArrayViewD<'a, E>)>,
    ) {
        let mut names = vec![];
        for (name, part) in found {
            self.agree::<E>("gradient", name, part.to_owned().numbers());
            names.push(name);
        }
        let parts = self.values["gradient"].as_object().expect("parts");
        assert_eq!(names.len(), parts.len(), "{}: {names:?}", self.function);
    }
}
