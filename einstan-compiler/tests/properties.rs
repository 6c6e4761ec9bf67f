//! What holds of every pass, on functions that are made at random: each keeps the values, derivatives agree with central
//! differences and with the adjoint identity, and the ir reads back as it is printed.

mod random;

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::differentiate::{self, Backward};
use einstan_compiler::eval::{self, Dense};
use einstan_compiler::ir::{self, BinaryOp, Expr, ExprId, Function, Role, TensorId};
use einstan_compiler::{derivation, normal, normal_form, plan, simplify};
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

/// A direction in the inputs.
fn direction(p: &Program) -> Tensors {
    let along = |x: &Dense| Dense {
        shape: x.shape.clone(),
        data: (0..x.data.len())
            .map(|i| p.weights[(i + 3) % p.weights.len()])
            .collect(),
    };
    numbers(&p.inputs)
        .map(|(n, x)| (n.clone(), along(x)))
        .collect()
}

/// The inputs that are numbers: positions are held.
fn numbers(inputs: &Tensors) -> impl Iterator<Item = (&String, &Dense)> {
    let position = |name: &str| ["p", "q"].contains(&name);
    inputs.iter().filter(move |(name, _)| !position(name))
}

/// The inputs with a direction as their tangents.
fn with_tangents(p: &Program, direction: &Tensors) -> Tensors {
    let tangents = direction.iter().map(|(n, d)| (format!("d{n}"), d.clone()));
    p.inputs.clone().into_iter().chain(tangents).collect()
}

/// The inner product of a direction with what has its names after a prefix.
fn product(direction: &Tensors, values: &Tensors, prefix: &str) -> f64 {
    let each = direction.iter().filter_map(|(name, v)| {
        let value = values.get(&format!("{prefix}{name}"))?;
        Some(dot(&value.data, &v.data))
    });
    each.sum()
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

/// The expression with the factors of every product exchanged.
fn turned(f: &mut Function, id: ExprId) -> ExprId {
    f.exprs.map(id, &mut |e| match e {
        Expr::Binary(BinaryOp::Mul, a, b) => Expr::Binary(BinaryOp::Mul, b, a),
        e => e,
    })
}

#[test]
fn every_operation_occurs() {
    assert_eq!(random::missing(), [""; 0]);
}

/// A position that the sum over a delta moves along the row of a normalisation stays.
#[test]
fn a_row_of_a_softmax_is_at_one_place() {
    let sum = "z[i] = sum[k](v[k] * X[pad(i + k - 1), 0] * softmax[k](X[pad(i + 1), k]))";
    let sources = [
        format!("fn f(X[n, m], v[m]) -> z[n] {{ {sum}; }}"),
        "fn f(X[n, m], v[m]) -> z[n, m] { z[pad(2*a-b), b] += softmax[b](softmax[b](X[a, b])); }"
            .to_string(),
    ];
    for source in sources {
        a_row_is_at_one_place(&source);
    }
}

fn a_row_is_at_one_place(source: &str) {
    let f = compile(source);
    let dense = |shape: &[usize]| Dense {
        shape: shape.to_vec(),
        data: (0..shape.iter().product())
            .map(|x: usize| (x as f64).sin())
            .collect(),
    };
    let mut inputs = Tensors::from([
        ("X".to_string(), dense(&[3, 2])),
        ("v".to_string(), dense(&[2])),
    ]);
    inputs = run(&f, &inputs);
    let shape = inputs["z"].shape.clone();
    inputs.insert("∂z".to_string(), dense(&shape));
    for way in derivation::ways(&f) {
        let values = way.functions.iter().map(|g| {
            let name = &g.tensor(g.results[0]).name;
            run(g, &inputs).remove(name).expect("the gradient").data
        });
        let values: Vec<Vec<f64>> = values.collect();
        for v in &values {
            assert!(close(v, &values[0], 1e-9), "{}", way.text(""));
        }
    }
}

#[test]
fn lengths_that_follow_from_others_are_computed() {
    let f = compile("fn f(X[n], K[m]) -> Y[(n - m)/2 + 1] { Y[y] = X[2*y + r] * K[r]; }");
    let list = |data: &[f64]| Dense {
        shape: vec![data.len()],
        data: data.to_vec(),
    };
    let mut inputs = Tensors::from([
        ("X".to_string(), list(&[1.0, 2.0, 3.0, 4.0, 5.0])),
        ("K".to_string(), list(&[1.0, 10.0])),
    ]);
    assert_eq!(run(&f, &inputs)["Y"].data, [21.0, 43.0]);
    let figures = plan::plan(joint(&f)).figures(|name| Some(if name == "n" { 100 } else { 10 }));
    assert_eq!(figures.forward.flops, 2.0 * 46.0 * 10.0);
    inputs.insert("X".to_string(), list(&[]));
    assert_eq!(run(&f, &inputs)["Y"].shape, [0]);
    inputs.insert("K".to_string(), list(&[1.0; 4]));
    let error = eval::run(&f, &inputs, &BTreeMap::new()).expect_err("no length is negative");
    assert!(error.contains("(n - m) / 2 + 1"), "{error}");
}

/// How many programs there are for each property: `EINSTAN_CASES`, or enough to see what is plainly wrong.
fn cases() -> u32 {
    let asked = std::env::var("EINSTAN_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
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

    /// What is put in, computed again, taken in digits and left out.
    #[test]
    fn what_is_scheduled_has_the_same_values_and_gradients(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let mut simple = joint(&f);
        simplify::simplify(&mut simple);
        let scheduled = plan::equations(simple.clone());
        let (a, b) = (run(&simple.function, &inputs), run(&scheduled, &inputs));
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
        for (name, x) in numbers(&p.inputs) {
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
        let direction = direction(&p);
        let [high, low] = [1e-6, -1e-6].map(|h| dot(&run(&f, &moved(&p, &direction, h))["Z"].data, &inputs["∂Z"].data));
        let forward = (high - low) / 2e-6;
        let backward = product(&direction, &gradients, "∂");
        prop_assert!(close(&[backward], &[forward], 1e-5), "{}: {backward} but {forward}", p.source);
    }

    /// ⟨J v, w⟩ = ⟨v, Jᵀ w⟩, with J v from the tangent equations, before and after they are simplified.
    #[test]
    fn tangents_and_pullbacks_are_adjoint(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let gradients = run(&joint(&f).function, &inputs);
        let direction = direction(&p);
        let mut normal = f.clone();
        normal::normalise(&mut normal);
        let jvp = differentiate::jvp(&normal);
        ir::verify_normal(&jvp).expect("the tangent equations");
        let mut simple = Backward::from(jvp.clone());
        simplify::simplify(&mut simple);
        let backward = product(&direction, &gradients, "∂");
        for jvp in [&jvp, &simple.function] {
            let out = run(jvp, &with_tangents(&p, &direction));
            let forward = dot(&out["dZ"].data, &inputs["∂Z"].data);
            prop_assert!(close(&out["Z"].data, &value.data, 1e-10), "{}", p.source);
            prop_assert!(close(&[backward], &[forward], 1e-9), "{}: {backward} but {forward}", p.source);
        }
    }

    /// H v is the difference of gradients along v, and ⟨u, H v⟩ = ⟨H u, v⟩.
    #[test]
    fn hessian_products_are_differences_and_symmetric(p in program()) {
        let body = p.source.strip_suffix(" }").expect("the end of the function");
        let scalar = body.replace("-> Z[n, m]", "-> E") + " E = sum[i,j](sin(Z[i,j] + 0.3)); }";
        let mut f = compile(&scalar);
        normal::normalise(&mut f);
        let mut hvp = Backward::from(differentiate::hvp(&f));
        ir::verify_normal(&hvp.function).expect("the equations of the Hessian product");
        let unsimplified = hvp.function.clone();
        simplify::simplify(&mut hvp);
        ir::verify_normal(&hvp.function).expect("simplified");
        let gradient = differentiate::gradient(&f);
        let v = direction(&p);
        let u: Tensors = v.iter().map(|(n, d)| {
            let data = d.data.iter().rev().map(|x| x * x - 0.3).collect();
            (n.clone(), Dense { shape: d.shape.clone(), data })
        }).collect();
        let hv = run(&hvp.function, &with_tangents(&p, &v));
        let hu = run(&unsimplified, &with_tangents(&p, &u));
        let (a, b) = (product(&u, &hv, "d∂"), product(&v, &hu, "d∂"));
        prop_assert!(close(&[a], &[b], 1e-8), "{scalar}: {a} but {b}");
        let [high, low] = [1e-5, -1e-5].map(|h| run(&gradient, &moved(&p, &v, h)));
        for (name, _) in numbers(&p.inputs) {
            let (key, hv) = (format!("∂{name}"), &hv[&format!("d∂{name}")]);
            let differences: Vec<f64> = high[&key].data.iter().zip(&low[&key].data).map(|(x, y)| (x - y) / 2e-5).collect();
            // Where a corner lies between the two, the difference says nothing.
            let corner = differences.iter().any(|d| d.abs() > 1e3);
            prop_assert!(corner || close(&hv.data, &differences, 1e-3), "{name} of {scalar}: {:?} but {:?}", hv.data, differences);
        }
    }

    /// Cotangents times Jacobians are gradients.
    #[test]
    fn jacobians_are_what_pullbacks_multiply_by(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_cotangent(&p, &value);
        let gradients = run(&joint(&f).function, &inputs);
        let mut jacobian = differentiate::jacobian(&f);
        normal::normalise(&mut jacobian);
        ir::verify_normal(&jacobian).expect("the equations of the Jacobians");
        let mut simple = Backward::from(jacobian.clone());
        simplify::simplify(&mut simple);
        ir::verify_normal(&simple.function).expect("simplified");
        let weights = &inputs["∂Z"].data;
        for f in [&jacobian, &simple.function] {
            let out = run(f, &p.inputs);
            for (name, x) in numbers(&p.inputs) {
                let j = &out[&format!("dZ/d{name}")].data;
                let n = x.data.len();
                let product: Vec<f64> = (0..n).map(|k| (0..weights.len()).map(|i| weights[i] * j[i * n + k]).sum()).collect();
                let zero = vec![0.0; n];
                let gradient = gradients.get(&format!("∂{name}")).map_or(&zero, |g| &g.data);
                prop_assert!(close(&product, gradient, 1e-9), "{name} of {}: {product:?} but {gradient:?}", p.source);
            }
        }
    }

    /// Whatever the indices are called and however the factors of products stand, the plan costs the same, and the value is
    /// the same to the last bit.
    #[test]
    fn names_and_the_order_of_factors_change_nothing(p in program()) {
        let f = compile(&p.source);
        let mut other = f.clone();
        let count = other.indices.len();
        for (at, index) in other.indices.iter_mut().enumerate() {
            index.name = format!("z{}", count - at);
        }
        for e in 0..other.equations.len() {
            other.equations[e].right = turned(&mut other, f.equations[e].right);
        }
        let [(a, value), (b, same)] = [f, other].map(|f| {
            let f = normal_form(&f);
            let mut joint = differentiate::vjp(&f);
            simplify::simplify(&mut joint);
            let lengths = |name: &str| Some(if name == "n" { 40 } else { 30 });
            let out = run(&f, &p.inputs)["Z"].data.clone();
            (plan::plan(joint).figures(lengths), out)
        });
        prop_assert_eq!(a, b, "{}", p.source);
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&value), bits(&same), "{}", p.source);
    }

    /// What people are shown are equations with the same values.
    #[test]
    fn shown_derivatives_have_the_same_values(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_tangents(&Program { inputs: with_cotangent(&p, &value), ..p.clone() }, &direction(&p));
        let compiled = einstan_compiler::differentiated(&f, false);
        let text = derivation::of(&f, &compiled).text();
        let (vjp, deltas) = (&compiled.vjp.function, &compiled.deltas.as_ref().expect("a Jacobian").function);
        let jvp = &compiled.jvp.as_ref().expect("a tangent").function;
        let gradients = (0..vjp.tensors.len() as u32).map(TensorId)
            .filter(|&t| matches!(vjp.tensor(t).role, Role::Gradient { .. }))
            .collect();
        let all = [(vjp, gradients, compiled.primal), (jvp, jvp.results[1..].to_vec(), compiled.primal),
            (deltas, deltas.results.clone(), deltas.tensors.len())];
        for (derivative, roots, primal) in all {
            let shown = derivation::as_shown(derivative.clone(), &roots, primal);
            let (a, b) = (run(derivative, &inputs), run(&shown, &inputs));
            for root in roots {
                let name = &derivative.tensor(root).name;
                let zero = Dense { shape: b[name].shape.clone(), data: vec![0.0; b[name].data.len()] };
                let a = a.get(name).unwrap_or(&zero);
                prop_assert!(close(&b[name].data, &a.data, 1e-9), "{name} of {}:\n{text}", p.source);
            }
        }
    }

    /// What is written in the notation means the same when it is read again: the value, the gradients, the tangent.
    #[test]
    fn the_notation_is_read_as_it_is_written(p in program()) {
        let f = compile(&p.source);
        let value = run(&f, &p.inputs)["Z"].clone();
        let inputs = with_tangents(&Program { inputs: with_cotangent(&p, &value), ..p.clone() }, &direction(&p));
        let compiled = einstan_compiler::differentiated(&f, false);
        let text = derivation::of(&f, &compiled).notation;
        let mut own = inputs.clone();
        own.extend(inputs.iter().map(|(name, x)| {
            let (bar, dot) = (name.strip_prefix('∂'), name.strip_prefix('d'));
            let name = bar.map(|n| format!("{n}_bar")).or(dot.map(|n| format!("{n}_dot")));
            (name.unwrap_or_default(), x.clone())
        }));
        let mut diagnostics = Diagnostics::new();
        let program = einstan_compiler::understand(text.parse().expect("tokens"), &mut diagnostics);
        prop_assert!(diagnostics.is_empty(), "{:?}\n{}\n{text}", diagnostics.errors(), p.source);
        let derivatives = [Some(&compiled.vjp), compiled.jvp.as_ref()];
        let mut expected = run(&f, &p.inputs);
        for joint in derivatives.into_iter().flatten() {
            expected.extend(run(&joint.function, &inputs));
        }
        for g in &program.functions {
            if g.function.name.ends_with("_jacobian") {
                continue;
            }
            let found = run(&g.function, &own);
            for &r in &g.function.results {
                let name = &g.function.tensor(r).name;
                let known = name.strip_suffix("_bar").map(|n| format!("∂{n}"));
                let known = known.or(name.strip_suffix("_dot").map(|n| format!("d{n}")));
                let zero = Dense { shape: vec![], data: vec![0.0; found[name].data.len()] };
                let known = expected.get(&known.unwrap_or(name.clone())).unwrap_or(&zero);
                prop_assert!(close(&found[name].data, &known.data, 1e-9), "{name} of {}:\n{text}", p.source);
            }
        }
    }

    /// Each line of a way to a gradient is equal to the one before it, and all ways together are the gradient.
    #[test]
    fn steps_are_equal(p in program()) {
        let f = compile(&p.source);
        let mut inputs = run(&f, &p.inputs);
        let joint = run(&joint(&f).function, &with_cotangent(&p, &inputs["Z"]));
        let cotangents = joint.into_iter().filter(|(name, _)| name.starts_with('∂'));
        inputs.extend(cotangents);
        let mut sums = Tensors::new();
        let ways = derivation::ways(&f);
        // One that would be too long to read is left out, and with it the sum.
        let active = f.active(f.differentiable());
        let pairs = f.equations.iter().flat_map(|e| {
            let reads = f.reads(e.right).into_iter();
            let name = |t: TensorId| &f.tensor(t).name;
            reads.map(move |a| (a, format!("∂{}, from ∂{}", name(a), name(e.tensor))))
        });
        let left_out: Vec<String> = pairs
            .filter(|(a, title)| active.contains(a) && !ways.iter().any(|w| w.title.starts_with(title)))
            .map(|(a, _)| format!("∂{}", f.tensor(a).name))
            .collect();
        for way in ways {
            let gradient = way.title.split(',').next().expect("a title");
            let cotangent = way.title.split(&[' ', '('][..]).nth(2).expect("a cotangent");
            if !inputs.contains_key(cotangent) {
                continue;
            }
            let mut values: Vec<Dense> = way.functions.iter().map(|f| {
                let name = &f.tensor(f.results[0]).name;
                run(f, &inputs).remove(name).expect("the gradient")
            }).collect();
            for v in &values {
                prop_assert!(close(&v.data, &values[0].data, 1e-9), "{}\n{}\n{}", p.source, way.title, way.text(""));
            }
            let last = values.pop().expect("a step");
            match sums.get_mut(gradient) {
                Some(sum) => sum.data.iter_mut().zip(last.data).for_each(|(s, x)| *s += x),
                None => drop(sums.insert(gradient.to_string(), last)),
            }
        }
        for (gradient, sum) in sums.into_iter().filter(|(g, _)| !left_out.contains(g)) {
            let zero = vec![0.0; sum.data.len()];
            let whole = inputs.get(&gradient).map_or(&zero, |g| &g.data);
            prop_assert!(close(&sum.data, whole, 1e-9), "{gradient} of {}", p.source);
        }
    }

    #[test]
    fn the_ir_reads_back_as_it_is_printed(p in program()) {
        let f = compile(&p.source);
        let printed = ir::print::print(&f);
        let again = compile(&format!("{} {{ {printed} }}", p.signature()));
        prop_assert_eq!(ir::print::print(&again), printed, "{}", p.source);
    }
}
