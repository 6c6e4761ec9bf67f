//! What derivatives cost, by the plan: counted, not measured.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::ir::{Function, Parameter};
use einstan_compiler::plan::{Figures, Plan, Plans};
use einstan_compiler::resolve::Resolved;
use einstan_compiler::{parse, plans_of, resolve};
use std::collections::BTreeMap;
use std::path::Path;

fn compile(source: &str) -> Resolved {
    let mut diagnostics = Diagnostics::new();
    let tokens = source.parse().expect("tokens");
    let mut program = resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
    assert!(
        diagnostics.is_empty(),
        "{source}: {:?}",
        diagnostics.errors()
    );
    program.functions.pop().expect("a function")
}

fn plans(source: &str) -> Plans {
    plans_of(&compile(source).function)
}

/// The figures where all lengths are the same.
fn figures(plan: &Plan, length: u64) -> Figures {
    plan.figures(|_| Some(length))
}

/// The matrix products of the forward and the backward pass.
fn products(source: &str) -> (usize, usize) {
    let f = figures(&plans(source).vjp, 64);
    (f.forward.products, f.backward.products)
}

// --- every conformance case

struct Case {
    name: String,
    source: String,
    inputs: serde_json::Value,
}

/// All cases that are no Jacobians themselves.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/data");
    let mut out = Vec::new();
    for file in ["seed", "notation", "peers", "generated"] {
        let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).expect("the cases");
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of cases");
        for case in all {
            let text = |key: &str| case[key].as_str().expect("text").to_string();
            let (name, source) = (text("name"), text("source"));
            if !source.contains("d(") {
                let inputs = case["inputs"].clone();
                out.push(Case {
                    name,
                    source,
                    inputs,
                });
            }
        }
    }
    assert!(out.len() > 200, "the cases are there");
    out
}

/// The lengths of a case by the names of its dimensions.
fn lengths(f: &Function, inputs: &serde_json::Value) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for p in &f.parameters {
        match *p {
            Parameter::Dim(d) => {
                let name = f.dim(d).name.clone();
                let length = inputs[&name].as_u64().expect("a length");
                out.insert(name, length);
            }
            Parameter::Tensor(t) => {
                let mut value = &inputs[&f.tensor(t).name];
                for &d in &f.tensor(t).axes {
                    let length = value.as_array().map_or(0, Vec::len);
                    out.insert(f.dim(d).name.clone(), length as u64);
                    value = &value[0];
                }
            }
        }
    }
    out
}

/// Cases whose tangent costs more than three forward passes, each with what it costs at most, and why.
const TANGENTS: &[(&str, f64, &str)] = &[
    ("g11_002", 3.5, ZEROS),
    ("g11_018", 6.0, ZEROS),
    ("eq_tul_34", 5.0, ZEROS),
    ("g11_000", 4.6, TIES),
    ("g11_009", 4.1, TIES),
    ("g11_048", 3.6, TIES),
    ("eq_ein_02", 3.6, AGAIN),
    ("eq_ein_18", 4.0, AGAIN),
    ("eq_ein_31", 3.6, AGAIN),
    ("g11_005", 3.3, AGAIN),
    ("g11_036", 4.5, AGAIN),
    ("g11_052", 5.0, AGAIN),
    ("g11_082", 4.0, AGAIN),
    ("g11_094", 3.3, AGAIN),
    ("g11_135", 3.6, AGAIN),
    ("g11_137", 3.3, AGAIN),
    ("g11_145", 3.2, AGAIN),
    ("g11_167", 3.3, AGAIN),
    ("g11_171", 4.0, AGAIN),
    ("g11_189", 3.3, AGAIN),
    ("g11_065", 7.0, ROW),
    ("g11_098", 5.6, ROW),
];

/// A product over an index: zeros are counted, and the others multiplied.
const ZEROS: &str = "zeros";
/// A maximum or a minimum, one flop an element: its ties are counted.
const TIES: &str = "ties";
/// Elementwise factors of a few flops are computed in the value and again in each part of its tangent.
const AGAIN: &str = "again";
/// The innermost index is another one than in the value, for the sake of memory: what does not depend on that of the value
/// is computed for each element.
const ROW: &str = "row";

/// A product of two tensors that both vary costs one operation, and its tangent three: `b ȧ + a ḃ`. So the tangent of a
/// function costs at most three times its value; with the value, a jvp is at most four forward passes there, and three
/// where a multiplication and the addition after it are one operation, or (as in most cases) not everything is a product of
/// two that vary.
#[test]
fn a_tangent_costs_three_forward_passes() {
    let mut above = Vec::new();
    for case in cases() {
        let f = compile(&case.source);
        let plans = plans_of(&f.function);
        let Some(jvp) = &plans.jvp else { continue };
        let own = lengths(&f.function, &case.inputs);
        let at_own = |p: &Plan| p.figures(|n| own.get(n).copied());
        let at_sixteen = |p: &Plan| figures(p, 16);
        for at in [&at_own as &dyn Fn(&Plan) -> Figures, &at_sixteen] {
            let (value, both) = (at(&plans.vjp).forward.flops, at(jvp).forward.flops);
            let bound = TANGENTS
                .iter()
                .find(|t| t.0 == case.name)
                .map_or(3.0, |t| t.1);
            if both - value > bound * value {
                above.push((case.name.clone(), value, both));
            }
        }
    }
    assert!(above.is_empty(), "{above:?}");
}

#[test]
fn a_hessian_product_costs_five_gradients() {
    let (mut above, mut count) = (Vec::new(), 0);
    for case in cases() {
        let f = compile(&case.source);
        let plans = plans_of(&f.function);
        let Some(hvp) = &plans.hvp else { continue };
        count += 1;
        let own = lengths(&f.function, &case.inputs);
        let at_own = |p: &Plan| p.figures(|n| own.get(n).copied());
        let at_sixteen = |p: &Plan| figures(p, 16);
        for at in [&at_own as &dyn Fn(&Plan) -> Figures, &at_sixteen] {
            let gradient = at(&plans.vjp);
            let gradient = gradient.forward.flops + gradient.backward.flops;
            let hvp = at(hvp).forward.flops;
            if hvp > 5.0 * gradient {
                above.push((case.name.clone(), gradient, hvp));
            }
        }
    }
    assert!(count > 20, "{count} cases have one scalar result");
    assert!(above.is_empty(), "{above:?}");
}

/// Cases with a larger temporary, which is no Jacobian: what an equation sums over many indices cannot be cut into rows.
const LARGE: &[&str] = &[
    "g11_029", // a softmax along one of three indices, the derivative of which is needed along the others
    "g11_052", // a sum over five indices, parts of which are summed alone
];

/// No temporary of a jvp, a hvp or a backward pass is larger than what it may be in the value: the largest tensor that is
/// named, four times as much for a part of a contraction, or a small block. A Jacobian would be their product.
#[test]
fn no_derivative_holds_a_jacobian() {
    let mut above = Vec::new();
    for case in cases() {
        let f = compile(&case.source);
        let plans = plans_of(&f.function);
        let named = |length: u64| {
            let f = &plans.vjp.function;
            let lengths = einstan_compiler::plan::Lengths::new(f, |_| Some(length));
            let named = |t: &&einstan_compiler::ir::Tensor| {
                use einstan_compiler::ir::Role;
                matches!(
                    t.role,
                    Role::Parameter { .. } | Role::Result | Role::Intermediate
                )
            };
            let sizes = f.tensors.iter().filter(named);
            sizes.map(|t| lengths.volume(&t.axes)).fold(0.0, f64::max)
        };
        let value = einstan_compiler::normal_form(&f.function);
        let value = figures(&einstan_compiler::plan::plan(value.into()), 40).largest;
        let derivatives = [Some(&plans.vjp), plans.jvp.as_ref(), plans.hvp.as_ref()];
        for plan in derivatives.into_iter().flatten() {
            let f = figures(plan, 40);
            let known = LARGE.contains(&case.name.as_str());
            if !known && f.largest > (4.0 * named(40)).max(16384.0).max(value) {
                above.push((case.name.clone(), named(40), value, f.largest));
            }
        }
    }
    assert!(above.is_empty(), "{above:?}");
}

// --- matrix products

/// `X·W1·..·Wn` in n equations, and as one product.
fn chain(n: usize) -> (String, String) {
    let weights: Vec<String> = (1..=n).map(|i| format!("W{i}[m{}, m{i}]", i - 1)).collect();
    let signature = format!("fn chain(X[m, m0], {}) -> Y[m, m{n}]", weights.join(", "));
    let mut equations = String::new();
    for i in 1..=n {
        let from = match i {
            1 => "X".to_string(),
            _ => format!("H{}", i - 1),
        };
        let to = if i == n {
            "Y".to_string()
        } else {
            format!("H{i}")
        };
        equations.push_str(&format!("{to}[i,j] = {from}[i,k] * W{i}[k,j]; "));
    }
    let factors: Vec<String> = (1..=n).map(|i| format!("W{i}[k{}, k{i}]", i - 1)).collect();
    let product = format!("Y[i,k{n}] = X[i,k0] * {};", factors.join(" * "));
    (
        format!("{signature} {{ {equations} }}"),
        format!("{signature} {{ {product} }}"),
    )
}

#[test]
fn the_backward_pass_of_a_chain_has_two_products_for_each_one() {
    for n in 2..=8 {
        assert_eq!(products(&chain(n).0), (n, 2 * n), "{n} equations");
    }
}

#[test]
fn one_product_of_many_costs_no_more_than_a_chain() {
    // With three tensors the best order depends on the lengths, and each gradient chooses its own, of common parts.
    assert_eq!(products(&chain(2).1), (2, 4));
    for n in 3..=8 {
        let (forward, backward) = products(&chain(n).1);
        // What is too large to be stored is computed again: n - 1 products.
        assert_eq!(forward, n);
        assert!(backward <= 3 * n, "{backward} products for {n}");
        let f = figures(&plans(&chain(n).1).vjp, 64);
        assert!(f.backward.flops <= 3.1 * f.forward.flops, "{n}: {f:?}");
    }
}

const NETWORK: &str = "fn network(X[n, m], T[n, c], W1[m, h], b1[h], W2[h, c], b2[c]) -> E {
    Y1[i,j] = X[i,k]*W1[k,j] + b1[j];
    H[i,j] = tanh(Y1[i,j]);
    Y2[i,j] = H[i,k]*W2[k,j] + b2[j];
    Y[i,j] = softmax[j](Y2[i,j]);
    E = -sum[i,j](T[i,j]*ln(Y[i,j]));
}";

#[test]
fn a_layer_has_one_product_forward_and_two_backward() {
    let dense = "fn dense(X[n,m], W[m,k], b[k]) -> Y[n,k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }";
    assert_eq!(products(dense), (1, 2));
    assert_eq!(products(NETWORK), (2, 4));
    // Without a gradient by the data there is one product less.
    assert_eq!(
        products(&NETWORK.replace("X[n, m]", "const X[n, m]")),
        (2, 3)
    );
}

#[test]
fn the_gradients_of_the_chains_have_the_products_of_the_backward_pass() {
    let value = &NETWORK.replace("-> E", "-> (E, GW2[h, c], Gb2[c], GW1[m, h], Gb1[h])");
    let chains = value.replace(
        "ln(Y[i,j]));\n",
        "ln(Y[i,j]));
    GW2[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(W2[i,j]);
    Gb2[i] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(b2[i]);
    GW1[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g]) * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(W1[i,j]);
    Gb1[i] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g]) * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(b1[i]);\n",
    );
    let backward = figures(
        &plans(
            &NETWORK
                .replace("X[n, m]", "const X[n, m]")
                .replace("T[n", "const T[n"),
        )
        .vjp,
        64,
    );
    let f = figures(&plans(&chains).vjp, 64).forward;
    let both = backward.forward.flops + backward.backward.flops;
    assert_eq!(
        f.products,
        2 + 3,
        "forward, and one for each of W2, H and W1"
    );
    assert!(f.flops <= 1.1 * both, "{} and {both}", f.flops);
}

/// A Jacobian times a vector is a tangent, and a chain of them one after the other: nothing larger than a vector is held.
#[test]
fn jacobians_times_vectors_are_tangents() {
    let source = "fn f(x[n], W[n, n], v[n]) -> (t[n], u[n]) {
        h[i] = tanh(W[i,k]*x[k]);
        y[i] = softmax[i](W[i,k]*h[k]) * x[i];
        t[i] = d(y[i])/d(x[k]) * v[k];
        u[i] = d(y[i])/d(h[a]) * d(h[a])/d(x[k]) * v[k];
    }";
    let f = figures(&plans(source).vjp, 64);
    // Of the backward pass nothing is said here.
    let value = einstan_compiler::normal_form(&compile(source).function);
    let plan = einstan_compiler::plan::plan(value.into());
    let value = figures(&plan, 64);
    assert!(value.largest <= 64.0, "{}", plan.text);
    assert!(f.forward.flops <= 20.0 * 64.0 * 64.0, "{f:?}");
}

/// What is 0 but on a diagonal, or but at one position, is filled and not computed.
#[test]
fn structural_zeros_of_jacobians_are_filled() {
    for equation in [
        "x[i]^2",
        "x[0] * x[i]",
        "x[i] * sum[k](x[k]^2) - x[2]",
        "tanh(x[i]) * x[0] * x[1]",
    ] {
        let dense = equation.contains("sum");
        let f = compile(&format!("fn f(x[n]) -> y[n] {{ y[i] = {equation}; }}"));
        let jacobian = plans_of(&f.function).jacobian.expect("a Jacobian");
        let flops = |n| figures(&jacobian, n).forward.flops;
        let growth = flops(2000) / flops(1000);
        assert!(
            if dense { growth > 3.5 } else { growth < 2.1 },
            "{equation}: {growth}\n{}",
            jacobian.text
        );
    }
}

/// What is computed again is so once, also where another tensor that is computed again reads it.
#[test]
fn what_is_computed_again_is_computed_once() {
    let source = "#[einstan(recompute(Z, H))] fn f(X[n,m], W[m,k]) -> E {
        Z[i,j] = X[i,p]*W[p,j]; H[i,j] = sin(Z[i,j]); E = sum[i,j](exp(H[i,j])*Z[i,j]); }";
    assert_eq!(products(source), (1, 3));
}

/// What is computed again is not kept, and what is stored is.
#[test]
fn what_is_computed_again_is_not_kept() {
    let source = |options: &str| {
        format!(
            "{options} fn f(X[n,m], W[m,k], V[k,c]) -> E {{
                Z[i,j] = X[i,p]*W[p,j]; H[i,j] = tanh(Z[i,j]); Y[i,j] = H[i,p]*V[p,j]; E = sum[i,j](sin(Y[i,j])); }}"
        )
    };
    let saved = |options: &str| figures(&plans(&source(options)).vjp, 100).saved;
    let (stored, again) = (
        saved("#[einstan(store(H, Y))]"),
        saved("#[einstan(recompute(H, Z), store(Y))]"),
    );
    assert_eq!(stored - again, 100.0 * 100.0);
    assert!(saved("") <= stored);
}

// --- parts that several orders of products have in common

/// The products of both passes at some lengths.
fn at(source: &str, lengths: &[(&str, u64)]) -> (usize, usize) {
    let length = |name: &str| lengths.iter().find(|l| l.0 == name).map(|l| l.1);
    let f = plans(source).vjp.figures(length);
    (f.forward.products, f.backward.products)
}

#[test]
fn three_factors_take_two_products_for_each_one() {
    let chain = "fn chain(A[n,m], B[m,p], C[p,q]) -> Y[n,q] { Y[i,l] = A[i,j]*B[j,k]*C[k,l]; }";
    let all = |n, m, p, q| at(chain, &[("n", n), ("m", m), ("p", p), ("q", q)]);
    assert_eq!(all(1000, 10, 1000, 10), (2, 4));
    assert_eq!(all(10, 1000, 10, 1000), (2, 4));
    assert_eq!(all(500, 500, 500, 500), (2, 4));
    assert_eq!(all(500, 20, 300, 700), (2, 4));
    // Of the others, one is a sum over one index that no product of matrices is.
    let bilinear = "fn f(A[n,k], W[o,k,l], B[n,l]) -> Y[n,o] { Y[i,o] = A[i,k]*W[o,k,l]*B[i,l]; }";
    let lengths = [("n", 128), ("o", 64), ("k", 64), ("l", 64)];
    assert_eq!(at(bilinear, &lengths), (1, 2));
    let mttkrp = "fn f(T[n,m,p], B[m,r], C[p,r]) -> M[n,r] { M[i,r] = T[i,j,k]*B[j,r]*C[k,r]; }";
    let lengths = [("n", 128), ("m", 128), ("p", 128), ("r", 32)];
    assert_eq!(at(mttkrp, &lengths), (1, 2));
}
