//! A branch of an `if` that no values of the indices reach: of two tensors one after the other, say, where the result is
//! not declared as long as both.

use super::Warned;
use crate::ir::{self, ExprId, Function, Polynomial, Role};
use crate::resolve::Resolved;
use crate::rule::Warning;

pub(super) fn never_taken(resolved: &mut Resolved, out: &mut Vec<Warned>) {
    let mut told: Vec<(ExprId, bool)> = Vec::new();
    for taken in resolved.written.branches.clone() {
        let Some((&(condition, truth), before)) = taken.way.split_last() else {
            continue;
        };
        // What stands in such a branch is not taken either.
        if before.iter().any(|c| told.contains(c)) || !never(&mut resolved.function, &taken.way) {
            continue;
        }
        told.push((condition, truth));
        let holds = match truth {
            true => "never holds",
            false => "always holds",
        };
        let why = match before.is_empty() {
            true => range(resolved, condition),
            false => " here".to_string(),
        };
        out.push(Warned {
            warning: Warning::NeverTaken,
            span: taken.span,
            message: format!(
                "this branch is never taken, as `{}` {holds}{why}",
                ir::print::expr(&resolved.function, condition)
            ),
        });
    }
}

/// What the first index of a condition runs over, and what may be meant.
fn range(resolved: &Resolved, condition: ExprId) -> String {
    let f = &resolved.function;
    let Some(&i) = f.exprs.free(condition).first() else {
        return String::new();
    };
    let over = format!(
        ": `{}` runs over `{}`",
        f.index(i).name,
        f.dim(f.index(i).dim).name
    );
    let Some(range) = resolved.written.ranges.get(&i) else {
        return over;
    };
    let tensor = f.tensor(range.place.tensor);
    let help = match tensor.role {
        Role::Result => format!(
            "if `{}` is to be longer, declare it so, like `{0}[n + m]`",
            tensor.name
        ),
        _ => format!(
            "if it is to run further, say so where it is introduced, `{}: ..`",
            f.index(i).name
        ),
    };
    format!("{over}, by `{}`\nhelp: {help}", range.shown)
}

/// Whether the last condition has not the truth given, wherever those before it have theirs.
fn never(f: &mut Function, way: &[(ExprId, bool)]) -> bool {
    let Some((&(condition, truth), before)) = way.split_last() else {
        return false;
    };
    let facts: Vec<Polynomial> = before.iter().flat_map(|&(c, t)| f.facts(c, t)).collect();
    // A fact is not negative: never where it always is.
    let negative = |fact: &Polynomial| fact.scaled(-1)?.minus(&Polynomial::constant(1));
    let goals: Vec<Polynomial> = f
        .facts(condition, truth)
        .iter()
        .filter_map(negative)
        .collect();
    // By one of them: to try all pairs takes long where many branches follow each other.
    let mut certain = |goal: &Polynomial, fact: Option<&Polynomial>| f.follows(goal, fact);
    goals
        .iter()
        .any(|goal| certain(goal, None) || facts.iter().any(|fact| certain(goal, Some(fact))))
}
