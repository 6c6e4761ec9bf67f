//! The memory of a workspace.

use super::{Buffer, Phase, Schedule};
use crate::ir::{Element, Function, TensorId};
use std::collections::BTreeSet;

/// The workspace: every tensor that a step writes and that is neither a result nor a gradient.
pub(crate) fn buffers(
    f: &Function,
    forward: &Schedule,
    backward: Option<&Schedule>,
    kept: &[(TensorId, TensorId)],
) -> Vec<Buffer> {
    let mut buffers: Vec<Buffer> = Vec::new();
    let read_back: BTreeSet<TensorId> = backward.map(|b| b.reads(f)).unwrap_or_default();
    let mut add = |tensor: TensorId, phase: Phase| {
        let t = f.tensor(tensor);
        if t.role.is_inner()
            && !f.results.contains(&tensor)
            && !f.updates.contains_key(&tensor)
            && buffers.iter().all(|b| b.tensor != tensor)
        {
            let saved = phase == Phase::Forward && read_back.contains(&tensor);
            debug_assert!(t.element != Element::Float || !t.name.is_empty());
            buffers.push(Buffer {
                tensor,
                element: t.element,
                field: format!("b{}", tensor.0),
                saved,
                phase,
            });
        }
    };
    forward
        .writes(f)
        .into_iter()
        .for_each(|t| add(t, Phase::Forward));
    kept.iter().for_each(|&(_, copy)| add(copy, Phase::Forward));
    if let Some(b) = backward {
        b.writes(f)
            .into_iter()
            .for_each(|t| add(t, Phase::Backward));
    }
    buffers
}
