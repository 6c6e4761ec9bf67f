//! Two temporaries with the same value are one, across the value and all derivatives.

use crate::differentiate::Backward;
use crate::ir::{DimId, Element, Equation, ExprId, Function, IndexId, Role, TensorId, indices};
use std::collections::{BTreeMap, BTreeSet};

/// What a temporary is, whatever its indices are called.
type Value = (Element, Vec<DimId>, ExprId);

pub(super) fn run(joint: &mut Backward) {
    let mut canon = BTreeMap::new();
    let mut known: BTreeMap<Value, TensorId> = BTreeMap::new();
    let mut written: BTreeMap<TensorId, usize> = BTreeMap::new();
    for e in &joint.function.equations {
        *written.entry(e.tensor).or_default() += 1;
    }
    // The tensor that stands for another one.
    let mut same_as: BTreeMap<TensorId, TensorId> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for at in 0..joint.function.equations.len() {
        let f = &mut joint.function;
        let e = redirected(f, at, &same_as);
        // What stands in a gradient may be added to something.
        let gradient = matches!(f.tensor(e.tensor).role, Role::Gradient { .. });
        // Through what is held constant no derivative passes, and through another tensor of the same value one may.
        let apart = gradient || f.held.contains(&e.tensor);
        if apart || !f.covers(&e) || written[&e.tensor] > 1 {
            continue;
        }
        let value = value(f, &e, &mut canon);
        match known.get(&value) {
            Some(&same) if is_temporary(f, e.tensor) => {
                if let Some(along) = f.recurrences.get(&e.tensor).cloned() {
                    f.recurrences.entry(same).or_insert(along);
                }
                same_as.insert(e.tensor, same);
                gone.insert(at);
            }
            _ => drop(known.entry(value).or_insert(e.tensor)),
        }
    }
    if gone.is_empty() {
        return;
    }
    joint.retain(|at, _| !gone.contains(&at));
    let f = &mut joint.function;
    // What reads one in a circle may stand above.
    (0..f.equations.len()).for_each(|at| drop(redirected(f, at, &same_as)));
    f.redirect_checks(&same_as);
}

/// The equation at a place, which reads what stands for other tensors in place of these.
fn redirected(f: &mut Function, at: usize, same_as: &BTreeMap<TensorId, TensorId>) -> Equation {
    let e = f.equations[at].clone();
    let reads = |f: &Function| f.reads_of(&e).iter().any(|t| same_as.contains_key(t));
    if !same_as.is_empty() && reads(f) {
        f.equations[at] = f.redirected(&e, same_as);
    }
    f.equations[at].clone()
}

/// Nobody but the equations themselves sees the tensor.
fn is_temporary(f: &Function, tensor: TensorId) -> bool {
    f.tensor(tensor).role.is_inner() && !f.is_output(tensor)
}

/// The equation's right-hand side with indices numbered: those on the left, then those that it binds.
fn value(f: &mut Function, e: &Equation, canon: &mut BTreeMap<(usize, DimId), IndexId>) -> Value {
    let mut order = indices(&e.left);
    for id in f.exprs.walk(e.right) {
        for &i in f.exprs.bound(id) {
            if !order.contains(&i) {
                order.push(i);
            }
        }
    }
    let mut map = BTreeMap::new();
    for (number, i) in order.into_iter().enumerate() {
        let dim = f.index(i).dim;
        let canonical = *canon
            .entry((number, dim))
            .or_insert_with(|| f.add_index(format!("i{number}"), dim));
        map.insert(i, canonical);
    }
    let tensor = f.tensor(e.tensor);
    let (element, axes) = (tensor.element, tensor.axes.clone());
    (element, axes, f.rename(e.right, &map))
}
