//! Which indices have their ranges from what is read.

use crate::ir::{Equation, Expr, ExprId, Function, IndexId, Subscript};
use std::collections::BTreeSet;

/// The indices of an equation that a plain read outside branches gives their own dimension, or a declared left-hand side.
pub(super) fn evident(f: &Function, e: &Equation, declared: bool) -> BTreeSet<IndexId> {
    let mut out = BTreeSet::new();
    if declared {
        let axes = &f.tensor(e.tensor).axes;
        for (s, &d) in e.left.iter().zip(axes) {
            if let Subscript::Index(i) = *s
                && f.index(i).dim == d
            {
                out.insert(i);
            }
        }
    }
    reads(f, e.right, &mut out);
    out
}

fn reads(f: &Function, id: ExprId, out: &mut BTreeSet<IndexId>) {
    let mut read = |tensor, subscripts: &[Subscript]| {
        for (s, &d) in subscripts.iter().zip(&f.tensor(tensor).axes) {
            if let Subscript::Index(i) = *s
                && f.index(i).dim == d
            {
                out.insert(i);
            }
        }
    };
    if let Some((tensor, subscripts, guarded)) = f.exprs.get(id).read() {
        // A read that is written with a guard stands in a branch.
        if !guarded {
            read(tensor, subscripts);
        }
        return;
    }
    match f.exprs.get(id) {
        Expr::Jacobian { of, at, by, to } => {
            read(*of, at);
            read(*by, to);
        }
        Expr::Select { condition, .. } => reads(f, *condition, out),
        Expr::And(a, _) | Expr::Or(a, _) => reads(f, *a, out),
        _ => {
            for c in f.exprs.children(id) {
                reads(f, c, out);
            }
        }
    }
}
