//! Two temporaries with the same value are one, across the value and all derivatives.

use super::alone;
use crate::differentiate::Backward;
use crate::ir::{DimId, Element, Equation, ExprId, Function, IndexId, Role, TensorId, indices};
use std::collections::BTreeMap;

/// What a temporary is, whatever its indices are called.
type Value = (Element, Vec<DimId>, ExprId);

pub(super) fn run(joint: &mut Backward) {
    let mut canon = BTreeMap::new();
    let mut known: BTreeMap<Value, TensorId> = BTreeMap::new();
    let mut at = 0;
    while at < joint.function.equations.len() {
        let e = joint.function.equations[at].clone();
        let f = &mut joint.function;
        // What stands in a gradient may be added to something.
        let gradient = matches!(f.tensor(e.tensor).role, Role::Gradient { .. });
        // Through what is held constant no derivative passes, and through another tensor of the same value one may.
        let apart = gradient || f.held.contains(&e.tensor);
        if apart || !f.covers(&e) || !alone(f, e.tensor) {
            at += 1;
            continue;
        }
        let value = value(f, &e, &mut canon);
        match known.get(&value) {
            Some(&same) if is_temporary(f, e.tensor) => {
                joint.remove(at);
                let f = &mut joint.function;
                if let Some(along) = f.recurrences.get(&e.tensor).cloned() {
                    f.recurrences.entry(same).or_insert(along);
                }
                let map = BTreeMap::from([(e.tensor, same)]);
                // What reads it in a circle may stand above.
                for later in 0..joint.function.equations.len() {
                    let f = &mut joint.function;
                    if f.is_read_by(e.tensor, &f.equations[later]) {
                        let equation = f.equations[later].clone();
                        f.equations[later] = f.redirected(&equation, &map);
                    }
                }
                joint.function.redirect_checks(&map);
            }
            _ => {
                known.entry(value).or_insert(e.tensor);
                at += 1;
            }
        }
    }
}

/// Nobody but the equations themselves sees the tensor.
fn is_temporary(f: &Function, tensor: TensorId) -> bool {
    let made = matches!(
        f.tensor(tensor).role,
        Role::Intermediate | Role::Temporary | Role::Adjoint { .. }
    );
    made && !f.is_output(tensor)
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
