//! Cases with expected values, and how results are compared with them.

use ndarray::{Array, ArrayViewD, ArrayViewMutD, Dimension, IxDyn};
use serde_json::Value;
use std::collections::BTreeMap;

/// An element type of the tests: `f32` or `f64`, with how closely it must agree, relative to the largest entry.
pub trait Number: einstan::Float {
    const TOLERANCE: f64;
    fn of(value: f64) -> Self;
    fn to(self) -> f64;
}

impl Number for f64 {
    const TOLERANCE: f64 = 1e-9;
    fn of(value: f64) -> Self {
        value
    }
    fn to(self) -> f64 {
        self
    }
}

impl Number for f32 {
    const TOLERANCE: f64 = 2e-4;
    fn of(value: f64) -> Self {
        value as f32
    }
    fn to(self) -> f64 {
        self.into()
    }
}

/// A case of a file.
pub struct Case {
    pub name: String,
    inputs: BTreeMap<String, Value>,
    cotangents: Vec<Value>,
    outputs: Vec<Value>,
    gradients: BTreeMap<String, Value>,
}

/// The cases of a file under `data/`.
pub fn cases(text: &str) -> BTreeMap<String, Case> {
    let all: Vec<Value> = serde_json::from_str(text).expect("a list of cases");
    let map = |v: &Value| -> BTreeMap<String, Value> {
        v.as_object()
            .map(|o| o.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
            .unwrap_or_default()
    };
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|c| {
            let name = c["name"].as_str().expect("a name").to_string();
            let case = Case {
                name: name.clone(),
                inputs: map(&c["inputs"]),
                cotangents: list(&c["cotangents"]),
                outputs: list(&c["expect"]["outputs"]),
                gradients: map(&c["expect"]["vjp"]),
            };
            (name, case)
        })
        .collect()
}

fn flatten(value: &Value, shape: &mut Vec<usize>, depth: usize, out: &mut Vec<f64>) {
    match value {
        Value::Array(all) => {
            if shape.len() == depth {
                shape.push(all.len());
            }
            all.iter().for_each(|v| flatten(v, shape, depth + 1, out));
        }
        v => out.push(v.as_f64().expect("a number")),
    }
}

fn array<D: Dimension>(value: &Value) -> Array<f64, D> {
    let (mut shape, mut data) = (Vec::new(), Vec::new());
    flatten(value, &mut shape, 0, &mut data);
    if let Some(rank) = D::NDIM {
        shape.resize(rank, 0);
    }
    let dynamic = Array::from_shape_vec(IxDyn(&shape), data).expect("a shape");
    dynamic.into_dimensionality().expect("a rank")
}

impl Case {
    pub fn tensor<T: Number, D: Dimension>(&self, name: &str) -> Array<T, D> {
        array::<D>(&self.inputs[name]).mapv(T::of)
    }

    pub fn integers<I: TryFrom<i64> + Clone, D: Dimension>(&self, name: &str) -> Array<I, D> {
        array::<D>(&self.inputs[name])
            .map(|&x| I::try_from(x as i64).unwrap_or_else(|_| panic!("an integer")))
    }

    pub fn scalar<T: Number>(&self, name: &str) -> T {
        T::of(self.inputs[name].as_f64().expect("a number"))
    }

    pub fn integer<I: TryFrom<i64>>(&self, name: &str) -> I {
        let value = self.inputs[name].as_i64().expect("an integer");
        I::try_from(value).unwrap_or_else(|_| panic!("an integer"))
    }

    pub fn cotangent<T: Number, D: Dimension>(&self, at: usize) -> Array<T, D> {
        array::<D>(&self.cotangents[at]).mapv(T::of)
    }

    pub fn scalar_cotangent<T: Number>(&self, at: usize) -> T {
        T::of(self.cotangents[at].as_f64().expect("a number"))
    }

    /// Compares a result.
    pub fn output<T: Number>(&self, at: usize, found: &impl Found<T>) {
        self.close::<T>(
            &format!("output {at}"),
            &self.outputs[at],
            found.list(),
            found.shape(),
        );
    }

    /// Compares a gradient, times `times`.
    pub fn gradient<T: Number>(&self, name: &str, found: ArrayViewD<'_, T>, times: f64) {
        let list = found.iter().map(|x| x.to() / times).collect();
        self.close::<T>(
            &format!("gradient of {name}"),
            &self.gradients[name],
            list,
            found.shape().to_vec(),
        );
    }

    fn close<T: Number>(&self, what: &str, expected: &Value, found: Vec<f64>, shape: Vec<usize>) {
        let (mut want_shape, mut want) = (Vec::new(), Vec::new());
        flatten(expected, &mut want_shape, 0, &mut want);
        let case = &self.name;
        assert!(
            want.is_empty() || want_shape == shape,
            "{case}: {what} has the shape {shape:?}, not {want_shape:?}"
        );
        assert_eq!(want.len(), found.len(), "{case}: {what}");
        let scale = want
            .iter()
            .filter(|x| x.is_finite())
            .fold(1e-30, |a: f64, x| a.max(x.abs()));
        for (at, (w, f)) in want.iter().zip(&found).enumerate() {
            let same = w == f
                || (w.is_nan() && f.is_nan())
                || (w - f).abs() <= T::TOLERANCE * scale.max(1e-2);
            assert!(
                same,
                "{case}: {what}: element {at} is {f}, not {w} (of {want:?}, found {found:?})"
            );
        }
    }
}

/// Two lists of numbers of each part.
pub type Pairs = Vec<(Vec<f64>, Vec<f64>)>;

/// Some numbers as a direction.
pub fn direction<T: Number>(mut view: ArrayViewMutD<'_, T>, seed: usize) {
    for (at, x) in view.iter_mut().enumerate() {
        *x = T::of((at as f64 * 1.7 + seed as f64).sin());
    }
}

/// The parts of two gradients side by side.
pub fn lists<'a, T: Number>(
    a: impl Iterator<Item = (&'static str, ArrayViewD<'a, T>)>,
    b: impl Iterator<Item = (&'static str, ArrayViewD<'a, T>)>,
) -> Pairs {
    let list = |v: ArrayViewD<'a, T>| v.iter().map(|x| x.to()).collect::<Vec<f64>>();
    a.zip(b)
        .map(|((_, a), (_, b))| (list(a), list(b)))
        .collect()
}

/// The inner product, and the sum of the sizes of its addends.
fn inner(pairs: &[(Vec<f64>, Vec<f64>)]) -> (f64, f64) {
    let products = pairs.iter().flat_map(|(a, b)| {
        assert_eq!(a.len(), b.len(), "two of one shape");
        a.iter().zip(b).map(|(a, b)| a * b)
    });
    products.fold((0.0, 0.0), |(sum, size), p| (sum + p, size + p.abs()))
}

impl Case {
    /// ⟨c, J t⟩ = ⟨Jᵀ c, t⟩.
    pub fn adjoint<T: Number>(&self, what: &str, forward: &[(Vec<f64>, Vec<f64>)], back: &Pairs) {
        let ((a, size_a), (b, size_b)) = (inner(forward), inner(back));
        let bound = 10.0 * T::TOLERANCE * (size_a + size_b).max(1e-2);
        let same = (a - b).abs() <= bound || !a.is_finite() || !b.is_finite();
        assert!(same, "{}: {what}: {a} is not {b}", self.name);
    }

    /// ⟨H u, t⟩ = ⟨H t, u⟩.
    pub fn symmetric<T: Number>(&self, a: &Pairs, b: &Pairs) {
        self.adjoint::<T>("Hessian", a, b);
    }

    /// The cotangents times Jacobians are a gradient.
    pub fn contracted<T: Number>(
        &self,
        name: &str,
        parts: &[(Vec<f64>, Vec<f64>)],
        gradient: Vec<f64>,
    ) {
        let n = gradient.len();
        for (k, &g) in gradient.iter().enumerate() {
            let column = |(c, j): &(Vec<f64>, Vec<f64>)| {
                let column = (0..c.len()).map(|i| j[i * n + k]).collect();
                (c.clone(), column)
            };
            let columns: Pairs = parts.iter().map(column).collect();
            let (sum, size) = inner(&columns);
            let bound = 10.0 * T::TOLERANCE * (size + g.abs()).max(1e-2);
            let same = (sum - g).abs() <= bound || !sum.is_finite() || !g.is_finite();
            assert!(same, "{}: Jacobian by {name}: {sum} is not {g}", self.name);
        }
    }
}

/// A result: an array or a scalar.
pub trait Found<T> {
    fn list(&self) -> Vec<f64>;
    fn shape(&self) -> Vec<usize>;
}

impl<T: Number, D: Dimension> Found<T> for Array<T, D> {
    fn list(&self) -> Vec<f64> {
        self.iter().map(|x| x.to()).collect()
    }
    fn shape(&self) -> Vec<usize> {
        self.shape().to_vec()
    }
}

impl<T: Number> Found<T> for T {
    fn list(&self) -> Vec<f64> {
        vec![self.to()]
    }
    fn shape(&self) -> Vec<usize> {
        vec![]
    }
}

/// A result of integers.
pub struct Whole(pub Vec<f64>, pub Vec<usize>);

impl Whole {
    pub fn array<I: Copy + TryInto<i64>, D: Dimension>(a: &Array<I, D>) -> Self {
        let list = a
            .iter()
            .map(|&x| x.try_into().unwrap_or(i64::MIN) as f64)
            .collect();
        Whole(list, a.shape().to_vec())
    }
    pub fn one<I: TryInto<i64>>(x: I) -> Self {
        Whole(vec![x.try_into().unwrap_or(i64::MIN) as f64], vec![])
    }
}

impl<T> Found<T> for Whole {
    fn list(&self) -> Vec<f64> {
        self.0.clone()
    }
    fn shape(&self) -> Vec<usize> {
        self.1.clone()
    }
}
