//! What calls and checks need comes first, so that nothing is written where one fails.

use crate::ir::{Equation, Function, Group, Role, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// An equation, or a check of what those before it compute.
#[derive(Clone, Debug)]
pub(crate) enum Ordered {
    Equations(Group),
    Check(usize),
}

impl Ordered {
    pub fn equations(&self) -> &[Equation] {
        match self {
            Ordered::Equations(group) => group.equations(),
            Ordered::Check(_) => &[],
        }
    }
}

/// The equations with those that calls and the checks `late` need before all others, and what is taken of one part of one
/// call next to each other. Results and gradients that a call or a check needs, or that stand before the last of these, are
/// written in the end.
pub(crate) fn order(f: &mut Function, equations: Vec<Equation>, late: &[usize]) -> Vec<Ordered> {
    if late.is_empty() && equations.iter().all(|e| f.returned(e).is_none()) {
        return grouped(f, &equations);
    }
    let (first, rest) = needed(f, equations, late);
    let mut calls = together(f, first);
    let mut rest = rest;
    let last = match late.is_empty() {
        true => calls.iter().rposition(|e| !same_call(f, e, calls.last())),
        false => calls.len().checked_sub(1),
    };
    let early: BTreeSet<TensorId> = calls[..last.map_or(0, |at| at + 1)]
        .iter()
        .map(|e| e.tensor)
        .filter(|&t| f.is_output(t) || matches!(f.tensor(t).role, Role::Gradient { .. }))
        .collect();
    let mut copies = BTreeMap::new();
    for &t in &early {
        let own = f.tensor(t).clone();
        let copy = f.add_tensor(&own.name, own.axes, own.element, Role::Temporary);
        if let Some(along) = f.recurrences.get(&t).cloned() {
            f.recurrences.insert(copy, along);
        }
        copies.insert(t, copy);
    }
    for e in calls.iter_mut().chain(&mut rest) {
        let tensor = copies.get(&e.tensor).copied().unwrap_or(e.tensor);
        *e = Equation {
            tensor,
            ..f.redirected(e, &copies)
        };
    }
    f.redirect_checks(&copies);
    let mut out = with_checks(f, calls, late);
    out.extend(grouped(f, &rest));
    for (to, from) in copies {
        out.push(Ordered::Equations(Group::Equation(f.copy(to, from))));
    }
    out
}

/// The equations with each check after what it reads.
fn with_checks(f: &Function, equations: Vec<Equation>, late: &[usize]) -> Vec<Ordered> {
    let mut left: Vec<usize> = late.to_vec();
    let mut out = Vec::new();
    let groups = f.grouped(&equations);
    for (at, group) in groups.iter().enumerate() {
        out.push(Ordered::Equations(group.clone()));
        let later = groups[at + 1..].iter().flat_map(Group::equations);
        let later: BTreeSet<TensorId> = later.map(|e| e.tensor).collect();
        left.retain(|&check| {
            let complete = f.read_by(&f.checks[check]).is_disjoint(&later);
            if complete {
                out.push(Ordered::Check(check));
            }
            !complete
        });
    }
    out.extend(left.into_iter().map(Ordered::Check));
    out
}

fn grouped(f: &Function, equations: &[Equation]) -> Vec<Ordered> {
    let groups = f.grouped(equations).into_iter();
    groups.map(Ordered::Equations).collect()
}

/// The equations that calls and checks need, with those of the calls, and the others.
fn needed(
    f: &Function,
    equations: Vec<Equation>,
    late: &[usize],
) -> (Vec<Equation>, Vec<Equation>) {
    let checks = late.iter().flat_map(|&at| f.read_by(&f.checks[at]));
    let mut tensors: BTreeSet<TensorId> = checks.collect();
    let mut first = vec![false; equations.len()];
    loop {
        let before = tensors.len();
        for (at, e) in equations.iter().enumerate().rev() {
            if f.returned(e).is_some() || tensors.contains(&e.tensor) {
                tensors.extend(f.reads_of(e));
                first[at] = true;
            }
        }
        // What stands above in a circle may be needed by what stands below.
        if tensors.len() == before || f.recurrences.is_empty() {
            break;
        }
    }
    let mut first = first.into_iter();
    equations
        .into_iter()
        .partition(|_| first.next() == Some(true))
}

/// Whether two equations take something of one part of one call.
pub(crate) fn same_call(f: &Function, a: &Equation, b: Option<&Equation>) -> bool {
    let key = |e: &Equation| {
        f.returned(e)
            .map(|(call, part, inputs, _)| (call, part, inputs))
    };
    key(a).is_some() && b.and_then(key) == key(a)
}

fn together(f: &Function, equations: Vec<Equation>) -> Vec<Equation> {
    let mut out: Vec<Equation> = Vec::new();
    for e in equations {
        let known = out.iter().rposition(|o| same_call(f, &e, Some(o)));
        out.insert(known.map_or(out.len(), |at| at + 1), e);
    }
    out
}
