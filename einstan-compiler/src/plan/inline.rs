//! Cheap elementwise tensors that nobody needs in memory: computed again where they are read.

use super::contraction::multiplies;
use super::cost::element_flops;
use super::storage::{Reason, Storage};
use crate::ir::{
    BinaryOp, Equation, Expr, ExprId, Function, IndexId, Keep, Role, Subscript, TensorId, indices,
    positions,
};

/// A tensor with more operations than this in its equation is stored.
const CHEAP: usize = 6;

/// To look up an element at a position that is read takes as long as so many operations.
const LOOKUP: usize = 4;

/// The equations of the forward and the backward pass, less those that were substituted, and the tensors of the forward
/// pass that the backward pass computes again in this way.
pub(crate) fn inline(
    f: &mut Function,
    split: usize,
) -> (Vec<Equation>, Vec<Equation>, Vec<Storage>) {
    let mut again = Vec::new();
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
            let (forward, _) = equations.remove(at);
            let backward = equations[at..].iter().filter(|(forward, _)| !forward);
            if forward
                && backward
                    .clone()
                    .any(|(_, e)| f.exprs.tensors(e.right).contains(&definition.tensor))
            {
                let because = match f.keep.contains_key(&definition.tensor) {
                    true => Reason::Asked,
                    false => Reason::Cheap,
                };
                again.push(Storage {
                    tensor: definition.tensor,
                    keep: Keep::Recomputed,
                    because,
                    flops: Some(element_flops(f, definition.right)),
                });
            }
            // In a circle what reads it may stand above.
            for (_, e) in &mut equations {
                if f.exprs.tensors(e.right).contains(&definition.tensor) {
                    e.right = substitute(f, e.right, &definition);
                }
            }
        } else {
            at += 1;
        }
    }
    let (forward, backward): (Vec<_>, Vec<_>) =
        equations.into_iter().partition(|(forward, _)| *forward);
    let only = |v: Vec<(bool, Equation)>| v.into_iter().map(|(_, e)| e).collect();
    (only(forward), only(backward), again)
}

/// A tensor's one equation, ready to stand in for reads of it.
pub(crate) struct Definition {
    pub tensor: TensorId,
    pub left: Vec<IndexId>,
    pub right: ExprId,
}

/// The definition at `at`, if every read of its tensor may be replaced by it.
fn substitutable(
    f: &mut Function,
    equations: &[(bool, Equation)],
    at: usize,
) -> Option<Definition> {
    let e = &equations[at].1;
    let made = f.tensor(e.tensor).role.is_inner();
    let stored = f.keep.get(&e.tensor) == Some(&Keep::Stored);
    let checked = f.checked().contains(&e.tensor);
    let itself = f.exprs.tensors(e.right).contains(&e.tensor);
    if itself
        || !made
        || stored
        || checked
        || f.is_output(e.tensor)
        || !f.covers(e)
        || !cheap(f, e.right)
    {
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
        .filter(|(_, o)| f.exprs.tensors(o.right).contains(&e.tensor))
        .map(|(_, o)| o.clone())
        .collect();
    // A normalisation is computed in place: it does not read its own tensor at another position.
    let itself = |f: &Function, o: &Equation| {
        let normalises = matches!(f.exprs.get(o.right), Expr::Softmax { .. });
        normalises && f.exprs.tensors(e.right).contains(&o.tensor)
    };
    let view = is_view(f, e.right);
    if consumers
        .iter()
        .any(|o| !view && multiplies(f, o) || f.returned(o).is_some() || itself(f, o))
    {
        return None;
    }
    if f.keep.get(&e.tensor) != Some(&Keep::Recomputed) && stands_for_several(f, equations, at) {
        return None;
    }
    Some(Definition {
        tensor: e.tensor,
        left: indices(&e.left),
        right: e.right,
    })
}

/// Whether the backward pass would need several tensors as large as this one in its place.
fn stands_for_several(f: &Function, equations: &[(bool, Equation)], at: usize) -> bool {
    let (forward, e) = &equations[at];
    let later = || equations.iter().filter(|(forward, _)| !forward);
    let read_later = |t: TensorId| later().any(|(_, o)| f.exprs.tensors(o.right).contains(&t));
    if !forward || !read_later(e.tensor) {
        return false;
    }
    let axes = &f.tensor(e.tensor).axes;
    let read = f.exprs.tensors(e.right).iter().copied();
    let instead = read.filter(|&t| {
        let role = f.tensor(t).role;
        matches!(role, Role::Temporary | Role::Intermediate)
            && f.tensor(t).axes == *axes
            && !read_later(t)
    });
    instead.count() > 1
}

/// Whether an expression is elements of a tensor as they lie in memory, in some order of its axes or in their digits.
fn is_view(f: &Function, id: ExprId) -> bool {
    let digit = |e: ExprId| match *f.exprs.get(e) {
        Expr::IntegerDiv(a, _) | Expr::IntegerRem(a, _) => f.exprs.is_affine(a),
        _ => f.exprs.is_affine(e),
    };
    match f.exprs.get(id) {
        Expr::Access {
            subscripts,
            guarded: false,
            ..
        } => positions(subscripts).all(digit),
        _ => false,
    }
}

/// Whether positions are read from tensors of integers.
fn looks_up(f: &Function, subscripts: &[Subscript]) -> bool {
    positions(subscripts).any(|p| !f.exprs.tensors(p).is_empty())
}

/// A map with few and cheap operations.
fn cheap(f: &Function, id: ExprId) -> bool {
    let mut operations = 0;
    f.exprs.walk(id).into_iter().all(|e| {
        let cost = match f.exprs.get(e) {
            Expr::Reduce { .. }
            | Expr::Softmax { .. }
            | Expr::ArgReduce { .. }
            | Expr::Foreign { .. }
            | Expr::Returned { .. } => return false,
            Expr::Unary(op, _) if op.is_cheap() => 1,
            Expr::Unary(..) => CHEAP + 1,
            Expr::Binary(BinaryOp::Pow | BinaryOp::Atan2, ..) => CHEAP + 1,
            Expr::Binary(..) | Expr::PowI(..) | Expr::Select { .. } => 1,
            Expr::Access { subscripts, .. } if looks_up(f, subscripts) => LOOKUP,
            _ => 0,
        };
        operations += cost;
        operations <= CHEAP
    })
}

/// `id` with reads of the defined tensor replaced.
pub(crate) fn substitute(f: &mut Function, id: ExprId, d: &Definition) -> ExprId {
    f.exprs.replace(id, &mut |exprs, id| {
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
            exprs.guarded(placed)
        } else {
            placed
        })
    })
}
