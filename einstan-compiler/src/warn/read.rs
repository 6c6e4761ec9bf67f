//! What reads a tensor, and where.

use crate::ir::{Expr, Function, Subscript, TensorId, positions};
use std::collections::{BTreeMap, BTreeSet};

/// All reads of a tensor.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The tensors whose equations read it.
    pub by: BTreeSet<TensorId>,
    pub subscripts: Vec<Vec<Subscript>>,
    /// A derivative or a call takes all of it.
    pub whole: bool,
}

/// The reads of each tensor that is read.
pub(super) fn reads(f: &Function) -> BTreeMap<TensorId, Reads> {
    let mut out: BTreeMap<TensorId, Reads> = BTreeMap::new();
    for e in &f.equations {
        let roots = positions(&e.left).chain([e.right]);
        for id in roots.flat_map(|root| f.exprs.walk(root)) {
            let mut note = |tensor: TensorId, subscripts: Option<&[Subscript]>| {
                let reads = out.entry(tensor).or_default();
                reads.by.insert(e.tensor);
                match subscripts {
                    Some(subscripts) => reads.subscripts.push(subscripts.to_vec()),
                    None => reads.whole = true,
                }
            };
            match f.exprs.get(id) {
                Expr::Jacobian { of, by, .. } => {
                    [*of, *by].into_iter().for_each(|t| note(t, None));
                }
                Expr::Returned { inputs, .. } => {
                    inputs.iter().flatten().for_each(|&t| note(t, None));
                }
                expr => {
                    if let Some((tensor, subscripts, _)) = expr.read() {
                        note(tensor, Some(subscripts));
                    }
                }
            }
        }
    }
    out
}
