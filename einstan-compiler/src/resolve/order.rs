//! Functions that others call come first.

use super::mention;
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
    let calls: Vec<Vec<usize>> = functions
        .iter()
        .map(|f| {
            let called = calls(f);
            let is_called = |&at: &usize| called.contains(&functions[at].name.text);
            (0..functions.len()).filter(is_called).collect()
        })
        .collect();
    let mut order = Vec::new();
    for at in 0..functions.len() {
        visit(&calls, at, &mut vec![], &mut order);
    }
    for (at, f) in functions.iter_mut().enumerate() {
        let reached = reach(&calls, at);
        if reached.contains(&at) {
            if reached
                .iter()
                .all(|&other| at <= other || !reach(&calls, other).contains(&at))
            {
                let text = format!("the function `{}` calls itself", f.name.text);
                diagnostics.error(Rule::Recursion, f.name.span, text);
            }
            let defined = f.body.statements.drain(..).flat_map(defined);
            f.body.damaged.extend(defined);
            f.unfinished = true;
        }
    }
    order
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

/// The names that the body calls.
fn calls(f: &FunctionItem) -> Vec<String> {
    let mut out: Vec<(String, usize)> = Vec::new();
    for s in &f.body.statements {
        match s {
            Statement::Equation(e) => mention::calls(&e.right, &mut out),
            Statement::Call {
                function,
                arguments,
                ..
            } => out.extend(
                function
                    .plain()
                    .map(|name| (name.to_string(), arguments.len())),
            ),
        }
    }
    out.retain(|(name, arguments)| !is_built_in(name, *arguments));
    out.into_iter().map(|(name, _)| name).collect()
}

fn defined(s: Statement) -> Vec<Name> {
    match s {
        Statement::Equation(e) => vec![e.left.tensor],
        Statement::Call { results, .. } => results.into_iter().flatten().collect(),
    }
}
