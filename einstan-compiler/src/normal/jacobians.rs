//! Jacobians become cotangents: a chain of them is sent back factor by factor.

use super::Normaliser;
use crate::differentiate::cotangent::{self, Jacobian};
use crate::differentiate::tangent;
use crate::ir::{BinaryOp, Expr, ExprId, IndexId, ReduceOp, Subscript, are_plain, indices};

/// A Jacobian among factors.
struct Next {
    at: usize,
    jacobian: Jacobian,
    with: With,
}

/// The factors that a Jacobian is summed with.
enum With {
    /// Over the indices of what is differentiated.
    Cotangent(Vec<usize>),
    /// Over those of what it is differentiated by.
    Tangent(Vec<usize>),
    Nothing,
}

impl With {
    fn factors(&self) -> &[usize] {
        match self {
            With::Cotangent(with) | With::Tangent(with) => with,
            With::Nothing => &[],
        }
    }
}

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
    /// none of these is a Jacobian; one by whose tensor's indices is summed, those that have these as its tangent.
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
        while let Some(Next { at, jacobian, with }) = self.next(&factors, &summed) {
            let taken: Vec<ExprId> = with.factors().iter().map(|&w| factors[w]).collect();
            let product = self.product(&taken);
            let factor = self.map(product, &mut vec![]);
            let own = match with {
                With::Cotangent(_) => indices(&jacobian.at),
                With::Tangent(_) => indices(&jacobian.to),
                With::Nothing => vec![],
            };
            summed.retain(|i| !own.contains(i));
            std::mem::swap(&mut self.f.equations, &mut self.out);
            let value = match with {
                With::Cotangent(_) => cotangent::expand(self.f, &jacobian, Some(factor)),
                With::Tangent(_) => tangent::along(self.f, &jacobian, factor),
                With::Nothing => cotangent::expand(self.f, &jacobian, None),
            };
            std::mem::swap(&mut self.f.equations, &mut self.out);
            let gone = |k: usize| k == at || with.factors().contains(&k);
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

    /// The Jacobian to expand next, and the factors that it is summed with.
    fn next(&self, factors: &[ExprId], summed: &[IndexId]) -> Option<Next> {
        let all: Vec<(usize, Jacobian)> = factors
            .iter()
            .enumerate()
            .filter_map(|(at, &f)| Some((at, self.jacobian(f)?)))
            .collect();
        let next = |(at, jacobian): &(usize, Jacobian), with| Next {
            at: *at,
            jacobian: jacobian.clone(),
            with,
        };
        let back = all.iter().find_map(|j| {
            let with = self.with(factors, summed, j.0, &j.1.at, &j.1.to)?;
            Some(next(j, With::Cotangent(with)))
        });
        let forward = || {
            all.iter().find_map(|j| {
                let to = indices(&j.1.to);
                let with = self.with(factors, summed, j.0, &j.1.to, &j.1.at)?;
                let inside = |&k: &usize| {
                    let free = self.f.exprs.free_indices(factors[k]);
                    free.iter().all(|i| to.contains(i))
                };
                let vector = !with.is_empty() && with.iter().all(inside);
                let fits = self.f.matches(j.1.by, &j.1.to);
                (vector && fits).then(|| next(j, With::Tangent(with)))
            })
        };
        back.or_else(forward)
            .or_else(|| all.first().map(|j| next(j, With::Nothing)))
    }

    /// The other factors that have the indices of one side of a Jacobian, if these are summed, do not stand on its other
    /// side, and none of the factors is a Jacobian.
    fn with(
        &self,
        factors: &[ExprId],
        summed: &[IndexId],
        at: usize,
        side: &[Subscript],
        other: &[Subscript],
    ) -> Option<Vec<usize>> {
        let (own, other) = (indices(side), indices(other));
        let inside = own.iter().all(|i| summed.contains(i) && !other.contains(i));
        let with: Vec<usize> = (0..factors.len())
            .filter(|&k| k != at)
            .filter(|&k| {
                let free = self.f.exprs.free_indices(factors[k]);
                own.iter().any(|i| free.contains(i))
            })
            .collect();
        let ready = with.iter().all(|&k| self.jacobian(factors[k]).is_none());
        (are_plain(side) && inside && ready).then_some(with)
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
