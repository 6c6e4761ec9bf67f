//! `NOTATION`, read again: each function of it has the values of what it was written from, on every conformance case.

#[path = "conformance/cases.rs"]
mod cases;

use cases::{Case, cases, compare};
use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::differentiate::Derivatives;
use einstan_compiler::eval::{self, Dense};
use einstan_compiler::ir::{Function, Parameter, Role, TensorId};
use einstan_compiler::{compile, differentiated, normal, understand};
use std::collections::BTreeMap;

/// How close values must come, relative to the largest entry.
const TOLERANCE: f64 = 1e-9;

/// A function with values for its tensors, in the order of its parameters.
fn run(f: &Function, values: &[Dense], case: &Case) -> Result<Vec<Dense>, String> {
    let tensors = f.parameters.iter().filter_map(|p| match *p {
        Parameter::Tensor(t) => Some(f.tensor(t).name.clone()),
        Parameter::Dim(_) => None,
    });
    let inputs: BTreeMap<String, Dense> = tensors.zip(values.iter().cloned()).collect();
    assert_eq!(inputs.len(), values.len(), "{}", case.name);
    let mut f = f.clone();
    normal::normalise(&mut f);
    let all = eval::run(&f, &inputs, &case.dims)?;
    // A gradient without equations is zero.
    let zero = |of: TensorId| {
        let mut zero = inputs[&f.tensor(of).name].clone();
        zero.data.fill(0.0);
        zero
    };
    let value = |&t: &TensorId| match (all.get(&f.tensor(t).name), f.tensor(t).role) {
        (Some(value), _) => value.clone(),
        (None, Role::Gradient { of }) => zero(of),
        (None, role) => panic!("{}: no value of a {role:?}", case.name),
    };
    Ok(f.results.iter().map(value).collect())
}

/// The functions of a text by what follows the name of the first one.
fn read(case: &Case, text: &str) -> BTreeMap<String, Function> {
    let mut diagnostics = Diagnostics::new();
    let program = understand(text.parse().expect("tokens"), &mut diagnostics);
    assert!(
        diagnostics.is_empty(),
        "{}: {:?}\n{text}",
        case.name,
        diagnostics.errors()
    );
    let name = &case.function.name;
    let functions = program.functions.into_iter().map(|f| {
        let suffix = f
            .function
            .name
            .strip_prefix(name)
            .expect("the name of the function");
        (suffix.trim_start_matches('_').to_string(), f.function)
    });
    functions.collect()
}

/// The pullback as a function of the parameters and the cotangents.
fn pullback(derivatives: &Derivatives) -> Function {
    let mut f = derivatives.vjp.function.clone();
    let with = |f: &Function, is: &dyn Fn(Role) -> bool| -> Vec<TensorId> {
        let all = (0..f.tensors.len() as u32).map(TensorId);
        all.filter(|t| is(f.tensor(*t).role)).collect()
    };
    let cotangents = with(&f, &|r| matches!(r, Role::Cotangent { .. }));
    f.parameters
        .extend(cotangents.into_iter().map(Parameter::Tensor));
    f.results = with(&f, &|r| matches!(r, Role::Gradient { .. }));
    f
}

/// Numbers that are neither round nor equal.
fn direction(like: &Dense, seed: usize) -> Dense {
    let number = |at: usize| ((at * 7 + seed * 5 + 3) % 11) as f64 / 4.0 - 1.3;
    let data = (0..like.data.len()).map(number).collect();
    Dense {
        shape: like.shape.clone(),
        data,
    }
}

/// What is wrong with the functions of a case.
fn wrong(case: &Case) -> Vec<String> {
    let f = &case.function;
    let text = compile(f).derivation.notation;
    let functions = read(case, &text);
    let derivatives = differentiated(f, false);
    let parameters: Vec<TensorId> = f
        .parameters
        .iter()
        .filter_map(|p| match *p {
            Parameter::Tensor(t) => Some(t),
            Parameter::Dim(_) => None,
        })
        .collect();
    let inputs: Vec<Dense> = parameters
        .iter()
        .map(|&t| case.inputs[&f.tensor(t).name].clone())
        .collect();
    let tangents = f
        .differentiable()
        .enumerate()
        .map(|(at, t)| direction(&case.inputs[&f.tensor(t).name], at));
    let along: Vec<Dense> = inputs.iter().cloned().chain(tangents).collect();
    let back: Vec<Dense> = inputs.iter().chain(&case.cotangents).cloned().collect();
    let mut out = Vec::new();
    let mut check = |suffix: &str, expected: Result<Vec<Dense>, String>, values: &[Dense]| {
        let Some(own) = functions.get(suffix) else {
            out.push(format!("{}: no `{suffix}`\n{text}", case.name));
            return;
        };
        let (found, expected) = match (run(own, values, case), expected) {
            (Ok(found), Ok(expected)) => (found, expected),
            (found, expected) => {
                out.push(format!(
                    "{}: {suffix}: {found:?} {expected:?}\n{text}",
                    case.name
                ));
                return;
            }
        };
        assert_eq!(
            found.len(),
            expected.len(),
            "{}: {suffix}\n{text}",
            case.name
        );
        for (at, (f, e)) in found.iter().zip(&expected).enumerate() {
            let what = format!("{}: {suffix}: output {at}", case.name);
            out.extend(compare(&what, f, e, TOLERANCE, 1e-2).map(|w| format!("{w}\n{text}")));
        }
    };
    check("", Ok(case.outputs.clone()), &inputs);
    if !f.has_derivative() {
        return out;
    }
    if !case.gradients.is_empty() {
        let expected = f
            .differentiable()
            .map(|t| case.gradients[&f.tensor(t).name].clone());
        check("vjp", Ok(expected.collect()), &back);
        check("vjp", run(&pullback(&derivatives), &back, case), &back);
    }
    let jvp = &derivatives.jvp.as_ref().expect("a tangent").function;
    let value = run(jvp, &along, case).map(|all| all[f.results.len()..].to_vec());
    check("jvp", value, &along);
    if let Some(hvp) = &derivatives.hvp {
        check("hvp", run(&hvp.function, &along, case), &along);
    }
    let jacobian = &derivatives.jacobian.as_ref().expect("a Jacobian").function;
    check("jacobian", run(jacobian, &inputs, case), &inputs);
    out
}

#[test]
fn every_case_means_the_same_when_its_notation_is_read() {
    let wrong: Vec<String> = cases().iter().flat_map(wrong).collect();
    let shown: String = wrong.iter().take(4).map(|w| format!("{w}\n")).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{shown}", wrong.len());
}

/// The number of functions in the notation of the last function of a source.
fn count(source: &str) -> usize {
    let mut diagnostics = Diagnostics::new();
    let program = understand(source.parse().expect("tokens"), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.errors());
    let text = compile(&program.functions.last().expect("a function").function)
        .derivation
        .notation;
    let again = understand(text.parse().expect("tokens"), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}\n{text}", diagnostics.errors());
    again.functions.len()
}

#[test]
fn names_and_numbers_of_every_kind_read_back() {
    let with_derivatives = [
        // Names that derivatives would have, beside words of the notation, dimensions and indices.
        "fn f(X[n, m], X_bar[n], d, Y_bar, X_dot[m], dim q) -> (Y[n, q], f_vjp) {
            Z[i,j] = X[i,j] * X_bar[i] + X_dot[j];
            Y[i, j: q] = softmax[j](sum[m](Z[i,m]) * j) + Y_bar * d;
            f_vjp = logsumexp[n, q](X[n,q]); }",
        "fn r#loop(r#type[r#in], r#fn, dim r#as) -> (r#match, S[r#as]) { r#match = sum[r#for](r#type[r#for]^2) * r#fn \
            / len(r#in); S[j] = sum[i](exp(r#type[i] * j)); }",
        "fn h(größe[n], a: f32) -> 值 { 值 = a * sum[i](größe[i] * i); }",
        // Numbers at the ends of what there is.
        "fn e(x[n], t[n]: i64) -> y[n] { y[i] = max(x[i], -inf) * 1e300 + 1e-300 * x[i]^-3 + 9007199254740993.0 \
            + 0.1 * (t[i] % 7 == -2) - -x[i] - (x[i] - 5e-324); }",
        // What is not returned by name: diagonals and positions.
        "fn p(x[n]) -> (A[n, n], B[3, n]) { A[i,i] += x[i]; B[1,j] += x[j]; A[0,j] += x[j]^2; }",
    ];
    for source in with_derivatives {
        let functions = count(source);
        assert!(functions >= 4, "{functions} in {source}");
    }
}

#[test]
fn rust_leaves_out_the_derivatives() {
    let sources = [
        "extern fn cube(x) = crate::cube, d/dx = 3*x^2; fn f(x[n]) -> y[n] { y[i] = cube(x[i]); }",
        "fn g(A[n, m]) -> s { H = nn::softmax(A); s = sum[i,j](H[i,j]); }",
        "fn h(A[n], t[n]: usize, dim q) -> (k, U[q, n]) { k = sum[i](t[i] * (A[i] > 0)); U[i,j] = (t[j] == i); }",
    ];
    for source in &sources[..2] {
        assert_eq!(count(source), 1, "{source}");
    }
    assert!(count(sources[2]) >= 1);
}
