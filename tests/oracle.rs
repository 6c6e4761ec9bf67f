//! The interpreter of the ir, on all cases with expected values: the function as resolved, in normal form, and with its
//! backward equations; and the gradients beside central differences.

#[path = "conformance/cases.rs"]
mod cases;

use cases::{Case, cases, compare};
use einstan_compiler::eval::{self, Dense};
use einstan_compiler::ir::{self, Element, Function, Role, TensorId};
use einstan_compiler::{differentiate, normal};
use std::collections::BTreeMap;

/// How close values and gradients must come, relative to the largest entry.
const TOLERANCE: f64 = 1e-9;
/// The step of central differences, and how close they must come.
const STEP: f64 = 1e-6;
const NEAR: f64 = 1e-5;

/// Cases whose differences mean nothing, with the reason.
const CORNERS: &[(&str, &str)] = &[
    (
        "n_safe_branch",
        "one element stands where the branch changes",
    ),
    ("n_ties", "relu, abs, max and min at their corners"),
];

impl Case {
    fn outputs_of(
        &self,
        f: &Function,
        inputs: &BTreeMap<String, Dense>,
    ) -> Result<Vec<Dense>, String> {
        let all = eval::run(f, inputs, &self.dims)?;
        let value = |t: &TensorId| all[&f.tensor(*t).name].clone();
        Ok(f.results.iter().map(value).collect())
    }

    fn check_outputs(&self, what: &str, f: &Function) -> Vec<String> {
        match self.outputs_of(f, &self.inputs) {
            Ok(found) => {
                let pairs = found.iter().zip(&self.outputs).enumerate();
                pairs
                    .filter_map(|(at, (f, e))| {
                        compare(
                            &format!("{}: {what}: output {at}", self.name),
                            f,
                            e,
                            TOLERANCE,
                            1e-2,
                        )
                    })
                    .collect()
            }
            Err(error) => vec![format!("{}: {what}: {error}", self.name)],
        }
    }

    fn normalised(&self) -> Function {
        let mut f = self.function.clone();
        normal::normalise(&mut f);
        f
    }

    /// The gradients that the backward equations say.
    fn gradients(&self) -> Result<BTreeMap<String, Dense>, String> {
        let f = differentiate::vjp(&self.normalised()).function;
        let with_role = |is: &dyn Fn(Role) -> bool| {
            (0..f.tensors.len() as u32)
                .map(TensorId)
                .find(|&t| is(f.tensor(t).role))
        };
        let mut inputs = self.inputs.clone();
        let floats = f
            .results
            .iter()
            .filter(|&&t| f.tensor(t).element == Element::Float);
        for (&r, value) in floats.zip(&self.cotangents) {
            let c = with_role(&|role| role == Role::Cotangent { of: r }).ok_or("no cotangent")?;
            inputs.insert(f.tensor(c).name.clone(), value.clone());
        }
        let all = eval::run(&f, &inputs, &self.dims)?;
        let mut out = BTreeMap::new();
        for p in f.differentiable() {
            let g = with_role(&|role| role == Role::Gradient { of: p }).ok_or("no gradient")?;
            let name = &f.tensor(p).name;
            // A gradient without equations is zero.
            let zero = || {
                let mut zero = self.inputs[name].clone();
                zero.data.fill(0.0);
                zero
            };
            out.insert(
                name.clone(),
                all.get(&f.tensor(g).name).cloned().unwrap_or_else(zero),
            );
        }
        Ok(out)
    }

    /// Σ cotangent · output, of float results.
    fn weighed(&self, inputs: &BTreeMap<String, Dense>) -> Result<f64, String> {
        let all = self.outputs_of(&self.normalised(), inputs)?;
        let floats = self.function.results.iter().zip(all);
        let floats = floats.filter(|(t, _)| self.function.tensor(**t).element == Element::Float);
        Ok(floats
            .zip(&self.cotangents)
            .map(|((_, v), c)| v.data.iter().zip(&c.data).map(|(a, b)| a * b).sum::<f64>())
            .sum())
    }

    /// The gradient by one parameter, by central differences.
    fn differences(&self, parameter: &str) -> Result<Dense, String> {
        let mut out = self.inputs[parameter].clone();
        for at in 0..out.data.len() {
            let moved = |step: f64| {
                let mut inputs = self.inputs.clone();
                inputs.get_mut(parameter).expect("a parameter").data[at] += step;
                self.weighed(&inputs)
            };
            out.data[at] = (moved(STEP)? - moved(-STEP)?) / (2.0 * STEP);
        }
        Ok(out)
    }
}

fn report(wrong: Vec<String>) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_function_as_resolved_has_the_expected_values() {
    let all = cases();
    for c in &all {
        assert_eq!(ir::verify(&c.function), Ok(()), "{}", c.name);
    }
    // A Jacobian has a value once normal form has expanded it.
    let jacobian = |f: &ir::Function| {
        let is = |e| matches!(f.exprs.get(e), ir::Expr::Jacobian { .. });
        let mut all = f.equations.iter().flat_map(|e| f.exprs.walk(e.right));
        all.any(is)
    };
    report(
        all.iter()
            .filter(|c| !jacobian(&c.function))
            .flat_map(|c| c.check_outputs("resolved", &c.function))
            .collect(),
    );
}

#[test]
fn the_normal_form_has_the_expected_values() {
    report(
        cases()
            .iter()
            .flat_map(|c| c.check_outputs("normal", &c.normalised()))
            .collect(),
    );
}

#[test]
fn the_backward_equations_give_the_expected_gradients() {
    let mut wrong = Vec::new();
    for c in cases().iter().filter(|c| !c.gradients.is_empty()) {
        match c.gradients() {
            Ok(found) => {
                assert_eq!(found.len(), c.gradients.len(), "{}", c.name);
                wrong.extend(c.gradients.iter().filter_map(|(n, expected)| {
                    compare(
                        &format!("{}: gradient of {n}", c.name),
                        &found[n],
                        expected,
                        TOLERANCE,
                        1e-2,
                    )
                }));
            }
            Err(error) => wrong.push(format!("{}: {error}", c.name)),
        }
    }
    report(wrong);
}

#[test]
fn gradients_are_near_central_differences() {
    let mut wrong = Vec::new();
    for c in cases().iter().filter(|c| !c.gradients.is_empty()) {
        if CORNERS.iter().any(|(name, _)| *name == c.name) {
            continue;
        }
        let found = match c.gradients() {
            Ok(found) => found,
            Err(error) => {
                wrong.push(format!("{}: {error}", c.name));
                continue;
            }
        };
        for (n, g) in &found {
            match c.differences(n) {
                // Differences of large values are as inexact as these values.
                Ok(d) => {
                    let value = c.weighed(&c.inputs).map_or(1.0, f64::abs).max(1.0);
                    wrong.extend(compare(
                        &format!("{}: differences by {n}", c.name),
                        g,
                        &d,
                        NEAR,
                        value,
                    ))
                }
                Err(error) => wrong.push(format!("{}: {error}", c.name)),
            }
        }
    }
    report(wrong);
}

/// A direction in what the function is differentiated by.
fn direction(case: &Case) -> BTreeMap<String, Dense> {
    let by = case.function.differentiable();
    let along = by.enumerate().map(|(seed, t)| {
        let name = case.function.tensor(t).name.clone();
        let mut along = case.inputs[&name].clone();
        for (at, x) in along.data.iter_mut().enumerate() {
            *x = (at as f64 * 1.7 + seed as f64).sin();
        }
        (name, along)
    });
    along.collect()
}

/// The case at inputs that are moved along a direction.
fn moved(case: &Case, along: &BTreeMap<String, Dense>, step: f64) -> Case {
    let mut case = case.clone();
    for (name, along) in along {
        let x = case.inputs.get_mut(name).expect("a parameter");
        let pairs = x.data.iter_mut().zip(&along.data);
        pairs.for_each(|(x, d)| *x += step * d);
    }
    case
}

/// What changes along a direction, by central differences.
fn change(up: &Dense, down: &Dense) -> Dense {
    let pairs = up.data.iter().zip(&down.data);
    Dense {
        shape: up.shape.clone(),
        data: pairs.map(|(u, d)| (u - d) / (2.0 * STEP)).collect(),
    }
}

/// The values that a derivative of a case has, by its parameters and the tangents `dX`.
fn along(case: &Case, f: &Function, direction: &BTreeMap<String, Dense>) -> Vec<Dense> {
    let mut inputs = case.inputs.clone();
    inputs.extend(direction.iter().map(|(n, d)| (format!("d{n}"), d.clone())));
    case.outputs_of(f, &inputs).expect("a derivative")
}

#[test]
fn tangents_and_hessian_products_are_near_central_differences() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases() {
        let corner = CORNERS.iter().any(|(name, _)| *name == case.name);
        if corner || case.gradients.is_empty() || !case.function.has_derivative() {
            continue;
        }
        let derivatives = einstan_compiler::differentiated(&case.function, false);
        let d = direction(&case);
        let (up, down) = (moved(&case, &d, STEP), moved(&case, &d, -STEP));
        let value = |c: &Case| c.outputs_of(&c.normalised(), &c.inputs).expect("a value");
        let jvp = &derivatives.jvp.as_ref().expect("a tangent").function;
        let results = &case.function.results;
        let float = |t: &TensorId| case.function.tensor(*t).element == Element::Float;
        let changes = value(&up).into_iter().zip(value(&down)).zip(results);
        let changes: Vec<Dense> = changes
            .filter(|(_, t)| float(t))
            .map(|((up, down), _)| change(&up, &down))
            .collect();
        let tangents = along(&case, jvp, &d).split_off(results.len());
        for (found, expected) in tangents.iter().zip(&changes) {
            wrong.extend(compare(
                &format!("{}: jvp", case.name),
                found,
                expected,
                NEAR,
                1.0,
            ));
        }
        if let Some(hvp) = &derivatives.hvp {
            count += 1;
            let (up, down) = (
                up.gradients().expect("a gradient"),
                down.gradients().expect("a gradient"),
            );
            let cotangent = case.cotangents[0].data[0];
            let by = case
                .function
                .differentiable()
                .map(|t| case.function.tensor(t).name.clone());
            for (name, mut found) in by.zip(along(&case, &hvp.function, &d)) {
                found.data.iter_mut().for_each(|x| *x *= cotangent);
                let expected = change(&up[&name], &down[&name]);
                let what = format!("{}: hvp by {name}", case.name);
                wrong.extend(compare(&what, &found, &expected, NEAR, 1.0));
            }
        }
    }
    assert!(count > 20, "{count} cases have one scalar result");
    report(wrong);
}
