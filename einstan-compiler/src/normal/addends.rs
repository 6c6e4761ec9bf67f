//! The addends of an equation: a sum of products needs no temporary where it can be added to the target itself.

use super::Normaliser;
use crate::ir::{BinaryOp, Equation, Expr, ExprId, IndexId, Op, ReduceOp, UnaryOp, indices};
use std::collections::BTreeSet;

/// `T = a + sum(..) - 2*sum(..)` as `T = a; T += sum(..); T += sum(-2*..);`, if that is what `e` is.
pub(super) fn split(n: &mut Normaliser<'_>, e: &Equation) -> Vec<Equation> {
    let addends = n.f.exprs.addends(e.right);
    let indices: BTreeSet<IndexId> = indices(&e.left).into_iter().collect();
    let (mut sums, mut rest): (Vec<ExprId>, Option<ExprId>) = (Vec::new(), None);
    for (negative, addend) in addends {
        match sum(n, negative, addend, &indices) {
            Some(s) => sums.push(s),
            None => {
                rest = Some(match (rest, negative) {
                    (Some(r), false) => n.f.exprs.binary(BinaryOp::Add, r, addend),
                    (Some(r), true) => n.f.exprs.binary(BinaryOp::Sub, r, addend),
                    (None, false) => addend,
                    (None, true) => n.f.exprs.unary(UnaryOp::Neg, addend),
                });
            }
        }
    }
    if sums.is_empty() {
        return vec![e.clone()];
    }
    rest.into_iter()
        .chain(sums)
        .enumerate()
        .map(|(at, right)| {
            let op = if at == 0 { e.op } else { Op::Accumulate };
            Equation {
                right,
                op,
                ..e.clone()
            }
        })
        .collect()
}

/// An addend that is a sum over all of the target's indices, its sign inside.
fn sum(
    n: &mut Normaliser<'_>,
    negative: bool,
    id: ExprId,
    left: &BTreeSet<IndexId>,
) -> Option<ExprId> {
    let Expr::Reduce {
        op: ReduceOp::Sum,
        indices,
        body,
    } = n.f.exprs.get(id).clone()
    else {
        return None;
    };
    if n.f.exprs.free_indices(id) != *left {
        return None;
    }
    let body = if negative {
        n.f.exprs.unary(UnaryOp::Neg, body)
    } else {
        body
    };
    Some(n.f.exprs.add(Expr::Reduce {
        op: ReduceOp::Sum,
        indices,
        body,
    }))
}
