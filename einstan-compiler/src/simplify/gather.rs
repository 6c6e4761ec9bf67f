//! `T[i] = a; T[i] += b` as `T[i] = a + b`, where both are maps and nothing needs T in between: T is written once.

use crate::differentiate::Backward;
use crate::ir::{Chain, Element, Equation, Expr, ExprId, Function, TensorId, indices};
use std::collections::{BTreeMap, BTreeSet};

/// A sum with more addends than this is written in parts: passes go down expressions by recursion.
const MOST: usize = 256;

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

fn addends(f: &Function, e: &Equation) -> usize {
    let extent = f.exprs.extent(e.right);
    match extent.chain {
        Chain::Sum => extent.operands,
        _ => 1,
    }
}

/// For each equation that can be one with the next one of its tensor, where that stands.
fn next(joint: &Backward) -> BTreeMap<usize, usize> {
    let f = &joint.function;
    let whole = |e: &Equation| f.covers(e) && !f.exprs.reduces(e.right);
    let mut out = BTreeMap::new();
    // The last equation of each tensor, and how many addends it has with those that it takes in.
    let mut last: BTreeMap<TensorId, (usize, usize)> = BTreeMap::new();
    let mut read: BTreeSet<TensorId> = BTreeSet::new();
    for (at, e) in f.equations.iter().enumerate() {
        read.extend(f.reads_of(e));
        let before = last.get(&e.tensor).copied();
        let unread = !read.remove(&e.tensor);
        let own = addends(f, e);
        last.insert(e.tensor, (at, own));
        if let Some((before, addends)) = before
            && unread
            && addends + own <= MOST
            && (before < joint.split) == (at < joint.split)
            && whole(e)
            && whole(&f.equations[before])
        {
            out.insert(before, at);
            last.insert(e.tensor, (at, addends + own));
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
