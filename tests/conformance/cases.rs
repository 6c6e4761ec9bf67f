//! The conformance cases, for tests that work on the ir.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::eval::Dense;
use einstan_compiler::ir::{Element, Function, Parameter, TensorId};
use einstan_compiler::understand;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case: a function with inputs, and what is expected of it.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub function: Function,
    pub inputs: BTreeMap<String, Dense>,
    pub dims: BTreeMap<String, usize>,
    /// Of the results that are not integers.
    pub cotangents: Vec<Dense>,
    pub outputs: Vec<Dense>,
    pub gradients: BTreeMap<String, Dense>,
}

/// A nested list; the rank is known, because an empty list says nothing of its inner lengths.
fn dense(value: &Value, rank: usize) -> Dense {
    fn walk(value: &Value, depth: usize, shape: &mut [usize], data: &mut Vec<f64>) {
        match value {
            Value::Array(all) => {
                shape[depth] = all.len();
                all.iter().for_each(|v| walk(v, depth + 1, shape, data));
            }
            // JSON has no such numbers.
            Value::Null => data.push(f64::NAN),
            Value::String(s) => data.push(s.to_lowercase().parse().expect("a number")),
            v => data.push(v.as_f64().expect("a number")),
        }
    }
    let (mut shape, mut data) = (vec![0; rank], Vec::new());
    walk(value, 0, &mut shape, &mut data);
    Dense { shape, data }
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut out = Vec::new();
    for text in [
        include_str!("data/seed.json"),
        include_str!("data/notation.json"),
        include_str!("data/peers.json"),
        include_str!("data/generated.json"),
    ] {
        let all: Vec<Value> = serde_json::from_str(text).expect("a list of cases");
        out.extend(all.iter().map(case));
    }
    assert!(out.len() > 200, "the cases are there");
    out
}

fn case(value: &Value) -> Case {
    let name = value["name"].as_str().expect("a name").to_string();
    let tokens = value["source"]
        .as_str()
        .expect("a source")
        .parse()
        .expect("tokens");
    let mut diagnostics = Diagnostics::new();
    let program = understand(tokens, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{name}: {:?}", diagnostics.errors());
    let function = program
        .functions
        .last()
        .expect("a function")
        .function
        .clone();
    let rank = |t: TensorId| function.tensor(t).axes.len();
    let (mut inputs, mut dims, mut gradients) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for p in &function.parameters {
        match *p {
            Parameter::Tensor(t) => {
                let n = &function.tensor(t).name;
                inputs.insert(n.clone(), dense(&value["inputs"][n], rank(t)));
                if let Some(g) = value["expect"]["vjp"].get(n) {
                    gradients.insert(n.clone(), dense(g, rank(t)));
                }
            }
            Parameter::Dim(d) => {
                let n = &function.dim(d).name;
                let len = value["inputs"][n].as_u64().expect("a length");
                dims.insert(n.clone(), len as usize);
            }
        }
    }
    let floats = function
        .results
        .iter()
        .filter(|&&t| function.tensor(t).element == Element::Float);
    let cotangents = if gradients.is_empty() {
        Vec::new()
    } else {
        floats
            .zip(value["cotangents"].as_array().expect("cotangents"))
            .map(|(&t, v)| dense(v, rank(t)))
            .collect()
    };
    let outputs = function
        .results
        .iter()
        .zip(value["expect"]["outputs"].as_array().expect("outputs"));
    let outputs = outputs.map(|(&t, v)| dense(v, rank(t))).collect();
    Case {
        name,
        inputs,
        dims,
        cotangents,
        outputs,
        gradients,
        function,
    }
}

/// The largest entry.
pub fn scale(all: &[f64]) -> f64 {
    all.iter()
        .filter(|x| x.is_finite())
        .fold(0.0, |a: f64, x| a.max(x.abs()))
}

/// What is wrong with `found`, if anything.
pub fn compare(
    what: &str,
    found: &Dense,
    expected: &Dense,
    tolerance: f64,
    at_least: f64,
) -> Option<String> {
    let allowed = tolerance * scale(&expected.data).max(at_least);
    let same =
        |(f, e): (&f64, &f64)| f == e || f.is_nan() && e.is_nan() || (f - e).abs() <= allowed;
    let right = found.data.len() == expected.data.len()
        && (found.data.is_empty() || found.shape == expected.shape)
        && found.data.iter().zip(&expected.data).all(same);
    (!right).then(|| format!("{what}:\n  found    {found:?}\n  expected {expected:?}"))
}
