//! The derivatives of reductions and normalisations. T stands for the value of the equation's tensor, x for the body.

use super::linear::{Linear, Terms};
use crate::ir::{CmpOp, Expr, ExprId, IndexId, ReduceOp, UnaryOp};

impl Linear {
    /// The terms of `T = op[indices](x)` for a cotangent of T; the scope grows by the indices.
    pub(super) fn reduction(
        &mut self,
        op: ReduceOp,
        indices: Vec<IndexId>,
        x: ExprId,
        t: ExprId,
        seed: ExprId,
    ) -> Terms {
        let kept = self.scope.clone();
        match op {
            // d(Σ x) = Σ dx
            ReduceOp::Sum => {
                self.scope.extend(indices);
                self.map(x, seed)
            }
            ReduceOp::Mean => unreachable!("in normal form a mean is a sum"),
            // Divided equally among the ties: dT = Σ [x = T] dx / Σ [x = T]
            ReduceOp::Max | ReduceOp::Min => {
                let tie = self.f.exprs.compare(CmpOp::Equal, x, t);
                let one = self.f.exprs.add(Expr::Indicator(tie));
                let ties = self.sum(&indices, one);
                let ties = self.define("ties", &kept, ties);
                self.scope.extend(indices);
                let share = self.f.exprs.quotient(seed, ties);
                self.map_under(x, share, vec![(tie, true)])
            }
            // dT = Σ e^(x - T) dx, 0 where T is -∞
            ReduceOp::LogSumExp => {
                self.scope.extend(indices);
                let (never, difference) = (
                    self.f.exprs.real(f64::NEG_INFINITY),
                    self.f.exprs.difference(x, t),
                );
                let nothing = self.f.exprs.compare(CmpOp::Equal, t, never);
                let weight = self.f.exprs.unary(UnaryOp::Exp, difference);
                let value = self.f.exprs.product(seed, weight);
                self.map_under(x, value, vec![(nothing, false)])
            }
            ReduceOp::Prod if self.again => self.product_of_others(indices, x, seed),
            ReduceOp::Prod => self.product(&kept, indices, x, t, seed),
            ReduceOp::ArgMax | ReduceOp::ArgMin => Terms::new(),
        }
    }

    pub(super) fn sum(&mut self, indices: &[IndexId], body: ExprId) -> ExprId {
        self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices: indices.to_vec(),
            body,
        })
    }

    /// dT = Σ_k (Π of the others) dx_k. With Z zeros among the factors and P the product of those that are not zero,
    /// the product of the others is T/x where Z = 0, P at the zero where Z = 1, and 0 elsewhere.
    fn product(
        &mut self,
        kept: &[IndexId],
        indices: Vec<IndexId>,
        x: ExprId,
        t: ExprId,
        seed: ExprId,
    ) -> Terms {
        let (zero, one) = (self.f.exprs.real(0.0), self.f.exprs.real(1.0));
        let is_zero = self.f.exprs.compare(CmpOp::Equal, x, zero);
        let indicator = self.f.exprs.add(Expr::Indicator(is_zero));
        let zeros = self.sum(&indices, indicator);
        let zeros = self.define("zeros", kept, zeros);
        let other = self.f.exprs.select(is_zero, one, x);
        let others = self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Prod,
            indices: indices.clone(),
            body: other,
        });
        let others = self.define("others", kept, others);
        self.scope.extend(indices);
        let (none, single) = (
            self.f.exprs.compare(CmpOp::Equal, zeros, zero),
            self.f.exprs.compare(CmpOp::Equal, zeros, one),
        );
        let quotient = self.f.exprs.quotient(t, x);
        let at_zero = self.f.exprs.select(single, others, zero);
        let elsewhere = self.f.exprs.select(none, quotient, zero);
        let rest = self.f.exprs.select(is_zero, at_zero, elsewhere);
        let value = self.f.exprs.product(seed, rest);
        self.map(x, value)
    }

    /// dT = Σ_k (Π_{l ≠ k} x_l) dx_k, with the products written out. The cases of `product` are each right for one point
    /// only: as functions of the factors they have other derivatives, where one of them is zero.
    fn product_of_others(&mut self, indices: Vec<IndexId>, x: ExprId, seed: ExprId) -> Terms {
        let others: Vec<IndexId> = indices
            .iter()
            .map(|&i| {
                let index = self.f.index(i).clone();
                self.f.add_index(index.name, index.dim)
            })
            .collect();
        let mut same = Vec::new();
        for (&k, &l) in indices.iter().zip(&others) {
            let values = [k, l].map(|i| self.f.exprs.add(Expr::IndexValue(i)));
            let equal = Expr::IntegerCompare(CmpOp::Equal, values[0], values[1]);
            same.push((self.f.exprs.add(equal), true));
        }
        let renamed = indices.iter().copied().zip(others.iter().copied());
        let factor = self.f.rename(x, &renamed.collect());
        let one = self.f.exprs.real(1.0);
        let factor = match self.f.exprs.all(&same) {
            Some(same) => self.f.exprs.select(same, one, factor),
            None => factor,
        };
        let product = self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Prod,
            indices: others,
            body: factor,
        });
        self.scope.extend(indices);
        let scope = self.scope.clone();
        let rest = self.define("others", &scope, product);
        let value = self.f.exprs.product(seed, rest);
        self.map(x, value)
    }

    /// The cotangent of x. y = softmax(x): y (ȳ - Σ ȳ y). y = log_softmax(x): ȳ - e^y Σ ȳ. Sums go along `along`.
    pub(super) fn softmax(
        &mut self,
        along: &[IndexId],
        log: bool,
        y: ExprId,
        seed: ExprId,
    ) -> ExprId {
        let mut kept = self.scope.clone();
        kept.retain(|i| !along.contains(i));
        let weighted = if log {
            seed
        } else {
            self.f.exprs.product(seed, y)
        };
        let total = self.sum(along, weighted);
        let total = self.define("total", &kept, total);
        if log {
            let exp = self.f.exprs.unary(UnaryOp::Exp, y);
            let share = self.f.exprs.product(exp, total);
            self.f.exprs.difference(seed, share)
        } else {
            let rest = self.f.exprs.difference(seed, total);
            self.f.exprs.product(y, rest)
        }
    }
}
