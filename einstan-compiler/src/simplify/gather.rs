//! `T[i] = a; T[i] += b` as `T[i] = a + b`, where both are maps and nothing needs T in between: T is written once.

use crate::differentiate::Backward;
use crate::ir::{Element, Equation, Expr, Function, indices};
use std::collections::BTreeMap;

pub(super) fn run(joint: &mut Backward) {
    let mut at = 0;
    while at < joint.function.equations.len() {
        match next(joint, at) {
            Some(later) => {
                let first = joint.remove(at);
                add(&mut joint.function, first, later - 1);
            }
            None => at += 1,
        }
    }
}

/// The next equation of the tensor that the one at `at` writes, if the two can be one.
fn next(joint: &Backward, at: usize) -> Option<usize> {
    let f = &joint.function;
    let first = &f.equations[at];
    let later = at
        + 1
        + f.equations[at + 1..]
            .iter()
            .position(|e| e.tensor == first.tensor)?;
    let whole = |e: &Equation| f.covers(e) && !f.exprs.reduces(e.right);
    let read = f.equations[at + 1..=later]
        .iter()
        .any(|e| f.reads_of(e).contains(&first.tensor));
    let one_pass = (at < joint.split) == (later < joint.split);
    (one_pass && !read && whole(first) && whole(&f.equations[later])).then_some(later)
}

/// Makes the equation at `at` write what `first` wrote before as well.
fn add(f: &mut Function, first: Equation, at: usize) {
    let later = f.equations[at].clone();
    let map: BTreeMap<_, _> = indices(&first.left)
        .into_iter()
        .zip(indices(&later.left))
        .collect();
    let right = f.rename(first.right, &map);
    let right = match f.tensor(later.tensor).element {
        Element::Float => f.exprs.sum(right, later.right),
        Element::Integer(_) => f.exprs.add(Expr::IntegerAdd(right, later.right)),
    };
    f.equations[at] = Equation {
        op: first.op,
        right,
        ..later
    };
}
