//! A sum of several addends: some of them apart, where their factors are summed with fewer operations alone.
//!
//! ```text
//! y[i] = sum[j,k](A[i,j]*B[j,k]*C[k] + D[i,k]*E[j])     one loop over i, j and k, or the product and then
//!                                                       y[i] += (sum[k](D[i,k])) * (sum[j](E[j]))
//! ```

use super::cost::Cost;
use super::nest::Target;
use super::polynomial::Lengths;
use super::scheduler::Scheduler;
use super::{Mode, Schedule, Step, contraction, factors, nest, region};
use crate::ir::{ExprId, Function, IndexId};

/// With more addends than this they stay together.
const MOST: usize = 12;

/// The steps of `target = sum[over](body)`.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    if let Some(steps) = once(s, &target, &over, body) {
        return steps;
    }
    // What holds for all addends holds for each.
    let (region, inside) = region::peeled(s.f, body, 0.0);
    let mut together = distributed(s.f, inside);
    if together.len() < 2 || together.len() > MOST {
        return contraction::sum(s, target, over, body);
    }
    let total = |f: &mut Function, addends: &[(bool, ExprId)]| {
        let all = total(f, addends);
        region::selected(f, &region, all, 0.0)
    };
    let mut apart = Vec::new();
    let mut least = cost(s.f, &target, &over, body);
    let mut at = 0;
    while at < together.len() && together.len() > 1 {
        let mut rest = together.clone();
        let one = rest.remove(at);
        let (one, others) = (total(s.f, &[one]), total(s.f, &rest));
        let (alone, without) = (
            cost(s.f, &target, &over, one),
            cost(s.f, &target, &over, others),
        );
        if alone + without <= least {
            least = without;
            together = rest;
            apart.push(one);
        } else {
            at += 1;
        }
    }
    let rest = match apart.is_empty() {
        true => body,
        false => total(s.f, &together),
    };
    let mut steps = one(s, target.clone(), over.clone(), rest);
    let more = Target {
        mode: Mode::Add,
        ..target
    };
    for addend in apart {
        steps.extend(one(s, more.clone(), over.clone(), addend));
    }
    steps
}

/// The addends, also of a sum that a number multiplies: `(a + b) / n`.
fn distributed(f: &mut Function, id: ExprId) -> Vec<(bool, ExprId)> {
    let product = factors::product(f, id);
    let (Some(number), [factor]) = (product.alpha, &product.factors[..]) else {
        return f.exprs.addends(id);
    };
    let addends = f.exprs.addends(factor.expr);
    match addends.len() {
        1 => vec![(false, id)],
        _ => addends
            .into_iter()
            .map(|(negative, a)| (negative, factors::times(f, Some(number), a)))
            .collect(),
    }
}

/// All addends together.
fn one(s: &mut Scheduler<'_>, target: Target, over: Vec<IndexId>, body: ExprId) -> Vec<Step> {
    let steps = once(s, &target, &over, body);
    steps.unwrap_or_else(|| contraction::sum(s, target, over, body))
}

/// A sum that is the same along some indices of the target: it is computed once, and put wherever it belongs.
fn once(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    body: ExprId,
) -> Option<Vec<Step>> {
    let mut kept = s.f.exprs.free_indices(body);
    kept.retain(|i| !over.contains(i));
    let whole = s.f.matches(target.tensor, &target.left);
    if !whole || target.indices(s.f).len() <= kept.len() {
        return None;
    }
    let (first, value) = contraction::temporary(s, "once", &Vec::from_iter(kept));
    let mut steps = sum(s, first, over.to_vec(), body);
    steps.push(nest::map(s.f, target.clone(), value.expr));
    Some(steps)
}

/// How long a sum takes, about, if it is scheduled as one.
fn cost(f: &mut Function, target: &Target, over: &[IndexId], body: ExprId) -> f64 {
    f.tried(|f| {
        let steps = one(&mut Scheduler::new(f), target.clone(), over.to_vec(), body);
        weight(f, steps)
    })
}

/// How long steps take, about, where no length is known.
pub(crate) fn weight(f: &Function, steps: Vec<Step>) -> f64 {
    let lengths = Lengths::typical(f);
    Cost::of(f, &Schedule { steps }).weight(&lengths)
}

/// The sum of addends, of which some are subtracted.
pub(crate) fn total(f: &mut Function, addends: &[(bool, ExprId)]) -> ExprId {
    let signed = |f: &mut Function, &(negative, addend): &(bool, ExprId)| match negative {
        true => f.exprs.neg(addend),
        false => addend,
    };
    let first = signed(f, &addends[0]);
    addends[1..]
        .iter()
        .fold(first, |sum, &(negative, addend)| match negative {
            true => f.exprs.difference(sum, addend),
            false => f.exprs.sum(sum, addend),
        })
}
