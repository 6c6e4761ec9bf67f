//! Tensors of the forward pass that are not stored for the backward pass are computed again in it: temporaries that are too
//! large to store, and what the user says.

use super::block::is_large;
use super::storage::{Reason, Storage, flops_of};
use crate::ir::{Equation, Function, Keep, Role, Subscript, TensorId, indices};
use std::collections::BTreeMap;

/// The backward equations, which read no such tensor; what is computed again is added to `again`.
pub(crate) fn recompute(
    f: &mut Function,
    forward: &[Equation],
    backward: Vec<Equation>,
    again: &mut Vec<Storage>,
) -> Vec<Equation> {
    let mut out = backward;
    while let Some((at, tensor, because)) = next(f, forward, &out) {
        let definitions: Vec<&Equation> = forward.iter().filter(|e| e.tensor == tensor).collect();
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
            e.right = f.redirect(e.right, &map);
        }
        let copies: Vec<Equation> = definitions
            .into_iter()
            .map(|e| copy(f, e, copied))
            .collect();
        out.splice(at..at, copies);
    }
    out
}

/// The first backward equation that reads a tensor which is not stored, and that tensor.
fn next(
    f: &Function,
    forward: &[Equation],
    backward: &[Equation],
) -> Option<(usize, TensorId, Reason)> {
    let not_stored = |t: TensorId| {
        let definitions = forward.iter().filter(|e| e.tensor == t);
        let one = definitions.clone().count() == 1;
        let made = definitions.clone().next().is_some();
        // What a call returns is stored: to have it again takes the call.
        if definitions.clone().any(|e| f.returned(e).is_some()) {
            return None;
        }
        match f.keep.get(&t) {
            Some(Keep::Recomputed) if made => Some((t, Reason::Asked)),
            None if one && definitions.clone().all(|e| f.covers(e)) && is_large(f, t) => {
                Some((t, Reason::Large))
            }
            _ => None,
        }
    };
    backward.iter().enumerate().find_map(|(at, e)| {
        let (tensor, because) = f.reads(e.right).into_iter().find_map(not_stored)?;
        Some((at, tensor, because))
    })
}

/// The same equation for another tensor, with indices of its own.
fn copy(f: &mut Function, e: &Equation, tensor: TensorId) -> Equation {
    let bound = f
        .exprs
        .walk(e.right)
        .into_iter()
        .flat_map(|id| f.exprs.bound(id).to_vec());
    let all: Vec<_> = indices(&e.left).into_iter().chain(bound).collect();
    let mut map = BTreeMap::new();
    for i in all {
        let index = f.index(i).clone();
        map.entry(i)
            .or_insert_with(|| f.add_index(index.name, index.dim));
    }
    let left = e
        .left
        .iter()
        .map(|&s| match s {
            Subscript::Index(i) => Subscript::Index(map[&i]),
            s => s,
        })
        .collect();
    Equation {
        tensor,
        left,
        op: e.op,
        right: f.rename(e.right, &map),
    }
}
