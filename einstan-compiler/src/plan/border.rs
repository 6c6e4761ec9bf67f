//! Products of a factor that is zero beyond the edges of its tensor: it is copied with a border of zeros, and what was a
//! condition at each element is a matrix product.
//!
//! ```text
//! dX[i] = sum[r](if 0 <= i - r && i - r < len { dY[i - r]*K[r] } else { 0 })
//!
//! F[u] = if 0 <= u - 2 && u - 2 < len { dY[u - 2] } else { 0 }        i - r >= -2 for r < 3
//! dX[i] = F[i - r + 2] * K[r]
//! ```
//!
//! What a condition leaves out is not multiplied by anything, be that infinite or NaN: if the other factor is not finite, the
//! sum is computed as it is written. A factor that is itself zero there, as `pad` is, is multiplied like any other.

use super::Step;
use super::contraction::{self, temporary};
use super::edge::Edge;
use super::factors::{self, Factor, Product};
use super::nest::{self, Target};
use super::region::{self, Region};
use super::scheduler::Scheduler;
use crate::ir::{BinaryOp, CmpOp, Expr, ExprId, IndexId};

/// The steps of `target = sum[over](body)`, where the body is the product `inside` of two factors in a region that says no
/// more than that one of them is read inside of its tensor.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    body: ExprId,
    region: &Region,
    inside: ExprId,
) -> Option<Vec<Step>> {
    let Product { alpha, factors } = factors::product(s.f, inside);
    let [a, b] = <[Factor; 2]>::try_from(factors).ok()?;
    // Nothing times a number that is infinite is not nothing.
    if let Some(alpha) = alpha
        && !matches!(s.f.exprs.get(alpha), Expr::Real(r) if r.value().is_finite())
    {
        return None;
    }
    // Rows and columns, else it is no product of matrices.
    let kept = target.indices(s.f);
    let alone = |x: &Factor, y: &Factor| {
        let mut own = kept.iter().filter(|i| x.indices.contains(i));
        own.any(|i| !y.indices.contains(i))
    };
    let mentioned = |i: &IndexId| a.indices.contains(i) || b.indices.contains(i);
    if !kept.iter().chain(over).all(mentioned) {
        return None;
    }
    let matrices = alone(&a, &b) && alone(&b, &a);
    let (edge, read, other) = match (Edge::of(s.f, a.expr, region), Edge::of(s.f, b.expr, region)) {
        (Some(edge), _) => (edge, a, b),
        (None, Some(edge)) => (edge, b, a),
        (None, None) => return None,
    };
    if !factors::is_access(s.f, other.expr) || !matrices && !edge.is_strided(s.f) {
        return None;
    }
    let (mut steps, expr) = edge.copied(s, read.expr, 0.0);
    let (test, condition) = finite(s, &other);
    steps.extend(test);
    let factors = vec![Factor { expr, ..read }, other];
    let whole = Product { alpha, factors }.expr(s.f);
    steps.push(Step::When {
        condition,
        then: s.inside(|s| contraction::sum(s, target.clone(), over.to_vec(), whole)),
        otherwise: nest::sum(s.f, target.clone(), over.to_vec(), body),
    });
    Some(steps)
}

/// A factor that is zero beyond the edges of a tensor, as a read of a copy with a border, and the steps that make that.
pub(crate) fn factor(s: &mut Scheduler<'_>, factor: ExprId) -> Option<(Vec<Step>, ExprId)> {
    let (region, inside) = region::peeled(s.f, factor, 0.0);
    let edge = Edge::of(s.f, inside, &region)?;
    Some(edge.copied(s, inside, 0.0))
}

/// The same of a factor whose position moves in other steps than 1.
pub(crate) fn strided(s: &mut Scheduler<'_>, factor: Factor) -> (Vec<Step>, Factor) {
    let (region, inside) = region::peeled(s.f, factor.expr, 0.0);
    match Edge::of(s.f, inside, &region).filter(|edge| edge.is_strided(s.f)) {
        Some(edge) => {
            let (steps, expr) = edge.copied(s, inside, 0.0);
            (steps, Factor { expr, ..factor })
        }
        None => (vec![], factor),
    }
}

/// Steps that find out whether all elements of a factor are finite, and the condition that they are.
fn finite(s: &mut Scheduler<'_>, factor: &Factor) -> (Vec<Step>, ExprId) {
    let (target, sum) = temporary(s, "finite", &[]);
    // Zero, or NaN.
    let nothing = Expr::Binary(BinaryOp::Sub, factor.expr, factor.expr);
    let nothing = s.f.exprs.add(nothing);
    let over = factor.indices.iter().copied().collect();
    let steps = nest::sum(s.f, target, over, nothing);
    let zero = s.f.exprs.real(0.0);
    let condition = Expr::Compare(CmpOp::Equal, sum.expr, zero);
    (steps, s.f.exprs.add(condition))
}
