//! Functions that others call come first.

use super::mention::{self, Called};
use super::whole::is_built_in;
use crate::ast::{FunctionItem, Name, Statement};
use crate::diagnostics::Diagnostics;
use crate::rule::Rule;

/// The functions by number, each after those that it calls. One that calls itself, by any way, is reported, and loses its
/// body.
pub(crate) fn callees_first(
    functions: &mut [FunctionItem],
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let called: Vec<Vec<Name>> = functions.iter().map(calls).collect();
    let calls: Vec<Vec<usize>> = called
        .iter()
        .map(|called| {
            let is_called = |&at: &usize| called.iter().any(|n| n.text == functions[at].name.text);
            (0..functions.len()).filter(is_called).collect()
        })
        .collect();
    let mut order = Vec::new();
    for at in 0..functions.len() {
        visit(&calls, at, &mut vec![], &mut order);
    }
    for at in 0..functions.len() {
        let reached = reach(&calls, at);
        if !reached.contains(&at) {
            continue;
        }
        let name = functions[at].name.clone();
        let is_first = |&other: &usize| at <= other || !reach(&calls, other).contains(&at);
        if reached.iter().all(is_first) {
            // The call that leads back, of the function itself where it is one.
            let leads_back = |n: &&Name| {
                let mut callees = calls[at]
                    .iter()
                    .filter(|&&c| functions[c].name.text == n.text);
                callees.any(|&c| c == at || reach(&calls, c).contains(&at))
            };
            let mut back: Vec<&Name> = called[at].iter().filter(leads_back).collect();
            back.sort_by_key(|n| n.text != name.text);
            if let Some(callee) = back.first() {
                calls_itself("the function", &name, callee, diagnostics);
            }
        }
        let f = &mut functions[at];
        let defined = f.body.statements.drain(..).flat_map(defined);
        f.body.damaged.extend(defined);
        f.unfinished = true;
    }
    order
}

/// Reports that a function calls itself, by calling `callee`.
pub(crate) fn calls_itself(what: &str, f: &Name, callee: &Name, diagnostics: &mut Diagnostics) {
    let through = match callee.text == f.text {
        true => String::new(),
        false => format!(", through `{}`", callee.text),
    };
    let text = format!("{what} `{}` calls itself here{through}", f.text);
    let other = (f.span, format!("`{}` is defined here", f.text));
    diagnostics.error_beside(Rule::Recursion, callee.span, text, other);
}

/// Adds `at` to the order after all that it calls.
fn visit(calls: &[Vec<usize>], at: usize, path: &mut Vec<usize>, order: &mut Vec<usize>) {
    if order.contains(&at) || path.contains(&at) {
        return;
    }
    path.push(at);
    for &callee in &calls[at] {
        visit(calls, callee, path, order);
    }
    path.pop();
    order.push(at);
}

/// What a function calls, by any way.
fn reach(calls: &[Vec<usize>], from: usize) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    let mut next = calls[from].clone();
    while let Some(at) = next.pop() {
        if !out.contains(&at) {
            out.push(at);
            next.extend(&calls[at]);
        }
    }
    out
}

/// The functions that the body calls by a plain name.
fn calls(f: &FunctionItem) -> Vec<Name> {
    let mut out: Vec<Called> = Vec::new();
    for s in &f.body.statements {
        match s {
            Statement::Equation(e) => mention::calls(&e.right, &mut out),
            Statement::Call {
                function,
                arguments,
                ..
            } => out.extend(Called::of(function, arguments)),
        }
    }
    out.retain(|call| !is_built_in(&call.name.text, call.arguments));
    out.into_iter().map(|call| call.name).collect()
}

fn defined(s: Statement) -> Vec<Name> {
    match s {
        Statement::Equation(e) => vec![e.left.tensor],
        Statement::Call { results, .. } => results.into_iter().flatten().collect(),
    }
}
