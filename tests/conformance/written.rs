//! Files that give the `NOTATION` of every case back to the macro.
//!
//! Nothing of the case itself is compiled there: its functions are held against what is expected, and against each other.

use super::{HEAD, arguments, dimension, rank, resolved};
use einstan_compiler::compile;
use einstan_compiler::ir::{Element, Parameter, TensorId};
use einstan_compiler::resolve::Resolved;
use std::fmt::Write;

pub fn file(name: &str, cases: &[serde_json::Value]) -> String {
    let mut out = String::from(HEAD);
    let mut calls = String::new();
    for case in cases {
        let (name, source) = (
            case["name"].as_str().expect("a name"),
            case["source"].as_str().expect("a source"),
        );
        let program = resolved(name, source);
        let last = program.functions.last().expect("a function");
        let gradients = case["expect"]["vjp"].is_object();
        let notation = compile(&last.function).derivation.notation;
        let _ = writeln!(
            out,
            "mod {name} {{\n    use super::*;\n    einstan::einstan! {{"
        );
        for function in notation.split_inclusive("\n}\n") {
            // What it differentiates by is no constant, and then it has all derivatives: it is read again elsewhere.
            if function.starts_with(&format!("fn {}_jacobian(", last.name.text)) {
                continue;
            }
            let asks = function.contains(" d(") || function.contains("(d(");
            for line in function.lines() {
                let line = match line.strip_prefix("fn ") {
                    Some(signature) if asks => format!("pub fn {signature}"),
                    Some(signature) => format!("pub fn {}", held(signature)),
                    None => line.to_string(),
                };
                let _ = writeln!(out, "        {line}");
            }
        }
        let _ = writeln!(out, "    }}");
        out.push_str(&run(last, gradients));
        let _ = writeln!(out, "}}\n");
        let _ = writeln!(calls, "    {name}::run(&cases[\"{name}\"]);");
    }
    let _ = writeln!(out, "#[test]\nfn what_is_written_has_the_same_values() {{");
    let _ = writeln!(
        out,
        "    let cases = cases(include_str!(\"../data/{name}.json\"));"
    );
    let _ = writeln!(out, "{calls}}}");
    out
}

/// A signature with its parameters held constant: what is compiled is the value alone.
fn held(signature: &str) -> String {
    let (name, rest) = signature.split_once('(').expect("a signature");
    let (parameters, rest) = rest.split_once(") ->").expect("a signature");
    let mut depth = 0;
    let split = |c: char| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == ',' && depth == 0
    };
    let constant = |p: &str| match p.trim() {
        "" => String::new(),
        p if p.starts_with("const ") || p.starts_with("dim ") || p.contains(": ") => p.to_string(),
        p => format!("const {p}"),
    };
    let parameters: Vec<String> = parameters.split(split).map(constant).collect();
    format!("{name}({}) ->{rest}", parameters.join(", "))
}

/// The function that runs one case.
fn run(f: &Resolved, gradients: bool) -> String {
    let name = &f.name.text;
    let mut out = String::from("    #[allow(non_snake_case)]\n    pub fn run(case: &Case) {\n");
    let (values, arguments) = arguments(f, "f64");
    out.push_str(&values);
    let results: Vec<String> = (0..f.results.len()).map(|at| format!("r{at}")).collect();
    let call = call(f, &f.function.results, name, &results, &arguments);
    out.push_str(&call);
    for (at, &t) in f.function.results.iter().enumerate() {
        let found = match (f.function.tensor(t).element, rank(f, t)) {
            (Element::Float, _) => format!("&r{at}"),
            (_, 0) => format!("&Whole::one(r{at})"),
            _ => format!("&Whole::array(&r{at})"),
        };
        let _ = writeln!(out, "        case.output::<f64>({at}, {found});");
    }
    if gradients && f.function.has_derivative() {
        out.push_str(&derivatives(f, &arguments));
    }
    out + "    }\n"
}

/// `let (r0, r1) = f::<f64>(..).unwrap();`
fn call(
    f: &Resolved,
    results: &[TensorId],
    name: &str,
    pattern: &[String],
    arguments: &[String],
) -> String {
    let parameters = f.function.parameters.iter();
    let takes = parameters.filter_map(|p| match *p {
        Parameter::Tensor(t) => Some(t),
        Parameter::Dim(_) => None,
    });
    let float = |t: TensorId| f.function.tensor(t).element == Element::Float;
    let open = results.iter().copied().any(float) && !takes.into_iter().any(float);
    let generic = if open && f.function.float.is_none() {
        "::<f64>"
    } else {
        ""
    };
    let pattern = match pattern {
        [one] => one.clone(),
        all => format!("({})", all.join(", ")),
    };
    format!(
        "        let {pattern} = {name}{generic}({}).unwrap();\n",
        arguments.join(", ")
    )
}

/// The gradients against what is expected, the tangent and the Hessian product against them.
fn derivatives(f: &Resolved, arguments: &[String]) -> String {
    let name = &f.name.text;
    let mut out = String::new();
    let float = |t: &&TensorId| f.function.tensor(**t).element == Element::Float;
    let results: Vec<TensorId> = f.function.results.iter().filter(float).copied().collect();
    let by: Vec<TensorId> = f.function.differentiable().collect();
    let mut back = arguments.to_vec();
    for (at, &t) in results.iter().enumerate() {
        let value = match rank(f, t) {
            0 => format!("case.scalar_cotangent::<f64>({at})"),
            r => format!("case.cotangent::<f64, {}>({at})", dimension(r)),
        };
        let _ = writeln!(out, "        let c{at} = {value};");
        back.push(format!("{}c{at}", if rank(f, t) == 0 { "" } else { "&" }));
    }
    let numbered = |letter: &str, count: usize| {
        (0..count)
            .map(|at| format!("{letter}{at}"))
            .collect::<Vec<_>>()
    };
    let gradients = numbered("g", by.len());
    out.push_str(&call(f, &by, &format!("{name}_vjp"), &gradients, &back));
    let mut along = arguments.to_vec();
    for (at, &t) in by.iter().enumerate() {
        let n = &f.function.tensor(t).name;
        let _ = match rank(f, t) {
            0 => writeln!(
                out,
                "        case.gradient(\"{n}\", ndarray::arr0(g{at}).view().into_dyn(), 1.0);\n        \
                 let mut a{at} = ndarray::arr0(p_{n});"
            ),
            _ => writeln!(
                out,
                "        case.gradient(\"{n}\", g{at}.view().into_dyn(), 1.0);\n        let mut a{at} = p_{n}.clone();"
            ),
        };
        let _ = writeln!(out, "        direction(a{at}.view_mut().into_dyn(), {at});");
        along.push(match rank(f, t) {
            0 => format!("a{at}[()]"),
            _ => format!("&a{at}"),
        });
    }
    let tangents = numbered("d", results.len());
    out.push_str(&call(
        f,
        &results,
        &format!("{name}_jvp"),
        &tangents,
        &along,
    ));
    let pairs = |a: &str, b: &str, count: usize| {
        let each: Vec<String> = (0..count)
            .map(|at| format!("({a}{at}.list(), {b}{at}.list())"))
            .collect();
        each.join(", ")
    };
    let _ = writeln!(
        out,
        "        case.adjoint::<f64>(\"tangent\", &[{}], &vec![{}]);",
        pairs("c", "d", results.len()),
        pairs("g", "a", by.len())
    );
    if f.function.is_scalar() && f.function.has_second_derivative() {
        let turned = numbered("h", by.len());
        out.push_str(&call(f, &by, &format!("{name}_hvp"), &turned, &along));
        let mut other = arguments.to_vec();
        for (at, &t) in by.iter().enumerate() {
            let _ = writeln!(out, "        let mut b{at} = a{at}.clone();");
            let _ = writeln!(
                out,
                "        direction(b{at}.view_mut().into_dyn(), {});",
                at + 5
            );
            other.push(match rank(f, t) {
                0 => format!("b{at}[()]"),
                _ => format!("&b{at}"),
            });
        }
        let turned = numbered("k", by.len());
        out.push_str(&call(f, &by, &format!("{name}_hvp"), &turned, &other));
        let _ = writeln!(
            out,
            "        case.symmetric::<f64>(&vec![{}], &vec![{}]);",
            pairs("h", "b", by.len()),
            pairs("k", "a", by.len())
        );
    }
    out
}
