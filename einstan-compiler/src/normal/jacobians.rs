//! Jacobians become cotangents: a chain of them is sent back factor by factor.

use super::Normaliser;
use crate::differentiate::cotangent::{self, Jacobian};
use crate::ir::{BinaryOp, Expr, ExprId, IndexId, ReduceOp, are_plain, indices};

impl Normaliser<'_> {
    /// `id` without Jacobians.
    pub(super) fn without_jacobians(&mut self, id: ExprId) -> ExprId {
        let is_jacobian = |e: ExprId| matches!(self.f.exprs.get(e), Expr::Jacobian { .. });
        if !self.f.exprs.walk(id).into_iter().any(is_jacobian) {
            return id;
        }
        match self.f.exprs.get(id).clone() {
            Expr::Reduce {
                op: ReduceOp::Sum,
                indices,
                body,
            } => self.chain(indices, body),
            Expr::Jacobian { .. } => self.chain(vec![], id),
            _ => {
                let children = self.f.exprs.children(id);
                let without: Vec<ExprId> = children
                    .into_iter()
                    .map(|c| self.without_jacobians(c))
                    .collect();
                let mut next = without.into_iter();
                self.f
                    .exprs
                    .map_children(id, &mut |_, _| next.next().expect("one for each child"))
            }
        }
    }

    /// `sum[summed](body)`. A Jacobian whose own indices are summed takes the factors that have them as its cotangent, once
    /// none of these is a Jacobian.
    fn chain(&mut self, mut summed: Vec<IndexId>, body: ExprId) -> ExprId {
        let mut factors = Vec::new();
        for factor in self.f.exprs.factors(body) {
            let jacobian = self.jacobian(factor).is_some();
            factors.push(if jacobian {
                factor
            } else {
                self.without_jacobians(factor)
            });
        }
        while let Some((at, jacobian, with)) = self.next(&factors, &summed) {
            let taken: Vec<ExprId> = with.iter().flatten().map(|&w| factors[w]).collect();
            let factor = with.as_ref().map(|_| {
                let product = self.product(&taken);
                self.map(product, &mut vec![])
            });
            if factor.is_some() {
                let own = indices(&jacobian.at);
                summed.retain(|i| !own.contains(i));
            }
            std::mem::swap(&mut self.f.equations, &mut self.out);
            let value = cotangent::expand(self.f, &jacobian, factor);
            std::mem::swap(&mut self.f.equations, &mut self.out);
            let gone = |k: usize| k == at || with.as_ref().is_some_and(|w| w.contains(&k));
            let mut k = 0;
            factors.retain(|_| {
                k += 1;
                !gone(k - 1)
            });
            factors.push(value);
        }
        let product = self.product(&factors);
        if summed.is_empty() {
            return product;
        }
        self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices: summed,
            body: product,
        })
    }

    fn jacobian(&self, id: ExprId) -> Option<Jacobian> {
        match self.f.exprs.get(id).clone() {
            Expr::Jacobian { of, at, by, to } => Some(Jacobian { of, at, by, to }),
            _ => None,
        }
    }

    /// The Jacobian to expand next, and the factors that are its cotangent if its indices are summed with them.
    fn next(
        &self,
        factors: &[ExprId],
        summed: &[IndexId],
    ) -> Option<(usize, Jacobian, Option<Vec<usize>>)> {
        let all: Vec<(usize, Jacobian)> = factors
            .iter()
            .enumerate()
            .filter_map(|(at, &f)| Some((at, self.jacobian(f)?)))
            .collect();
        let contracted = all.iter().find_map(|(at, j)| {
            let own = indices(&j.at);
            let to = indices(&j.to);
            let inside = own.iter().all(|i| summed.contains(i) && !to.contains(i));
            let with: Vec<usize> = (0..factors.len())
                .filter(|k| k != at)
                .filter(|&k| {
                    let free = self.f.exprs.free_indices(factors[k]);
                    own.iter().any(|i| free.contains(i))
                })
                .collect();
            let ready = with.iter().all(|&k| self.jacobian(factors[k]).is_none());
            (are_plain(&j.at) && inside && ready).then(|| (*at, j.clone(), Some(with)))
        });
        contracted.or_else(|| all.first().map(|(at, j)| (*at, j.clone(), None)))
    }

    fn product(&mut self, factors: &[ExprId]) -> ExprId {
        let exprs = &mut self.f.exprs;
        let product = factors
            .iter()
            .copied()
            .reduce(|a, b| exprs.binary(BinaryOp::Mul, a, b));
        product.unwrap_or_else(|| exprs.real(1.0))
    }
}
