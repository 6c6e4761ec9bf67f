//! Max, min, argmax and argmin have something to reduce, and no remainder is by zero: in a branch, where it is taken.

use super::{Branch, Checker};
use crate::ir::{CmpOp, Expr, ExprId, Fault, Function, IndexId, ReduceOp, TensorId};

/// What an expression asks of values.
enum Demand {
    /// The range of the index is not empty.
    Range(ReduceOp, IndexId),
    NotZero(ExprId),
}

impl Checker<'_> {
    pub(super) fn values(&mut self) {
        for at in 0..self.f.equations.len() {
            let (tensor, right) = (self.f.equations[at].tensor, self.f.equations[at].right);
            let mut demands = Vec::new();
            collect(self.f, right, &mut Branch::new(), &mut demands);
            for (demand, branch) in demands {
                match demand {
                    Demand::Range(op, index) => self.not_empty(op, index, tensor, &branch),
                    Demand::NotZero(divisor) => self.not_zero(divisor, tensor, &branch),
                }
            }
        }
    }

    fn not_empty(&mut self, op: ReduceOp, index: IndexId, tensor: TensorId, branch: &Branch) {
        let (length, zero) = (self.length(self.f.index(index).dim), self.zero());
        let empty = self.compare(CmpOp::Equal, length, zero);
        let fault = Fault::Empty {
            word: op.word(),
            index: self.f.index(index).name.clone(),
            tensor,
        };
        self.at_entry(&[empty], branch, fault);
    }

    fn not_zero(&mut self, divisor: ExprId, tensor: TensorId, branch: &Branch) {
        let zero = self.zero();
        let is_zero = self.compare(CmpOp::Equal, divisor, zero);
        self.at_entry(&[is_zero], branch, Fault::ZeroDivisor { tensor });
    }

    fn zero(&mut self) -> ExprId {
        self.f.exprs.add(Expr::Integer(0))
    }
}

/// The demands in `id`, each with the way to it.
fn collect(f: &Function, id: ExprId, branch: &mut Branch, out: &mut Vec<(Demand, Branch)>) {
    match f.exprs.get(id) {
        Expr::Reduce { op, indices, .. } if op.of_nothing().is_none() => {
            let each = indices.iter().map(|&i| Demand::Range(*op, i));
            out.extend(each.map(|d| (d, branch.clone())));
        }
        Expr::ArgReduce { op, index, .. } => {
            out.push((Demand::Range(*op, *index), branch.clone()));
        }
        // `wrap` divides by what is at least 1.
        Expr::IntegerRem(_, b)
            if !matches!(f.exprs.get(*b), Expr::Integer(_) | Expr::IntegerMax(..)) =>
        {
            out.push((Demand::NotZero(*b), branch.clone()));
        }
        _ => {}
    }
    let mut under = |inner: ExprId, condition: ExprId, truth: bool| {
        branch.push((condition, truth));
        collect(f, inner, branch, out);
        branch.pop();
    };
    match *f.exprs.get(id) {
        Expr::Select {
            condition,
            then,
            otherwise,
        } => {
            under(then, condition, true);
            under(otherwise, condition, false);
            collect(f, condition, branch, out);
        }
        Expr::And(a, b) => {
            under(b, a, true);
            collect(f, a, branch, out);
        }
        Expr::Or(a, b) => {
            under(b, a, false);
            collect(f, a, branch, out);
        }
        _ => f
            .exprs
            .children(id)
            .into_iter()
            .for_each(|c| collect(f, c, branch, out)),
    }
}
