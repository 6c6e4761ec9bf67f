//! Equations whose tensors no result and no gradient depends on.

use crate::differentiate::Backward;
use crate::ir::{Function, Role, TensorId};
use std::collections::BTreeSet;

pub(super) fn run(joint: &mut Backward) {
    let needed = needed(&joint.function);
    joint.retain(|_, e| needed.contains(&e.tensor));
}

/// What results and gradients depend on, with themselves.
fn needed(f: &Function) -> BTreeSet<TensorId> {
    let mut needed: BTreeSet<TensorId> = f.results.iter().copied().collect();
    needed.extend(f.checked());
    needed.extend(f.updates.values());
    let written = f.equations.iter().map(|e| e.tensor);
    needed.extend(written.filter(|&t| matches!(f.tensor(t).role, Role::Gradient { .. })));
    f.needed(needed, &[])
}
