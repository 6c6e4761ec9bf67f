//! The derivatives of reductions and normalisations. T stands for the value of the equation's tensor, x for the body.

use super::linear::{Further, Guards, Linear};
use crate::ir::{CmpOp, Expr, ExprId, IndexId, ReduceOp, UnaryOp};

/// The zeros among the factors x of a product.
struct Zeros {
    /// Whether x is one.
    is_zero: ExprId,
    /// How many there are.
    count: ExprId,
    /// x, or 1 in place of 0.
    other: ExprId,
    /// The product of these.
    others: ExprId,
}

impl Linear {
    /// What x weighs in `T = op[indices](x)`: dT = Σ weight dx, where the guards hold. None where the derivative is 0. The
    /// scope grows by the indices.
    pub(super) fn weight(
        &mut self,
        op: ReduceOp,
        indices: Vec<IndexId>,
        x: ExprId,
        t: ExprId,
    ) -> Option<(ExprId, Guards)> {
        let kept = self.scope.clone();
        self.scope.extend(&indices);
        let exprs = &mut self.f.exprs;
        let one = exprs.real(1.0);
        match op {
            // d(Σ x) = Σ dx
            ReduceOp::Sum => Some((one, vec![])),
            ReduceOp::Mean => unreachable!("in normal form a mean is a sum"),
            // Divided equally among the ties: dT = Σ [x = T] dx / Σ [x = T]
            ReduceOp::Max | ReduceOp::Min => {
                let tie = exprs.compare(CmpOp::Equal, x, t);
                let one = exprs.add(Expr::Indicator(tie));
                let ties = self.sum(&indices, one);
                let ties = self.define("ties", &kept, ties);
                Some((self.f.exprs.recip(ties), vec![(tie, true)]))
            }
            // dT = Σ e^(x - T) dx, 0 where T is -∞
            ReduceOp::LogSumExp => {
                let never = exprs.real(f64::NEG_INFINITY);
                let difference = exprs.difference(x, t);
                let nothing = exprs.compare(CmpOp::Equal, t, never);
                let weight = exprs.unary(UnaryOp::Exp, difference);
                Some((weight, vec![(nothing, false)]))
            }
            ReduceOp::Prod => Some((
                match self.further {
                    Further::Never => self.others(&kept, indices, x, t),
                    Further::Once => self.others_to_first_order(&kept, indices, x),
                    Further::Often => self.product_of_others(indices, x),
                },
                vec![],
            )),
            ReduceOp::ArgMax | ReduceOp::ArgMin => None,
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
    fn others(&mut self, kept: &[IndexId], indices: Vec<IndexId>, x: ExprId, t: ExprId) -> ExprId {
        let (zero, one) = (self.f.exprs.real(0.0), self.f.exprs.real(1.0));
        let Zeros {
            is_zero,
            count: zeros,
            others,
            ..
        } = self.zeros(kept, &indices, x);
        let (none, single) = (
            self.f.exprs.compare(CmpOp::Equal, zeros, zero),
            self.f.exprs.compare(CmpOp::Equal, zeros, one),
        );
        let quotient = self.f.exprs.quotient(t, x);
        let at_zero = self.f.exprs.select(single, others, zero);
        let elsewhere = self.f.exprs.select(none, quotient, zero);
        self.f.exprs.select(is_zero, at_zero, elsewhere)
    }

    /// The same as something that has the right derivatives too. With z zeros among the others, and s the sum of those: they
    /// are P / (x, or 1 where that is zero), times the product of their zeros, which is 1 where z = 0. Where z = 1 it is s,
    /// which is 0 but has a derivative, and where z > 1 neither it nor its derivatives are anything.
    fn others_to_first_order(
        &mut self,
        kept: &[IndexId],
        indices: Vec<IndexId>,
        x: ExprId,
    ) -> ExprId {
        let (zero, one) = (self.f.exprs.real(0.0), self.f.exprs.real(1.0));
        let Zeros {
            is_zero,
            count,
            others,
            other,
        } = self.zeros(kept, &indices, x);
        let own = self.f.exprs.select(is_zero, x, zero);
        let sum = self.sum(&indices, own);
        let sum = self.define("taken", kept, sum);
        let exprs = &mut self.f.exprs;
        let itself = exprs.add(Expr::Indicator(is_zero));
        let count = exprs.difference(count, itself);
        let sum = exprs.difference(sum, own);
        let none = exprs.compare(CmpOp::Equal, count, zero);
        let single = exprs.compare(CmpOp::Equal, count, one);
        let at_one = exprs.select(single, sum, zero);
        let zeros = exprs.select(none, one, at_one);
        let others = exprs.quotient(others, other);
        exprs.product(others, zeros)
    }

    /// What a product over `indices` has for zeros among its factors x.
    fn zeros(&mut self, kept: &[IndexId], indices: &[IndexId], x: ExprId) -> Zeros {
        let (zero, one) = (self.f.exprs.real(0.0), self.f.exprs.real(1.0));
        let is_zero = self.f.exprs.compare(CmpOp::Equal, x, zero);
        let indicator = self.f.exprs.add(Expr::Indicator(is_zero));
        let count = self.sum(indices, indicator);
        let count = self.define("zeros", kept, count);
        let other = self.f.exprs.select(is_zero, one, x);
        let others = self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Prod,
            indices: indices.to_vec(),
            body: other,
        });
        let others = self.define("others", kept, others);
        Zeros {
            is_zero,
            count,
            other,
            others,
        }
    }

    /// dT = Σ_k (Π_{l ≠ k} x_l) dx_k, with the products written out. The cases of `others` are each right for one point
    /// only: as functions of the factors they have other derivatives, where one of them is zero.
    fn product_of_others(&mut self, indices: Vec<IndexId>, x: ExprId) -> ExprId {
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
        let scope = self.scope.clone();
        self.define("others", &scope, product)
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
