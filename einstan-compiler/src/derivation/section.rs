//! The sections of a derivation.

use super::formula::{Formula, Relation};
use super::layout::Layout;
use super::names::Names;
use super::share;
use super::system::{Definition, System};
use super::{Line, Section, Subject};
use crate::differentiate::{Backward, Derivatives};
use crate::ir::{
    DimId, Element, Equation, Expr, Function, IndexId, Op, Parameter, Role, Subscript, TensorId,
    indices,
};

/// The user's equations, with the ranges of their indices.
pub(super) fn equations(f: &Function) -> Section {
    let mut shown = f.clone();
    let divided: Vec<(Vec<Definition>, Equation)> = f
        .equations
        .iter()
        .map(|e| {
            let (parts, right) = share::divided(&mut shown, e.right);
            (parts, Equation { right, ..e.clone() })
        })
        .collect();
    let mut names = Names::default();
    let mut layout = Layout::new(&shown, &mut names, false);
    let mut lines = Vec::new();
    for (parts, e) in &divided {
        lines.extend(parts.iter().map(|d| definition(&mut layout, d)));
        lines.push(equation(&mut layout, e));
    }
    Section {
        subject: Subject::Equations,
        title: signature(f),
        lines,
    }
}

fn equation(layout: &mut Layout, e: &Equation) -> Line {
    layout.clear();
    for i in indices(&e.left) {
        layout.bind(i);
    }
    Line {
        left: Some(layout.access(e.tensor, &e.left)),
        relation: match e.op {
            Op::Define => Relation::Equal,
            Op::Accumulate => Relation::Gains,
        },
        right: layout.expr(e.right),
        note: layout.ranges(),
    }
}

/// The gradients by the parameters.
pub(super) fn gradient(all: &Derivatives) -> Section {
    let f = &all.vjp.function;
    let roots = tensors(f, &|r| matches!(r, Role::Gradient { .. }));
    let cotangents = tensors(f, &|r| matches!(r, Role::Cotangent { .. }));
    let title = format!("gradient (vjp), from {}", list(f, &cotangents));
    derivative(
        Subject::Gradient,
        title,
        System::new(f.clone(), roots, all.primal),
    )
}

/// The tangents of the results.
pub(super) fn tangent(f: &Function, all: &Derivatives, jvp: &Backward) -> Section {
    let roots = jvp.function.results[f.results.len()..].to_vec();
    let title = format!("tangent (jvp), along {}", directions(f, jvp));
    derivative(
        Subject::Tangent,
        title,
        System::new(jvp.function.clone(), roots, all.primal),
    )
}

/// How the gradients change along a direction.
pub(super) fn hessian(f: &Function, all: &Derivatives, hvp: &Backward) -> Section {
    let roots = hvp.function.results.clone();
    let title = format!("change of the gradient (hvp), along {}", directions(f, hvp));
    derivative(
        Subject::Hessian,
        title,
        System::new(hvp.function.clone(), roots, all.primal),
    )
}

fn derivative(subject: Subject, title: String, mut system: System) -> Section {
    system.inline();
    system.share();
    let mut names = Names::default();
    // What is given has its name first, then what is asked for, then the parts of it.
    let given = tensors(&system.f, &|r| matches!(r, Role::Cotangent { .. }));
    for root in given.iter().chain(&system.roots).copied() {
        names.tensor(&system.f, root);
    }
    let mut layout = Layout::new(&system.f, &mut names, true);
    let lines = system
        .definitions
        .iter()
        .map(|d| definition(&mut layout, d))
        .collect();
    Section {
        subject,
        title,
        lines,
    }
}

/// `T[i,j] = right`
pub(super) fn definition(layout: &mut Layout, d: &Definition) -> Line {
    layout.clear();
    for &i in &d.left {
        layout.bind(i);
    }
    let left = layout.access(d.tensor, &subscripts(&d.left));
    line(left, layout.expr(d.right))
}

fn subscripts(indices: &[IndexId]) -> Vec<Subscript> {
    indices.iter().map(|&i| Subscript::Index(i)).collect()
}

fn line(left: Formula, right: Formula) -> Line {
    Line {
        left: Some(left),
        relation: Relation::Equal,
        right,
        note: String::new(),
    }
}

/// The derivative of every result by every parameter.
pub(super) fn jacobian(f: &Function, deltas: &Backward) -> Section {
    let roots = deltas.function.results.clone();
    let primal = deltas.function.tensors.len();
    let mut system = System::new(deltas.function.clone(), roots.clone(), primal);
    system.inline();
    system.share();
    let results = f.results.iter().copied();
    let pairs: Vec<(TensorId, TensorId)> = results
        .filter(|&y| f.tensor(y).element == Element::Float)
        .flat_map(|y| f.differentiable().map(move |x| (y, x)))
        .collect();
    let mut names = Names::default();
    let mut layout = Layout::new(&system.f, &mut names, true);
    let lines = system
        .definitions
        .iter()
        .map(|d| {
            let Some(at) = roots.iter().position(|&r| r == d.tensor) else {
                return definition(&mut layout, d);
            };
            let left = partial(&mut layout, f, pairs[at], &d.left);
            line(left, layout.expr(d.right))
        })
        .collect();
    Section {
        subject: Subject::Jacobian,
        title: "Jacobian".to_string(),
        lines,
    }
}

/// `∂Y[i,j]/∂X[k,l]`, with the indices that the user's equations have where these differ.
fn partial(
    layout: &mut Layout,
    f: &Function,
    (y, x): (TensorId, TensorId),
    left: &[IndexId],
) -> Formula {
    layout.clear();
    let (of, by) = left.split_at(f.tensor(y).axes.len());
    let mut above: Vec<String> = Vec::new();
    for (&i, wanted) in of.iter().zip(written(f, y)) {
        above.push(layout.bind_as(i, &wanted));
    }
    let mut wanted = written(f, x);
    let other = |w: &[String]| {
        let twice = |at: usize| w[..at].contains(&w[at]);
        (0..w.len()).all(|at| !above.contains(&w[at]) && !twice(at))
    };
    if let Some(last) = above.iter().max()
        && !other(&wanted)
    {
        wanted.fill(last.clone());
    }
    for (&i, wanted) in by.iter().zip(&wanted) {
        layout.bind_as(i, wanted);
    }
    Formula::Partial {
        of: layout.access(y, &subscripts(of)).boxed(),
        by: layout.access(x, &subscripts(by)).boxed(),
    }
}

/// The indices with which the user's equations define a tensor, or read it first.
pub(super) fn written(f: &Function, tensor: TensorId) -> Vec<String> {
    let left = |e: &Equation| (e.tensor == tensor).then(|| e.left.clone());
    let read = |e: &Equation| {
        let reads = f.exprs.walk(e.right).into_iter();
        let mut all = reads.filter_map(|id| match f.exprs.get(id) {
            Expr::Access {
                tensor: t,
                subscripts,
                ..
            } if *t == tensor => Some(subscripts.clone()),
            _ => None,
        });
        all.next()
    };
    let found = f.equations.iter().find_map(left);
    let found = found.or_else(|| f.equations.iter().find_map(read));
    let name = |s: &Subscript| match *s {
        Subscript::Index(i) => f.index(i).name.clone(),
        Subscript::Constant(_) | Subscript::At(_) => "i".to_string(),
    };
    match found {
        Some(subscripts) => subscripts.iter().map(name).collect(),
        None => vec!["i".to_string(); f.tensor(tensor).axes.len()],
    }
}

/// `dense(X[n,m], W[m,k], b[k]) → Y[n,k]`
fn signature(f: &Function) -> String {
    let mut names = Names::default();
    let parameters: Vec<String> = f
        .parameters
        .iter()
        .map(|p| match *p {
            Parameter::Tensor(t) if f.updates.contains_key(&t) => {
                format!("mut {}", shape(f, &mut names, t))
            }
            Parameter::Tensor(t) if f.tensor(t).role == (Role::Parameter { constant: true }) => {
                format!("const {}", shape(f, &mut names, t))
            }
            Parameter::Tensor(t) => shape(f, &mut names, t),
            Parameter::Dim(d) => format!("dim {}", f.dim(d).name),
        })
        .collect();
    let results = match f.results.is_empty() {
        true => String::new(),
        false => format!(" → {}", list(f, &f.results)),
    };
    format!("{}({}){results}", f.name, parameters.join(", "))
}

/// `X[n,m]`
fn shape(f: &Function, names: &mut Names, tensor: TensorId) -> String {
    let t = f.tensor(tensor);
    let name_of = names.tensor(f, tensor).to_string();
    let name = |d: &DimId| f.dim(*d).name.clone();
    let dims: Vec<String> = t.axes.iter().map(name).collect();
    match dims.is_empty() {
        true => name_of,
        false => format!("{name_of}[{}]", dims.join(",")),
    }
}

/// `∂Y[n,k], ∂Z[n]`
fn list(f: &Function, all: &[TensorId]) -> String {
    let mut names = Names::default();
    let shapes: Vec<String> = all.iter().map(|&t| shape(f, &mut names, t)).collect();
    shapes.join(", ")
}

/// The tangents that a function takes after the parameters of `f`.
fn directions(f: &Function, along: &Backward) -> String {
    let more = &along.function.parameters[f.parameters.len()..];
    let tangents: Vec<TensorId> = more
        .iter()
        .filter_map(|p| match *p {
            Parameter::Tensor(t) => Some(t),
            Parameter::Dim(_) => None,
        })
        .collect();
    list(&along.function, &tangents)
}

fn tensors(f: &Function, is: &dyn Fn(Role) -> bool) -> Vec<TensorId> {
    (0..f.tensors.len() as u32)
        .map(TensorId)
        .filter(|&t| is(f.tensor(t).role))
        .collect()
}
