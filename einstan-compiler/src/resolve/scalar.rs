//! Scalar functions: those of the notation, whose bodies stand in the place of their calls, and those of Rust.

use super::lower::Lowering;
use super::range::Ranges;
use super::{Callees, Scope, mention};
use crate::ast::{Equation, ExternFn, Item, ScalarFn};
use crate::diagnostics::Diagnostics;
use crate::rule::Rule;
use std::collections::btree_map::Entry;
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
        match all.entry(name.text.clone()) {
            Entry::Vacant(entry) => drop(entry.insert(scalar)),
            Entry::Occupied(_) => {
                let text = format!("the function `{}` is defined twice", name.text);
                diagnostics.error(Rule::DuplicateFunction, name.span, text);
            }
        }
    }
    for item in items {
        let Item::Scalar(s) = item else { continue };
        let mut called = BTreeSet::new();
        reach(&all, &s.name.text, &mut called);
        if called.contains(&s.name.text) {
            let text = format!("the scalar function `{}` calls itself", s.name.text);
            diagnostics.error(Rule::Recursion, s.name.span, text);
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
        let new = calls.into_iter().map(|(c, _)| c);
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
