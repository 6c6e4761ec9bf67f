//! Cheap elementwise tensors that nobody needs in memory: computed again where they are read.

use super::factors;
use crate::ir::{
    BinaryOp, Equation, Expr, ExprId, Exprs, Function, IndexId, ReduceOp, Role, Subscript, TensorId,
};
use std::collections::BTreeMap;

/// A tensor with more operations than this in its equation is stored.
const CHEAP: usize = 6;

/// The equations of the forward and the backward pass, less those that were substituted.
pub(crate) fn inline(f: &mut Function, split: usize) -> (Vec<Equation>, Vec<Equation>) {
    let mut equations: Vec<(bool, Equation)> = f
        .equations
        .clone()
        .into_iter()
        .enumerate()
        .map(|(at, e)| (at < split, e))
        .collect();
    let mut at = 0;
    while at < equations.len() {
        if let Some(definition) = substitutable(f, &equations, at) {
            equations.remove(at);
            for (_, e) in &mut equations[at..] {
                e.right = substitute(f, e.right, &definition);
            }
        } else {
            at += 1;
        }
    }
    let (forward, backward): (Vec<_>, Vec<_>) =
        equations.into_iter().partition(|(forward, _)| *forward);
    let only = |v: Vec<(bool, Equation)>| v.into_iter().map(|(_, e)| e).collect();
    (only(forward), only(backward))
}

/// A tensor's one equation, ready to stand in for reads of it.
struct Definition {
    tensor: TensorId,
    left: Vec<IndexId>,
    right: ExprId,
}

/// The definition at `at`, if every read of its tensor may be replaced by it.
fn substitutable(
    f: &mut Function,
    equations: &[(bool, Equation)],
    at: usize,
) -> Option<Definition> {
    let e = &equations[at].1;
    let made = matches!(
        f.tensor(e.tensor).role,
        Role::Intermediate | Role::Temporary | Role::Adjoint { .. }
    );
    if !made || f.results.contains(&e.tensor) || !f.covers(e) || !cheap(f, e.right) {
        return None;
    }
    if f.tensor(e.tensor).element != crate::ir::Element::Float {
        return None;
    }
    let alone = equations
        .iter()
        .filter(|(_, o)| o.tensor == e.tensor)
        .count()
        == 1;
    if !alone {
        return None;
    }
    let consumers: Vec<Equation> = equations
        .iter()
        .map(|(_, o)| o.clone())
        .filter(|o| f.reads(o.right).contains(&e.tensor))
        .collect();
    if consumers
        .iter()
        .any(|o| multiplies(f, o) || f.returned(o).is_some())
    {
        return None;
    }
    let left = e
        .left
        .iter()
        .map(|s| match s {
            Subscript::Index(i) => *i,
            Subscript::Constant(_) => unreachable!("a covering left side has plain indices"),
        })
        .collect();
    Some(Definition {
        tensor: e.tensor,
        left,
        right: e.right,
    })
}

/// Whether an equation will be a matrix product, whose operands stand in memory.
fn multiplies(f: &mut Function, e: &Equation) -> bool {
    let Expr::Reduce {
        op: ReduceOp::Sum,
        body,
        ..
    } = *f.exprs.get(e.right)
    else {
        return false;
    };
    let mut product = factors::product(f, body);
    product.merge(f);
    product.factors.len() > 1
}

/// A map with few and cheap operations.
fn cheap(f: &Function, id: ExprId) -> bool {
    let mut operations = 0;
    f.exprs.walk(id).into_iter().all(|e| {
        let cost = match f.exprs.get(e) {
            Expr::Reduce { .. }
            | Expr::Softmax { .. }
            | Expr::ArgReduce { .. }
            | Expr::Returned { .. } => return false,
            Expr::Unary(op, _) if op.is_cheap() => 1,
            Expr::Unary(..) => CHEAP + 1,
            Expr::Binary(BinaryOp::Pow | BinaryOp::Atan2, ..) => CHEAP + 1,
            Expr::Binary(..) | Expr::PowI(..) | Expr::Select { .. } => 1,
            _ => 0,
        };
        operations += cost;
        operations <= CHEAP
    })
}

/// `id` with reads of the defined tensor replaced.
fn substitute(f: &mut Function, id: ExprId, d: &Definition) -> ExprId {
    f.exprs.replace(id, &mut BTreeMap::new(), &mut |exprs, id| {
        let Expr::Access {
            tensor,
            subscripts,
            guarded,
        } = exprs.get(id).clone()
        else {
            return None;
        };
        let map = d.left.iter().copied().zip(subscripts).collect();
        if tensor != d.tensor {
            return None;
        }
        let placed = exprs.place(d.right, &map);
        Some(if guarded {
            guard(exprs, placed)
        } else {
            placed
        })
    })
}

/// `id` with its reads guarded, as the read is in whose place it stands.
fn guard(exprs: &mut Exprs, id: ExprId) -> ExprId {
    exprs.map(id, &mut BTreeMap::new(), &mut |mut e| {
        if let Expr::Access { guarded, .. } | Expr::IntegerAccess { guarded, .. } = &mut e {
            *guarded = true;
        }
        e
    })
}
