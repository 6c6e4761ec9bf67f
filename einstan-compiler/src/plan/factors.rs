//! A summed product taken apart: the factors, each with its indices, and what they have in common.

use crate::ir::{BinaryOp, Expr, ExprId, Function, IndexId};
use std::collections::BTreeSet;

/// A factor of a product and the indices that it depends on.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    pub expr: ExprId,
    pub indices: BTreeSet<IndexId>,
}

/// The product under one sum.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    /// Factors without indices, multiplied; None is 1.
    pub alpha: Option<ExprId>,
    pub factors: Vec<Factor>,
}

/// Takes `body` apart: `-(a * b) / c` has the factors -1, a, b and 1/c.
pub(crate) fn product(f: &mut Function, body: ExprId) -> Product {
    let leaves = f.exprs.factors(body);
    let mut out = Product {
        alpha: None,
        factors: Vec::new(),
    };
    for expr in leaves {
        let indices = f.exprs.free_indices(expr);
        if indices.is_empty() {
            out.alpha = Some(times(f, out.alpha, expr));
        } else {
            out.factors.push(Factor { expr, indices });
        }
    }
    out
}

/// `a * b`, where `a` may be missing.
pub(crate) fn times(f: &mut Function, a: Option<ExprId>, b: ExprId) -> ExprId {
    match a {
        Some(a) => f.exprs.binary(BinaryOp::Mul, a, b),
        None => b,
    }
}

impl Product {
    /// Multiplies factors together whose indices all occur in one other factor: what is left are factors of which
    /// none contains another.
    pub fn merge(&mut self, f: &mut Function) {
        while let Some((from, into)) = self.contained(f) {
            let small = self.factors.remove(from);
            let into = if into > from { into - 1 } else { into };
            let big = &mut self.factors[into];
            big.expr = f.exprs.binary(BinaryOp::Mul, small.expr, big.expr);
        }
    }

    /// A factor and another that has all its indices: one that is no plain access where there is a choice, then the
    /// smallest.
    fn contained(&self, f: &Function) -> Option<(usize, usize)> {
        for (from, small) in self.factors.iter().enumerate() {
            let into = self
                .factors
                .iter()
                .enumerate()
                .filter(|&(at, big)| at != from && small.indices.is_subset(&big.indices))
                .min_by_key(|(_, big)| (is_access(f, big.expr), big.indices.len()));
            if let Some((into, _)) = into {
                return Some((from, into));
            }
        }
        None
    }

    /// The whole product again.
    pub fn expr(&self, f: &mut Function) -> ExprId {
        let all = self
            .factors
            .iter()
            .fold(None, |a, x| Some(times(f, a, x.expr)));
        match (self.alpha, all) {
            (Some(a), Some(b)) => f.exprs.binary(BinaryOp::Mul, a, b),
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) => f.exprs.real(1.0),
        }
    }
}

/// Whether an expression is a tensor as it lies in memory.
pub(crate) fn is_access(f: &Function, id: ExprId) -> bool {
    matches!(f.exprs.get(id), Expr::Access { guarded: false, .. })
}
