//! Expensive functions that do not depend on all indices of their equation, in temporaries of their own.
//!
//! ```text
//! y[i] = sum[j](sin(x[j]) * A[i,j]^2)         once[j] = sin(x[j]);   y[i] = sum[j](once[j] * A[i,j]^2)
//! ```

use super::contraction::temporary;
use super::cost::element_effort;
use super::scheduler::Scheduler;
use super::volume::{covered, in_block};
use super::{Step, nest};
use crate::ir::{Equation, Expr, ExprId, Function, IndexId, UnaryOp};
use std::collections::{BTreeMap, BTreeSet};

/// The outermost such expressions of an equation, whose values take no more memory than a tensor that has a name.
pub(crate) fn inside(f: &Function, e: &Equation) -> Vec<ExprId> {
    let mut all: BTreeSet<IndexId> = f.exprs.free_indices(e.right);
    all.extend(f.exprs.indices_of(&e.left));
    all.extend(
        f.exprs
            .walk(e.right)
            .into_iter()
            .flat_map(|x| f.exprs.bound(x).to_vec()),
    );
    let (mut out, mut stack) = (Vec::new(), vec![e.right]);
    while let Some(x) = stack.pop() {
        let free = f.exprs.free(x);
        let number = matches!(
            f.exprs.get(x),
            Expr::Unary(..)
                | Expr::Binary(..)
                | Expr::PowI(..)
                | Expr::Select { .. }
                | Expr::Foreign { .. }
        );
        let axes: Vec<_> = free.iter().map(|&i| f.index(i).dim).collect();
        let fits = !free.is_empty() && free.len() < all.len();
        let expensive = || element_effort(f, x) >= UnaryOp::Exp.flops();
        if number && fits && (covered(f, &axes) || in_block(f, &axes)) && expensive() {
            if !out.contains(&x) {
                out.push(x);
            }
        } else {
            stack.extend(f.exprs.children(x));
        }
    }
    out
}

/// The steps that compute `inside`, and the expression that reads them.
pub(crate) fn apart(s: &mut Scheduler<'_>, id: ExprId, inside: &[ExprId]) -> (Vec<Step>, ExprId) {
    let (mut steps, mut reads) = (Vec::new(), BTreeMap::new());
    for &x in inside {
        let (target, read) = temporary(s, "once", &Vec::from_iter(s.f.exprs.free_indices(x)));
        steps.push(nest::map(s.f, target, x));
        reads.insert(x, read.expr);
    }
    let read = |x: ExprId| reads.get(&x).copied();
    let id = s.f.exprs.replace(id, &mut |_, x| read(x));
    (steps, id)
}
