//! Max, min, argmax and argmin have something to reduce.

use super::{Branch, Checker};
use crate::ir::{Check, Expr, ExprId, Function, IndexId, ReduceOp, TensorId};

impl Checker<'_> {
    /// An empty range is an error at entry; in a branch, where it is taken.
    pub(super) fn reductions(&mut self) {
        for at in 0..self.f.equations.len() {
            let (tensor, right) = (self.f.equations[at].tensor, self.f.equations[at].right);
            let mut found = Vec::new();
            collect(self.f, right, &Branch::default(), &mut found);
            for (op, index, branch) in found {
                self.non_empty(op, index, tensor, branch);
            }
        }
    }

    fn non_empty(&mut self, op: ReduceOp, index: IndexId, tensor: TensorId, branch: Branch) {
        let index = self.f.index(index).clone();
        self.at_entry(Check::NonEmpty {
            word: op.word(),
            index: index.name,
            dim: index.dim,
            tensor,
            reached: branch.conditions,
        });
    }
}

/// The reductions in `id` that have no value for nothing, each with the way to it.
fn collect(f: &Function, id: ExprId, branch: &Branch, out: &mut Vec<(ReduceOp, IndexId, Branch)>) {
    match f.exprs.get(id) {
        Expr::Reduce { op, indices, .. } if op.of_nothing().is_none() => {
            out.extend(indices.iter().map(|&i| (*op, i, branch.clone())));
        }
        Expr::ArgReduce { op, index, .. } => out.push((*op, *index, branch.clone())),
        _ => {}
    }
    let under = |condition: ExprId, truth: bool| branch.under(f, condition, truth);
    match *f.exprs.get(id) {
        Expr::Select {
            condition,
            then,
            otherwise,
        } => {
            collect(f, condition, branch, out);
            collect(f, then, &under(condition, true), out);
            collect(f, otherwise, &under(condition, false), out);
        }
        Expr::And(a, b) => {
            collect(f, a, branch, out);
            collect(f, b, &under(a, true), out);
        }
        Expr::Or(a, b) => {
            collect(f, a, branch, out);
            collect(f, b, &under(a, false), out);
        }
        _ => f
            .exprs
            .children(id)
            .into_iter()
            .for_each(|c| collect(f, c, branch, out)),
    }
}

impl Branch {
    /// The way on, where `condition` is `truth`.
    pub(crate) fn under(&self, f: &Function, condition: ExprId, truth: bool) -> Branch {
        let mut inner = self.clone();
        if f.exprs.speaks_of_lengths(condition) {
            inner.conditions.push((condition, truth));
        } else {
            inner.by_value = true;
        }
        inner
    }
}
