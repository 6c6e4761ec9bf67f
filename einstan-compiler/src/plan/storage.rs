//! What becomes of the tensors of the forward pass that the backward pass needs: stored, or computed again, and why.

use super::contraction::multiplies;
use super::cost::element_flops;
use super::{Buffer, Plan};
use crate::ir::{Equation, Function, Keep, TensorId};
use std::collections::BTreeMap;
use std::fmt;

/// A decision about a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Storage {
    pub tensor: TensorId,
    pub keep: Keep,
    pub because: Reason,
    /// What one element costs; None where a reduction is a part of it.
    pub flops: Option<u64>,
}

/// Why a tensor is stored or computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user says so.
    Asked,
    /// It takes few operations.
    Cheap,
    /// It may be larger than every tensor that has a name.
    Large,
    /// It needs a reduction.
    Reduction,
    /// A matrix product reads it, whose operands stand in memory.
    Operand,
    /// It takes many operations.
    Expensive,
    /// It is a result, and the caller may change that.
    Result,
    /// It is a part of a product, in some orders, and of a derivative of it.
    Part,
}

impl fmt::Display for Storage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flops = match self.flops {
            None => String::new(),
            Some(1) => " (1 flop an element)".to_string(),
            Some(n) => format!(" ({n} flops an element)"),
        };
        match (self.keep, self.because) {
            (Keep::Stored, Reason::Asked) => write!(out, "stored, as asked{flops}"),
            (Keep::Stored, Reason::Reduction) => write!(out, "stored: it needs a reduction"),
            (Keep::Stored, Reason::Operand) => {
                write!(out, "stored: a matrix product reads it{flops}")
            }
            (Keep::Stored, Reason::Result) => write!(out, "a copy of the result is stored"),
            (Keep::Stored, Reason::Part) => write!(out, "stored, if the lengths made it a part"),
            (Keep::Stored, _) => write!(out, "stored{flops}"),
            (Keep::Recomputed, Reason::Asked) => write!(out, "computed again, as asked{flops}"),
            (Keep::Recomputed, Reason::Large) => {
                write!(
                    out,
                    "computed again: it may be larger than every named tensor"
                )
            }
            (Keep::Recomputed, _) => write!(out, "computed again{flops}"),
        }
    }
}

/// The flops of an element that some equations define.
pub(crate) fn flops_of(f: &Function, definitions: &[&Equation]) -> Option<u64> {
    let each = definitions.iter().map(|e| {
        let map = !f.exprs.reduces(e.right);
        map.then(|| element_flops(f, e.right))
    });
    each.sum()
}

/// The decisions about the buffers that the backward pass reads.
pub(crate) fn stored(
    f: &mut Function,
    buffers: &[Buffer],
    kept_results: &[(TensorId, TensorId)],
    equations: &[Equation],
) -> Vec<Storage> {
    let (mut writers, mut readers) = (BTreeMap::new(), BTreeMap::new());
    for e in equations {
        let written: &mut Vec<&Equation> = writers.entry(e.tensor).or_default();
        written.push(e);
        for t in f.exprs.tensors(e.right) {
            let read: &mut Vec<&Equation> = readers.entry(*t).or_default();
            read.push(e);
        }
    }
    let mut out = Vec::new();
    for b in buffers.iter().filter(|b| b.saved) {
        let tensor = b.tensor;
        let definitions = writers.get(&tensor).map_or(&[][..], Vec::as_slice);
        let kept = |&(_, copy): &(TensorId, TensorId)| copy == tensor;
        if definitions.is_empty() && !kept_results.iter().any(kept) {
            out.push(Storage {
                tensor,
                keep: Keep::Stored,
                because: Reason::Part,
                flops: None,
            });
            continue;
        }
        let flops = flops_of(f, definitions);
        let because = if kept_results.iter().any(kept) {
            Reason::Result
        } else if f.keep.get(&tensor) == Some(&Keep::Stored) {
            Reason::Asked
        } else if definitions.iter().any(|e| f.exprs.reduces(e.right)) {
            Reason::Reduction
        } else {
            let mut readers = readers.get(&tensor).into_iter().flatten();
            match readers.any(|e| multiplies(f, e)) {
                true => Reason::Operand,
                false => Reason::Expensive,
            }
        };
        out.push(Storage {
            tensor,
            keep: Keep::Stored,
            because,
            flops,
        });
    }
    out
}

impl Plan {
    /// What was decided about a tensor, by its name.
    pub fn storage_of(&self, name: &str) -> Option<&Storage> {
        let named = |s: &&Storage| self.function.tensor(s.tensor).name == name;
        self.storage.iter().find(named)
    }
}
