//! Tensors of the forward pass that are not stored for the backward pass are computed again in it: temporaries that are too
//! large to store, and what the user says.

use super::block::is_large;
use super::storage::{Reason, Storage, flops_of};
use crate::ir::{Equation, Function, Keep, Role, TensorId};
use std::collections::BTreeMap;

/// The backward equations, which read no such tensor; what is computed again is added to `again`. The last tensor comes
/// first: where it is computed again it reads others, and each of these is computed again once, before all that reads it.
pub(crate) fn recompute(
    f: &mut Function,
    forward: &[Equation],
    backward: Vec<Equation>,
    again: &mut Vec<Storage>,
) -> Vec<Equation> {
    let mut out = backward;
    let mut tensors: Vec<TensorId> = Vec::new();
    for e in forward {
        if !tensors.contains(&e.tensor) {
            tensors.push(e.tensor);
        }
    }
    let first = again.len();
    for tensor in tensors.into_iter().rev() {
        let definitions: Vec<&Equation> = forward.iter().filter(|e| e.tensor == tensor).collect();
        let Some(because) = why_again(f, tensor, &definitions) else {
            continue;
        };
        let reads = |e: &Equation| f.is_read_by(tensor, e);
        let Some(at) = out.iter().position(reads) else {
            continue;
        };
        let flops = flops_of(f, &definitions);
        again.push(Storage {
            tensor,
            keep: Keep::Recomputed,
            because,
            flops,
        });
        let t = f.tensor(tensor).clone();
        let copied = f.add_tensor(&t.name, t.axes, t.element, Role::Temporary);
        let map = BTreeMap::from([(tensor, copied)]);
        for e in &mut out {
            *e = f.redirected(e, &map);
        }
        let copies: Vec<Equation> = definitions
            .into_iter()
            .map(|e| copy(f, e, copied))
            .collect();
        out.splice(at..at, copies);
    }
    again[first..].reverse();
    out
}

/// Why a tensor of the forward pass is not stored; None where it is.
fn why_again(f: &Function, tensor: TensorId, definitions: &[&Equation]) -> Option<Reason> {
    // What a call returns is stored: to have it again takes the call.
    if definitions.iter().any(|e| f.returned(e).is_some()) {
        return None;
    }
    let whole = definitions.len() == 1 && definitions.iter().all(|e| f.covers(e));
    match f.keep.get(&tensor) {
        Some(Keep::Recomputed) => Some(Reason::Asked),
        None if whole && is_large(f, tensor) => Some(Reason::Large),
        _ => None,
    }
}

/// The same equation for another tensor, with indices of its own.
fn copy(f: &mut Function, e: &Equation, tensor: TensorId) -> Equation {
    let bound = f
        .exprs
        .walk(e.right)
        .into_iter()
        .flat_map(|id| f.exprs.bound(id).to_vec());
    let all: Vec<_> = f
        .exprs
        .indices_of(&e.left)
        .into_iter()
        .chain(bound)
        .collect();
    let mut map = BTreeMap::new();
    for i in all {
        let index = f.index(i).clone();
        map.entry(i)
            .or_insert_with(|| f.add_index(index.name, index.dim));
    }
    let left = f.renamed(&e.left, &map);
    Equation {
        tensor,
        left,
        op: e.op,
        right: f.rename(e.right, &map),
    }
}
