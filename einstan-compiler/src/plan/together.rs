//! Neighbouring reductions over the same indices, in one walk: what they read in common is read once.
//!
//! ```text
//! a[i] = sum[k](X[i,k])                for k in n
//! b[i] = sum[k](X[i,k]*Y[i,k])           a[i] += X[i,k], b[i] += X[i,k]*Y[i,k]
//! ```

use super::{Share, Step, Stmt};
use crate::ir::{Element, Expr, ExprId, Function, IndexId, ReduceOp};
use std::collections::BTreeMap;

/// More than these are left for the next walk: each has an accumulator in registers.
const MOST: usize = 4;

/// Puts the reductions of a step together.
pub(crate) fn together(f: &mut Function, step: &mut Step) {
    if let Step::Nest(body) | Step::Share(Share { body, .. }) = step {
        statements(f, body);
    }
}

fn statements(f: &mut Function, body: &mut Vec<Stmt>) {
    let mut out: Vec<Stmt> = Vec::new();
    for mut next in std::mem::take(body) {
        match &mut next {
            Stmt::Loop { body, .. } => statements(f, body),
            Stmt::When {
                then, otherwise, ..
            } => {
                statements(f, then);
                statements(f, otherwise);
            }
            _ => {}
        }
        let last = out.last_mut().map(|last| match last {
            Stmt::Together { body } => &mut body[..],
            last => std::slice::from_mut(last),
        });
        let Some(map) = last.and_then(|last| joins(f, last, &next)) else {
            out.push(next);
            continue;
        };
        next.rename(f, &map);
        match out.pop() {
            Some(Stmt::Together { mut body }) => {
                body.push(next);
                out.push(Stmt::Together { body });
            }
            Some(last) => out.push(Stmt::Together {
                body: vec![last, next],
            }),
            None => unreachable!("it joins the last statement"),
        }
    }
    *body = out;
}

/// The indices that `next` takes over if it is computed in the walk of the last reductions.
fn joins(f: &Function, last: &[Stmt], next: &Stmt) -> Option<BTreeMap<IndexId, IndexId>> {
    let (first, over) = (plain(f, last.first()?)?, plain(f, next)?);
    let dims = |all: &[IndexId]| Vec::from_iter(all.iter().map(|&i| f.index(i).dim));
    if last.len() >= MOST || dims(first) != dims(over) {
        return None;
    }
    let mut touches = Vec::new();
    next.accesses(f, &mut touches);
    let mut written = Vec::new();
    last.iter()
        .for_each(|s| s.writes(&mut |t| written.push(f.base(t))));
    let apart = touches.iter().all(|t| !written.contains(&f.base(t.tensor)));
    // None reads what the next one writes.
    let mut before = Vec::new();
    last.iter().for_each(|s| s.accesses(f, &mut before));
    let mut own = Vec::new();
    next.writes(&mut |t| own.push(f.base(t)));
    let unread = before.iter().all(|t| !own.contains(&f.base(t.tensor)));
    (apart && unread).then(|| over.iter().copied().zip(first.iter().copied()).collect())
}

/// The indices of a reduction of numbers to one number.
fn plain<'s>(f: &Function, s: &'s Stmt) -> Option<&'s [IndexId]> {
    match s {
        Stmt::Reduce {
            target,
            op: ReduceOp::Sum | ReduceOp::Prod | ReduceOp::Max | ReduceOp::Min,
            over,
            windows,
            body,
            ..
        } => {
            // The user's own functions are called for one reduction after the other.
            let outside = |e: ExprId| matches!(f.exprs.get(e), Expr::Foreign { .. });
            let number = f.tensor(*target).element == Element::Float;
            let own = number && !f.exprs.walk(*body).into_iter().any(outside);
            (own && windows.is_empty()).then_some(over)
        }
        _ => None,
    }
}
