//! Temporaries of the forward pass that are too large to store are computed again in the backward pass.

use super::block::is_large;
use crate::ir::{Equation, Function, Role, Subscript, TensorId, indices};
use std::collections::BTreeMap;

/// The backward equations, which read no large temporary of the forward pass.
pub(crate) fn recompute(
    f: &mut Function,
    forward: &[Equation],
    backward: Vec<Equation>,
) -> Vec<Equation> {
    let mut out = backward;
    while let Some((at, definition)) = next(f, forward, &out) {
        let again = copy(f, definition);
        let map = BTreeMap::from([(definition.tensor, again.tensor)]);
        for e in &mut out {
            e.right = f.redirect(e.right, &map);
        }
        out.insert(at, again);
    }
    out
}

/// The first backward equation that reads a large temporary, and the temporary's definition.
fn next<'e>(
    f: &Function,
    forward: &'e [Equation],
    backward: &[Equation],
) -> Option<(usize, &'e Equation)> {
    backward.iter().enumerate().find_map(|(at, e)| {
        let reads = f.reads(e.right);
        let definition = |t: TensorId| {
            let mut all = forward.iter().filter(|e| e.tensor == t);
            let first = all.next()?;
            let again = all.next().is_none() && f.covers(first) && f.returned(first).is_none();
            (again && is_large(f, t)).then_some(first)
        };
        let definition = reads.into_iter().find_map(definition)?;
        Some((at, definition))
    })
}

/// The same equation for a tensor of its own.
fn copy(f: &mut Function, e: &Equation) -> Equation {
    let t = f.tensor(e.tensor).clone();
    let tensor = f.add_tensor(&t.name, t.axes, t.element, Role::Temporary);
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
