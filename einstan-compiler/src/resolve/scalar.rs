//! Scalar functions: those of the notation, whose bodies stand in the place of their calls, and those of Rust.

use super::lower::Lowering;
use super::range::Ranges;
use super::{Callees, Scope, mention, order};
use crate::ast::{Equation, ExternFn, Item, Name, ScalarFn};
use crate::diagnostics::Diagnostics;
use std::collections::{BTreeMap, BTreeSet};

/// A scalar function.
#[derive(Clone, Debug)]
pub(crate) enum Scalar {
    Notation(ScalarFn),
    Rust(ExternFn),
    /// It is wrong, which has been reported.
    Poisoned,
}

/// The scalar functions of an invocation by name.
pub(crate) type Scalars = BTreeMap<String, Scalar>;

/// The scalar functions of an invocation; what is wrong with them is reported once, wherever they are called.
pub(crate) fn scalars(items: &[Item], diagnostics: &mut Diagnostics) -> Scalars {
    let mut all = Scalars::new();
    for item in items {
        let (name, scalar) = match item {
            Item::Scalar(s) => (&s.name, Scalar::Notation(s.clone())),
            Item::Extern(e) => (&e.name, Scalar::Rust(e.clone())),
            Item::Function(_) | Item::Axis(_) => continue,
        };
        all.entry(name.text.clone()).or_insert(scalar);
    }
    for item in items {
        let Item::Scalar(s) = item else { continue };
        let mut calls = Vec::new();
        mention::calls(&s.body, &mut calls);
        let mut callees = calls.into_iter().map(|call| call.name);
        let leads_back = |n: &Name| {
            let mut called = BTreeSet::new();
            reach(&all, &n.text, &mut called);
            n.text == s.name.text || called.contains(&s.name.text)
        };
        if let Some(callee) = callees.find(leads_back) {
            order::calls_itself("the scalar function", &s.name, &callee, diagnostics);
            all.insert(s.name.text.clone(), Scalar::Poisoned);
        }
    }
    let wrong: Vec<String> = all
        .iter()
        .filter(|(_, s)| is_wrong(s, &all, diagnostics))
        .map(|(name, _)| name.clone())
        .collect();
    for name in wrong {
        all.insert(name, Scalar::Poisoned);
    }
    all
}

/// The scalar functions of the notation that `name` calls, by any way.
fn reach(all: &Scalars, name: &str, out: &mut BTreeSet<String>) {
    let mut stack = vec![name.to_string()];
    while let Some(name) = stack.pop() {
        let Some(Scalar::Notation(s)) = all.get(&name) else {
            continue;
        };
        let mut calls = Vec::new();
        mention::calls(&s.body, &mut calls);
        let new = calls.into_iter().map(|call| call.name.text);
        stack.extend(new.filter(|c| out.insert(c.clone())));
    }
}

/// Whether a body or a rule has mistakes, which are reported.
fn is_wrong(scalar: &Scalar, all: &Scalars, diagnostics: &mut Diagnostics) -> bool {
    let (name, parameters, bodies) = match scalar {
        Scalar::Notation(s) => (&s.name, &s.parameters, vec![&s.body]),
        Scalar::Rust(e) => {
            let rules = e.rules.iter().map(|(_, rule)| rule).collect();
            (&e.name, &e.parameters, rules)
        }
        Scalar::Poisoned => return false,
    };
    let before = diagnostics.len();
    for body in bodies {
        let callees = Callees::new();
        let axes = super::Axes::default();
        let mut scope = Scope::new(&name.text, all, (&callees, &axes), diagnostics);
        let equation = Equation::of(name, body);
        let (none, ranges) = (BTreeSet::new(), Ranges::default());
        let mut lowering = Lowering::new(&mut scope, &equation, &none, &ranges);
        let arguments = lowering.rule_arguments(parameters.len());
        lowering.scalar_body(name, parameters, &arguments, body);
    }
    diagnostics.len() > before
}
