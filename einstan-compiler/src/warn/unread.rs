//! Axes of intermediates of which elements are never read: all reads are at positions that are known, and there are more
//! elements than these.

use super::read::Reads;
use super::{Warned, is_marked};
use crate::check::Defined;
use crate::ir::{self, Expr, Function, Length, Op, Subscript, TensorId};
use crate::resolve::Resolved;
use crate::rule::Warning;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn elements(
    resolved: &Resolved,
    reads: &BTreeMap<TensorId, Reads>,
    out: &mut Vec<Warned>,
) {
    let f = &resolved.function;
    for d in &resolved.written.defined {
        let passed = resolved.written.passed.contains(&d.tensor);
        let reads = reads.get(&d.tensor).filter(|r| !r.whole && !passed);
        if let Some(reads) = reads
            && !is_marked(&d.name.text)
            && is_computed_by_element(f, d.tensor)
        {
            out.extend(axis(f, d, reads));
        }
    }
}

/// Whether a tensor is an intermediate that one equation defines, each element by itself.
fn is_computed_by_element(f: &Function, t: TensorId) -> bool {
    let mut equations = f.equations.iter().filter(|e| e.tensor == t);
    let (Some(e), None) = (equations.next(), equations.next()) else {
        return false;
    };
    let together = |id: ir::ExprId| {
        matches!(
            f.exprs.get(id),
            Expr::Softmax { .. } | Expr::Returned { .. }
        )
    };
    e.op == Op::Define
        && !f.is_output(t)
        && !f.values.contains_key(&t)
        && !f.recurrences.contains_key(&t)
        && !f.exprs.walk(e.right).into_iter().any(together)
}

/// The first axis of which not all is read.
fn axis(f: &Function, d: &Defined, reads: &Reads) -> Option<Warned> {
    let axes = f.tensor(d.tensor).axes.iter().enumerate();
    axes.map(|(axis, &dim)| (axis, f.dim(dim))).find_map(|(axis, dim)| {
        let positions = reads.subscripts.iter().map(|s| position(f, s[axis]));
        let positions: BTreeSet<String> = positions.collect::<Option<_>>()?;
        if matches!(dim.length, Length::Fixed(n) if n <= positions.len() as u64) {
            return None;
        }
        let positions: Vec<String> = positions.into_iter().map(|p| format!("`{p}`")).collect();
        Some(Warned {
            warning: Warning::Unread,
            span: d.name.span,
            message: format!(
                "of axis {axis} of `{}`, which runs over `{}`, nothing is read but position {}\n\
                 help: define `{0}` without that axis, of what is read",
                d.name.text,
                dim.name,
                positions.join(", ")
            ),
        })
    })
}

/// A position that depends on no index and no value, as it is written.
fn position(f: &Function, s: Subscript) -> Option<String> {
    match s {
        Subscript::Constant(c) => Some(c.to_string()),
        Subscript::At(e) if f.exprs.free(e).is_empty() && f.exprs.tensors(e).is_empty() => {
            Some(ir::print::position(f, e))
        }
        Subscript::At(_) | Subscript::Index(_) => None,
    }
}
