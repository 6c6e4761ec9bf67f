//! Parameters, and tensors that equations define, of which nothing is used.

use super::read::Reads;
use super::{Warned, is_marked};
use crate::ast::Name;
use crate::ir::{DimId, Expr, Function, Length, Parameter, Passed, TensorId};
use crate::resolve::Resolved;
use crate::rule::Warning;
use std::collections::{BTreeMap, BTreeSet};

/// A tensor that is a parameter is used where it is read or differentiated by, or where it alone says how long something is.
pub(super) fn parameters(
    resolved: &Resolved,
    reads: &BTreeMap<TensorId, Reads>,
    out: &mut Vec<Warned>,
) {
    let f = &resolved.function;
    let mut read: BTreeSet<TensorId> = resolved.written.passed.clone();
    read.extend(reads.keys());
    read.extend(f.updates.iter().filter(|(p, t)| p != t).map(|(p, _)| *p));
    let lengths = lengths(f, &read);
    for (p, name) in f.parameters.iter().zip(&resolved.parameters) {
        let used = match *p {
            Parameter::Dim(d) => lengths.contains(&d),
            Parameter::Tensor(t) => {
                read.contains(&t) || f.tensor(t).axes.iter().any(|d| lengths.contains(d))
            }
        };
        if !used && !is_marked(&name.text) {
            let text = format!("nothing uses the parameter `{}`", name.text);
            out.push(warned(name, text));
        }
    }
}

/// The dimensions whose lengths matter, and are those of no tensor that is read.
fn lengths(f: &Function, read: &BTreeSet<TensorId>) -> BTreeSet<DimId> {
    let is_parameter = |t: TensorId| f.parameters.contains(&Parameter::Tensor(t));
    let tensors = (0..f.tensors.len() as u32).map(TensorId);
    let made = tensors.filter(|&t| !is_parameter(t));
    let mut out: BTreeSet<DimId> = made.flat_map(|t| f.tensor(t).axes.clone()).collect();
    out.extend(f.indices.iter().map(|i| i.dim));
    out.extend(f.given.iter().flat_map(|g| g.lengths.clone()));
    let passed = f.calls.iter().flat_map(|c| &c.arguments);
    out.extend(passed.filter_map(|a| match *a {
        Passed::Length(d) => Some(d),
        _ => None,
    }));
    let all = (0..f.dims.len() as u32).map(DimId);
    // What is computed of a length has an expression of it.
    out.extend(all.filter(|&d| f.exprs.known(&Expr::Len(d)).is_some()));
    out.retain(|&d| !matches!(f.dim(d).length, Length::Fixed(_)));
    for &t in read.iter().filter(|&&t| is_parameter(t)) {
        for d in &f.tensor(t).axes {
            if f.dim(*d).length == Length::Named {
                out.remove(d);
            }
        }
    }
    out
}

/// An intermediate is used where an equation of another tensor reads it.
pub(super) fn intermediates(
    resolved: &Resolved,
    reads: &BTreeMap<TensorId, Reads>,
    out: &mut Vec<Warned>,
) {
    let (f, written) = (&resolved.function, &resolved.written);
    // The tensors that a name stands for one after the other.
    let mut values: BTreeMap<&str, BTreeSet<TensorId>> = BTreeMap::new();
    for d in &written.defined {
        values.entry(&d.name.text).or_default().insert(d.tensor);
    }
    for defined in &written.defined {
        let Some(values) = values.remove(defined.name.text.as_str()) else {
            continue;
        };
        let is_used = |t: &TensorId| {
            let leaves = f.is_output(*t) || f.values.contains_key(t);
            let read = reads.get(t).is_some_and(|r| !r.by.is_subset(&values));
            leaves || read || written.passed.contains(t)
        };
        if !values.iter().any(is_used) && !is_marked(&defined.name.text) {
            let name = &defined.name.text;
            let text = format!("nothing uses `{name}`, which is defined here and is no result");
            out.push(warned(&defined.name, text));
        }
    }
}

fn warned(name: &Name, text: String) -> Warned {
    Warned {
        warning: Warning::Unused,
        span: name.span,
        message: format!("{text}\nhelp: leave it out, or call it `_{}`", name.text),
    }
}
