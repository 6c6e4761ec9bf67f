//! Cheap elementwise tensors that nobody needs in memory: computed again where they are read.

use super::{covers, factors, reads};
use crate::ir::{
    BinaryOp, Equation, Expr, ExprId, Function, IndexId, ReduceOp, Role, Subscript, TensorId,
    UnaryOp,
};
use std::collections::{BTreeMap, BTreeSet};

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
                e.right = substitute(f, e.right, &definition, &mut BTreeMap::new());
            }
        } else {
            at += 1;
        }
    }
    let needed = needed(f, &equations);
    equations.retain(|(_, e)| needed.contains(&e.tensor));
    let (forward, backward): (Vec<_>, Vec<_>) =
        equations.into_iter().partition(|(forward, _)| *forward);
    let only = |v: Vec<(bool, Equation)>| v.into_iter().map(|(_, e)| e).collect();
    (only(forward), only(backward))
}

/// Tensors on which a result or a gradient depends.
fn needed(f: &Function, equations: &[(bool, Equation)]) -> BTreeSet<TensorId> {
    let mut needed: BTreeSet<TensorId> = f.results.iter().copied().collect();
    for (_, e) in equations.iter().rev() {
        let root =
            needed.contains(&e.tensor) || matches!(f.tensor(e.tensor).role, Role::Gradient { .. });
        if root {
            needed.insert(e.tensor);
            needed.extend(reads(f, e));
        }
    }
    needed
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
    if !made
        || f.results.contains(&e.tensor)
        || !covers(&e.left)
        || !f.matches(e.tensor, &e.left)
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
        .map(|(_, o)| o.clone())
        .filter(|o| reads(f, o).contains(&e.tensor))
        .collect();
    if consumers.iter().any(|o| multiplies(f, o)) {
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
            Expr::Reduce { .. } | Expr::Softmax { .. } | Expr::ArgReduce { .. } => return false,
            Expr::Unary(
                UnaryOp::Neg | UnaryOp::Abs | UnaryOp::Relu | UnaryOp::Recip | UnaryOp::Sign,
                _,
            ) => 1,
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
fn substitute(
    f: &mut Function,
    id: ExprId,
    d: &Definition,
    done: &mut BTreeMap<ExprId, ExprId>,
) -> ExprId {
    if let Some(&new) = done.get(&id) {
        return new;
    }
    let new = match f.exprs.get(id).clone() {
        Expr::Access {
            tensor,
            subscripts,
            guarded,
        } if tensor == d.tensor => {
            let map = d.left.iter().copied().zip(subscripts).collect();
            place(f, d.right, &map, guarded)
        }
        _ => {
            let children: Vec<ExprId> = f
                .exprs
                .children(id)
                .into_iter()
                .map(|c| substitute(f, c, d, done))
                .collect();
            let mut next = children.into_iter();
            f.exprs
                .map_children(id, &mut |_, _| next.next().expect("one for each child"))
        }
    };
    done.insert(id, new);
    new
}

/// `id` with its indices replaced by subscripts.
fn place(
    f: &mut Function,
    id: ExprId,
    map: &BTreeMap<IndexId, Subscript>,
    guarded: bool,
) -> ExprId {
    let put = |subscripts: Vec<Subscript>| -> Vec<Subscript> {
        subscripts
            .into_iter()
            .map(|s| match s {
                Subscript::Index(i) => map.get(&i).copied().unwrap_or(s),
                c => c,
            })
            .collect()
    };
    let e = match f.exprs.get(id).clone() {
        Expr::Access {
            tensor,
            subscripts,
            guarded: g,
        } => Expr::Access {
            tensor,
            subscripts: put(subscripts),
            guarded: g || guarded,
        },
        Expr::IntegerAccess {
            tensor,
            subscripts,
            guarded: g,
        } => Expr::IntegerAccess {
            tensor,
            subscripts: put(subscripts),
            guarded: g || guarded,
        },
        Expr::IndexValue(i) => match map.get(&i) {
            Some(Subscript::Index(j)) => Expr::IndexValue(*j),
            Some(Subscript::Constant(c)) => Expr::Integer(*c as i64),
            None => Expr::IndexValue(i),
        },
        e => e,
    };
    let id = f.exprs.add(e);
    let children: Vec<ExprId> = f
        .exprs
        .children(id)
        .into_iter()
        .map(|c| place(f, c, map, guarded))
        .collect();
    let mut next = children.into_iter();
    f.exprs
        .map_children(id, &mut |_, _| next.next().expect("one for each child"))
}
