//! What holds of every pass, on functions that are made at random: each keeps the values, derivatives agree with central
//! differences and with the adjoint identity, and the ir reads back as it is printed.

mod random;

use einstan_compiler::differentiate::{self, Backward};
use einstan_compiler::eval::{self, Dense};
use einstan_compiler::ir::{self, Function};
use einstan_compiler::{normal, simplify};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use random::{Program, compile, program};
use std::collections::BTreeMap;

type Tensors = BTreeMap<String, Dense>;

fn run(f: &Function, inputs: &Tensors) -> Tensors {
    eval::run(f, inputs, &BTreeMap::new()).expect("it runs")
}

/// The same numbers, up to the rounding of another order of operations.
fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let scale = b.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
    a.len() == b.len()
        && a.iter().zip(b).all(|(x, y)| {
            (x - y).abs() <= tolerance * scale || x == y || (x.is_nan() && y.is_nan())
        })
}

fn joint(f: &Function) -> Backward {
    let mut f = f.clone();
    normal::normalise(&mut f);
    ir::verify_normal(&f).expect("normal form");
    let joint = differentiate::vjp(&f);
    ir::verify_normal(&joint.function).expect("the backward equations");
    joint
}

/// The inputs with a cotangent of the result.
fn with_cotangent(p: &Program, value: &Dense) -> Tensors {
    let mut inputs = p.inputs.clone();
    let cotangent = Dense {
        shape: value.shape.clone(),
        data: (0..value.data.len())
            .map(|i| p.weights[i % p.weights.len()])
            .collect(),
    };
    inputs.insert("∂Z".to_string(), cotangent);
    inputs
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Moves all inputs by `step` times a direction.
fn moved(p: &Program, direction: &Tensors, step: f64) -> Tensors {
    let mut inputs = p.inputs.clone();
    for (name, d) in direction {
        let x = inputs.get_mut(name).expect("a parameter");
        x.data
            .iter_mut()
            .zip(&d.data)
            .for_each(|(x, d)| *x += step * d);
    }
    inputs
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn passes_keep_the_value(p in program()) {
        let f = compile(&p.source);
        let plain = run(&f, &p.inputs)["Z"].clone();
        let mut normal = f.clone();
        normal::normalise(&mut normal);
        prop_assert!(close(&run(&normal, &p.inputs)["Z"].data, &plain.data, 1e-12), "{}", p.source);
    }

    #[test]
    fn what_is_simplified_has_the_same_values_and_gradients(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let raw = joint(&f);
        let mut simple = raw.clone();
        simplify::simplify(&mut simple);
        ir::verify_normal(&simple.function).expect("simplified");
        let (a, b) = (run(&raw.function, &inputs), run(&simple.function, &inputs));
        prop_assert!(close(&b["Z"].data, &value.data, 1e-12), "{}", p.source);
        for name in p.inputs.keys() {
            let gradient = format!("∂{name}");
            if let (Some(a), Some(b)) = (a.get(&gradient), b.get(&gradient)) {
                prop_assert!(close(&b.data, &a.data, 1e-10), "{gradient} of {}", p.source);
            }
        }
    }

    #[test]
    fn gradients_agree_with_differences(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let weights = &inputs["∂Z"].data;
        let gradients = run(&joint(&f).function, &inputs);
        for (name, x) in &p.inputs {
            let Some(gradient) = gradients.get(&format!("∂{name}")) else { continue };
            let differences: Vec<f64> = (0..x.data.len()).map(|at| {
                let mut unit = Dense { shape: x.shape.clone(), data: vec![0.0; x.data.len()] };
                unit.data[at] = 1.0;
                let unit = BTreeMap::from([(name.clone(), unit)]);
                let [high, low] = [1e-6, -1e-6].map(|h| dot(&run(&f, &moved(&p, &unit, h))["Z"].data, weights));
                (high - low) / 2e-6
            }).collect();
            prop_assert!(
                close(&gradient.data, &differences, 1e-5),
                "∂{name} of {}: {:?} but {:?}", p.source, gradient.data, differences
            );
        }
    }

    /// ⟨J v, w⟩ = ⟨v, Jᵀ w⟩, with J v as a difference along v.
    #[test]
    fn pullbacks_are_adjoint(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let gradients = run(&joint(&f).function, &inputs);
        let direction: Tensors = p.inputs.iter().map(|(name, x)| {
            let data = (0..x.data.len()).map(|i| p.weights[(i + 3) % p.weights.len()]).collect();
            (name.clone(), Dense { shape: x.shape.clone(), data })
        }).collect();
        let [high, low] = [1e-6, -1e-6].map(|h| dot(&run(&f, &moved(&p, &direction, h))["Z"].data, &inputs["∂Z"].data));
        let forward = (high - low) / 2e-6;
        let backward: f64 = direction.iter().filter_map(|(name, v)| {
            gradients.get(&format!("∂{name}")).map(|g| dot(&g.data, &v.data))
        }).sum();
        prop_assert!(close(&[backward], &[forward], 1e-5), "{}: {backward} but {forward}", p.source);
    }

    #[test]
    fn the_ir_reads_back_as_it_is_printed(p in program()) {
        let f = compile(&p.source);
        let printed = ir::print::print(&f);
        let again = compile(&format!("{} {{ {printed} }}", p.signature()));
        prop_assert_eq!(ir::print::print(&again), printed, "{}", p.source);
    }
}
