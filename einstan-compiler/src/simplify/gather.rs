//! `T[i] = a; T[i] += b` as `T[i] = a + b`, where both are maps and nothing needs T in between: T is written once.

use crate::differentiate::Backward;
use crate::ir::{Element, Equation, Expr, ExprId, Function, TensorId, indices};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(joint: &mut Backward) {
    let next = next(joint);
    // The equations that one takes in, the first one first.
    let mut before: BTreeMap<usize, Vec<Equation>> = BTreeMap::new();
    for (&at, &later) in &next {
        let first = joint.function.equations[at].clone();
        let mut all = before.remove(&at).unwrap_or_default();
        all.push(first);
        if next.contains_key(&later) {
            before.insert(later, all);
        } else {
            add(&mut joint.function, all, later);
        }
    }
    joint.retain(|at, _| !next.contains_key(&at));
}

/// For each equation that can be one with the next one of its tensor, where that stands.
fn next(joint: &Backward) -> BTreeMap<usize, usize> {
    let f = &joint.function;
    let whole = |e: &Equation| f.covers(e) && !f.exprs.reduces(e.right);
    let mut out = BTreeMap::new();
    let mut last: BTreeMap<TensorId, usize> = BTreeMap::new();
    let mut read: BTreeSet<TensorId> = BTreeSet::new();
    for (at, e) in f.equations.iter().enumerate() {
        read.extend(f.reads_of(e));
        let before = last.insert(e.tensor, at);
        let unread = !read.remove(&e.tensor);
        if let Some(before) = before
            && unread
            && (before < joint.split) == (at < joint.split)
            && whole(e)
            && whole(&f.equations[before])
        {
            out.insert(before, at);
        }
    }
    out
}

/// Makes the equation at `at` write what others wrote before as well.
fn add(f: &mut Function, before: Vec<Equation>, at: usize) {
    let later = f.equations[at].clone();
    let op = before[0].op;
    let mut sum = None;
    for e in before {
        let own = indices(&e.left).into_iter();
        let map: BTreeMap<_, _> = own.zip(indices(&later.left)).collect();
        let right = f.rename(e.right, &map);
        sum = Some(plus(f, &later, sum, right));
    }
    let right = plus(f, &later, sum, later.right);
    f.equations[at] = Equation { op, right, ..later };
}

fn plus(f: &mut Function, e: &Equation, sum: Option<ExprId>, addend: ExprId) -> ExprId {
    match (sum, f.tensor(e.tensor).element) {
        (None, _) => addend,
        (Some(sum), Element::Float) => f.exprs.sum(sum, addend),
        (Some(sum), Element::Integer(_)) => f.exprs.add(Expr::IntegerAdd(sum, addend)),
    }
}
