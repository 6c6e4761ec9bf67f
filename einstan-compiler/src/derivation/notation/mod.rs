//! A function and its derivatives as functions of the notation: what `NOTATION` is.
//!
//! Everything is said: sums are reductions, and an index that no plain read gives a range has its dimension. What stands
//! there means the same when it is read again.

mod expr;
mod identifiers;
mod inside;
mod lengths;
mod range;

use super::as_shown;
use super::share;
use super::system::Definition;
use crate::differentiate::{self, Derivatives};
use crate::ir::{
    DimId, Element, ElementType, Equation, Expr, Foreign, Function, IndexId, Length, Op, Parameter,
    Part, Passed, Role, Subscript, TensorId,
};
use crate::parse::words::written;
use expr::Writer;
use identifiers::Identifiers;
use std::collections::{BTreeMap, BTreeSet};

/// The functions, one after the other: `f`, and with derivatives `f_vjp`, `f_jvp`, `f_hvp` and `f_jacobian`. Rust has no
/// derivatives here, nor has a function of another invocation.
pub(super) fn notation(f: &Function, derivatives: &Derivatives) -> String {
    let dims = (0..f.dims.len() as u32).map(DimId);
    let mut out: String = dims.filter_map(|d| axis(f, d)).collect();
    out.extend(f.foreign.iter().map(|x| foreign(f, x)));
    out.push_str(&function(f.clone(), f.name.clone(), f.tensors.len()));
    if f.calls_outside() || !f.has_derivative() {
        return out;
    }
    let primal = derivatives.primal;
    let mut add = |suffix: &str, derivative: Function, roots: Vec<TensorId>| {
        let shown = as_shown(derivative, &roots, primal);
        let derivative = Function {
            results: roots,
            ..shown
        };
        out.push_str(&function(
            derivative,
            format!("{}_{suffix}", f.name),
            primal,
        ));
    };
    let (vjp, gradients) = pullback(&derivatives.vjp.function);
    add("vjp", vjp, gradients);
    if let Some(jvp) = &derivatives.jvp {
        let tangents = jvp.function.results[f.results.len()..].to_vec();
        add("jvp", jvp.function.clone(), tangents);
    }
    if let Some(hvp) = &derivatives.hvp {
        add("hvp", hvp.function.clone(), hvp.function.results.clone());
    }
    let jacobian = differentiate::jacobian(f);
    let name = format!("{}_jacobian", f.name);
    let primal = jacobian.tensors.len();
    out.push_str(&function(jacobian, name, primal));
    out
}

/// The backward equations as a function of the parameters and the cotangents, and its results.
fn pullback(joint: &Function) -> (Function, Vec<TensorId>) {
    let with = |is: &dyn Fn(Role) -> bool| -> Vec<TensorId> {
        let all = (0..joint.tensors.len() as u32).map(TensorId);
        all.filter(|&t| is(joint.tensor(t).role)).collect()
    };
    let cotangents = with(&|r| matches!(r, Role::Cotangent { .. }));
    let mut f = joint.clone();
    f.parameters
        .extend(cotangents.into_iter().map(Parameter::Tensor));
    (f, with(&|r| matches!(r, Role::Gradient { .. })))
}

/// `axis Pixel = 784;`. An axis of another invocation that no parameter has is left to be found where it is: rustc alone knows
/// its length.
fn axis(f: &Function, d: DimId) -> Option<String> {
    let dim = f.dim(d);
    let on_parameter = f.parameters.iter().any(|p| match *p {
        Parameter::Tensor(t) => f.tensor(t).axes.contains(&d),
        Parameter::Dim(_) => false,
    });
    match dim.length {
        Length::Fixed(n) if dim.axis => Some(format!("axis {} = {n};\n", dim.name)),
        Length::Named if dim.axis && on_parameter => Some(format!("axis {};\n", dim.name)),
        _ => None,
    }
}

/// `extern fn erfc(x) = special::erfc, d/dx = ..;`
fn foreign(f: &Function, x: &Foreign) -> String {
    let names = Identifiers::new(f);
    let mut writer = Writer::new(f, &names);
    writer.arguments = x.parameters.iter().map(|p| written(p)).collect();
    let parameters = writer.arguments.clone();
    let rules = parameters.iter().zip(&x.rules);
    let rules: String = rules
        .filter_map(|(name, rule)| Some(format!(", d/d{name} = {}", writer.number((*rule)?))))
        .collect();
    format!(
        "extern fn {}({}) = {}{rules};\n",
        written(&x.name),
        parameters.join(", "),
        x.target
    )
}

/// One function. `primal`: how many of its tensors are no derivatives; all of them, where the equations are the user's.
fn function(f: Function, name: String, primal: usize) -> String {
    let users = primal == f.tensors.len();
    let f = complete(f, users);
    let names = Identifiers::new(&f);
    let mut body = String::new();
    let mut defined: BTreeSet<TensorId> = BTreeSet::new();
    for (at, e) in f.equations.iter().enumerate() {
        let line = match f.returned(e) {
            Some((call, Part::Value, ..)) => {
                let first = f
                    .equations
                    .iter()
                    .position(|o| f.returned(o).is_some_and(|(other, ..)| other == call));
                match first == Some(at) {
                    true => called(&f, &names, e),
                    false => continue,
                }
            }
            _ => equation(&f, &names, e, &defined),
        };
        defined.insert(e.tensor);
        body.push_str(&format!("    {line}\n"));
    }
    let mut lengths = lengths::Names::new(&f);
    let fixed = f.float.map(|t| (t, fixing(&f)));
    let typed = |t: TensorId| fixed.filter(|(_, at)| *at == Some(t)).map(|(ty, _)| ty);
    let parameters: Vec<String> = f
        .parameters
        .iter()
        .map(|p| match *p {
            Parameter::Tensor(t) => parameter(&f, primal, &names, &mut lengths, t, typed(t)),
            Parameter::Dim(d) => format!("dim {}", written(&f.dim(d).name)),
        })
        .collect();
    let results: Vec<String> = f
        .results
        .iter()
        .map(|&t| declared(&f, &names, &mut lengths, t, typed(t)))
        .collect();
    let results = match &results[..] {
        [] => String::new(),
        [one] => format!(" -> {one}"),
        all => format!(" -> ({})", all.join(", ")),
    };
    format!(
        "fn {}({}){results} {{\n{body}}}\n",
        written(&name),
        parameters.join(", ")
    )
}

/// The tensor that fixes the element type of a function.
fn fixing(f: &Function) -> Option<TensorId> {
    let parameters = f.parameters.iter().filter_map(|p| match *p {
        Parameter::Tensor(t) => Some(t),
        Parameter::Dim(_) => None,
    });
    let mut all = parameters.chain(f.results.iter().copied());
    all.find(|&t| f.tensor(t).element == Element::Float)
}

/// `const T[n, l]`; of a derivative no parameter is constant by itself.
fn parameter(
    f: &Function,
    primal: usize,
    names: &Identifiers,
    lengths: &mut lengths::Names,
    t: TensorId,
    float: Option<ElementType>,
) -> String {
    let held = f.tensor(t).role == (Role::Parameter { constant: true });
    let changed = f.updates.contains_key(&t);
    let constant = !changed && held && t.index() < primal && f.tensor(t).element == Element::Float;
    let word = match (constant, changed) {
        (true, _) => "const ",
        (_, true) => "mut ",
        _ => "",
    };
    lengths.given(f, t);
    format!("{word}{}", declared(f, names, lengths, t, float))
}

/// `X[n, m]: f32`
fn declared(
    f: &Function,
    names: &Identifiers,
    lengths: &mut lengths::Names,
    t: TensorId,
    float: Option<ElementType>,
) -> String {
    let tensor = f.tensor(t);
    let mut out = names.tensor(t).to_string();
    if !tensor.axes.is_empty() {
        let axes = tensor.axes.iter();
        let dims: Vec<String> = axes.map(|&d| lengths.axis(f, d)).collect();
        out.push_str(&format!("[{}]", dims.join(", ")));
    }
    let element = match tensor.element {
        Element::Integer(t) => Some(t),
        Element::Float => float,
    };
    if let Some(element) = element {
        out.push_str(&format!(": {}", element.word()));
    }
    out
}

/// `(Q, _) = nn::f(A, 0.5, len(n));`: the call whose first result an equation takes.
fn called(f: &Function, names: &Identifiers, e: &Equation) -> String {
    let (id, ..) = f.returned(e).expect("an equation of a call");
    let call = &f.calls[id.index()];
    let result = |at: usize| {
        let of = |o: &&Equation| {
            f.returned(o)
                .is_some_and(|(other, _, _, output)| (other, output) == (id, at))
        };
        let found = f.equations.iter().find(of);
        found.map_or("_", |o| names.tensor(o.tensor))
    };
    let results: Vec<&str> = (0..call.results).map(result).collect();
    let left = match results[..] {
        [one] => one.to_string(),
        _ => format!("({})", results.join(", ")),
    };
    let arguments: Vec<String> = call
        .arguments
        .iter()
        .map(|a| match *a {
            Passed::Tensor(t) => names.tensor(t).to_string(),
            Passed::Whole(n) => n.to_string(),
            Passed::Real(r) => expr::real(r.value()),
            Passed::Length(d) => format!("len({})", written(&f.dim(d).name)),
            Passed::Given(g) => f.given[g.index()].text.clone(),
        })
        .collect();
    format!("{left} = {}({});", call.name, arguments.join(", "))
}

/// `Y[i, j: 3] = sum[k](X[i, k] * W[k, j]);` `defined`: what has been defined above.
fn equation(
    f: &Function,
    names: &Identifiers,
    e: &Equation,
    defined: &BTreeSet<TensorId>,
) -> String {
    let mut writer = Writer::new(f, names);
    let declared = f.results.contains(&e.tensor)
        || defined.contains(&e.tensor)
        || f.values.contains_key(&e.tensor);
    writer.ranges = range::evident(f, e, declared);
    let mut left: Vec<String> = Vec::new();
    let mut bound: BTreeSet<IndexId> = BTreeSet::new();
    // A position may have an index that stands behind it.
    let mut introduced: BTreeMap<IndexId, String> = BTreeMap::new();
    for i in f.exprs.indices_of(&e.left) {
        match e.left.contains(&Subscript::Index(i)) {
            true => drop(introduced.insert(i, writer.introduce(i))),
            false => drop(writer.name(i)),
        }
    }
    let dropped = inside::drops(f, e);
    for s in &e.left {
        left.push(match *s {
            Subscript::Index(i) if bound.insert(i) => introduced[&i].clone(),
            Subscript::At(_) if dropped => format!("pad({})", writer.subscript(*s)),
            s => writer.subscript(s),
        });
    }
    let left = match left.is_empty() {
        true => names.tensor(e.tensor).to_string(),
        false => format!("{}[{}]", names.tensor(e.tensor), left.join(", ")),
    };
    let op = match e.op {
        Op::Define => "=",
        Op::Accumulate => "+=",
    };
    format!("{left} {op} {};", writer.right(e))
}

/// What the results need, long right-hand sides in parts, and tensors that begin as zeros defined as such. The user's `own`
/// reads stand in the branches in which they were written: one outside of its tensor is an error there, and no zero.
fn complete(mut g: Function, own: bool) -> Function {
    let mut needed: BTreeSet<TensorId> = g.results.iter().copied().collect();
    needed.extend(g.updates.values());
    let mut equations: Vec<Equation> = Vec::new();
    let mut closed = false;
    for e in g.equations.clone().into_iter().rev() {
        if needed.contains(&e.tensor) {
            let known = needed.len();
            needed.extend(g.reads_of(&e));
            for id in g.exprs.walk(e.right) {
                if let Expr::Jacobian { of, by, .. } = g.exprs.get(id) {
                    needed.extend([*of, *by]);
                }
            }
            if !closed || needed.len() > known {
                let before = needed.len();
                needed = g.needed(needed, &[]);
                closed = needed.len() == before;
            }
            equations.push(e);
        }
    }
    g.equations = Vec::new();
    let mut begun: BTreeSet<TensorId> = BTreeSet::new();
    for e in equations.into_iter().rev() {
        let first = begun.insert(e.tensor);
        if first && e.op == Op::Accumulate && !g.results.contains(&e.tensor) {
            let zero = g.zero(e.tensor);
            g.equations.push(zero);
        }
        let (parts, right) = match g.tensor(e.tensor).element {
            Element::Float => share::divided(&mut g, e.right),
            Element::Integer(_) => (vec![], e.right),
        };
        g.equations.extend(parts.iter().map(Definition::equation));
        let right = match own {
            true => g.exprs.unguarded(right),
            false => inside::unguarded(&mut g, right),
        };
        g.equations.push(Equation { right, ..e });
    }
    for r in g.results.clone() {
        if !begun.contains(&r) {
            let zero = g.zero(r);
            g.equations.push(zero);
        }
    }
    g
}

/// Whether a dimension can be written: that of what a call returns has no name, and a minimum has no notation.
fn is_written(f: &Function, dim: DimId) -> bool {
    match f.dim(dim).length {
        Length::Named | Length::Given | Length::Fixed(_) => true,
        Length::Computed(e) => f
            .exprs
            .walk(e)
            .into_iter()
            .all(|e| !matches!(f.exprs.get(e), Expr::IntegerMin(..) | Expr::IntegerMax(..))),
        Length::Typed { .. } | Length::Returned { .. } | Length::Rows { .. } => false,
    }
}
