//! Sums of products: which become matrix products, in which order, and what is stored on the way.

use super::choice;
use super::factors::{self, Factor, Product, times};
use super::nest::{self, Target};
use super::region::{self, Region};
use super::scheduler::Scheduler;
use super::stencil;
use super::tile;
use super::{Contraction, Mode, Step};
use super::{band, border};
use crate::ir::{
    Element, Equation, Expr, ExprId, Function, IndexId, ReduceOp, Role, Subscript, TensorId,
    positions,
};
use std::collections::BTreeSet;

/// The steps of `target = sum[over](body)`.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    if let Some(steps) = band::sum(s, &target, &over, body) {
        return steps;
    }
    let mut product = factors::product(s.f, body);
    let unused = |p: &Product, i: &IndexId| p.factors.iter().all(|x| !x.indices.contains(i));
    let dropped = !s.f.matches(target.tensor, &target.left);
    if dropped || target.indices(s.f).iter().any(|i| unused(&product, i)) {
        return tile::sum(s, target, over, body);
    }
    if product.factors.len() < 2 {
        return tile::sum(s, target, over, body);
    }
    // An index that nothing mentions counts how often the rest is added.
    let (none, over): (Vec<IndexId>, Vec<IndexId>) =
        over.into_iter().partition(|i| unused(&product, i));
    for i in none {
        let len = s.f.exprs.add(Expr::Len(s.f.index(i).dim));
        let len = s.f.exprs.add(Expr::Number(len));
        product.alpha = Some(times(s.f, product.alpha, len));
    }
    product.merge(s.f);
    if over.is_empty() {
        let value = product.expr(s.f);
        return vec![nest::map(s.f, target, value)];
    }
    if product.factors.len() == 1 {
        let body = product.expr(s.f);
        return tile::sum(s, target, over, body);
    }
    let (mut steps, summed) = sum_alone(s, &mut product, &over);
    let over: Vec<IndexId> = over.into_iter().filter(|i| !summed.contains(i)).collect();
    product.merge(s.f);
    if over.is_empty() {
        let value = product.expr(s.f);
        steps.push(nest::map(s.f, target, value));
    } else if product.factors.len() == 1 {
        let body = product.expr(s.f);
        steps.extend(tile::sum(s, target, over, body));
    } else {
        steps.extend(choice::sum(s, target, over, product));
    }
    steps
}

/// Whether an equation will be a matrix product, whose operands stand in memory.
pub(crate) fn multiplies(f: &mut Function, e: &Equation) -> bool {
    let Expr::Reduce {
        op: ReduceOp::Sum,
        indices,
        body,
    } = f.exprs.get(e.right).clone()
    else {
        return false;
    };
    let (region, inside) = region::peeled(f, body, 0.0);
    let product = band::product(f, inside, &region);
    let kept = f.exprs.indices_of(&e.left);
    product.factors.len() > 1
        && (region.is_empty() || band::band(f, &kept, &indices, &region, &product).is_some())
}

/// A summed index that only one factor mentions is summed there first.
fn sum_alone(
    s: &mut Scheduler<'_>,
    product: &mut Product,
    over: &[IndexId],
) -> (Vec<Step>, BTreeSet<IndexId>) {
    let (mut steps, mut done) = (Vec::new(), BTreeSet::new());
    for at in 0..product.factors.len() {
        let others: BTreeSet<IndexId> = (0..product.factors.len())
            .filter(|&o| o != at)
            .flat_map(|o| product.factors[o].indices.clone())
            .collect();
        let alone: Vec<IndexId> = over
            .iter()
            .copied()
            .filter(|i| product.factors[at].indices.contains(i) && !others.contains(i))
            .collect();
        if alone.is_empty() {
            continue;
        }
        let kept: Vec<IndexId> = product.factors[at]
            .indices
            .iter()
            .copied()
            .filter(|i| !alone.contains(i))
            .collect();
        let (target, factor) = temporary(s, "Σ", &kept);
        steps.extend(nest::sum(
            s.f,
            target,
            alone.clone(),
            product.factors[at].expr,
        ));
        product.factors[at] = factor;
        done.extend(alone);
    }
    (steps, done)
}

/// A new temporary over `indices`, in this order in memory, as a target and as a factor.
pub(crate) fn temporary(
    s: &mut Scheduler<'_>,
    name: &str,
    indices: &[IndexId],
) -> (Target, Factor) {
    let axes = indices.iter().map(|&i| s.f.index(i).dim).collect();
    let tensor = s.f.add_tensor(name, axes, Element::Float, Role::Temporary);
    let left: Vec<Subscript> = indices.iter().map(|&i| Subscript::Index(i)).collect();
    let expr = s.f.exprs.add(Expr::Access {
        tensor,
        subscripts: left.clone(),
        guarded: false,
    });
    (
        Target {
            tensor,
            left,
            mode: Mode::Set,
            needed: Region::new(),
        },
        Factor {
            expr,
            indices: indices.iter().copied().collect(),
        },
    )
}

/// `target = alpha * a * b` summed over `over`: a matrix product where an index is summed, else loops.
pub(crate) fn multiply(
    s: &mut Scheduler<'_>,
    target: Target,
    alpha: Option<ExprId>,
    a: Factor,
    b: Factor,
    over: Vec<IndexId>,
) -> Vec<Step> {
    let loops: Vec<IndexId> = a.indices.union(&b.indices).copied().collect();
    let one_sided = a.indices.is_subset(&b.indices) || b.indices.is_subset(&a.indices);
    if over.is_empty() {
        let factors = vec![a, b];
        let body = Product { alpha, factors }.expr(s.f);
        return vec![nest::map(s.f, target, body)];
    }
    if one_sided {
        let (mut steps, a) = border::strided(s, a);
        let (more, b) = border::strided(s, b);
        steps.extend(more);
        let factors = vec![a, b];
        let body = Product { alpha, factors }.expr(s.f);
        steps.extend(stencil::sum(s, target, over, body));
        return steps;
    }
    let (mut steps, a) = operand(s, a, target.tensor, None);
    let (more, b) = operand(s, b, target.tensor, None);
    steps.extend(more);
    let Target {
        tensor, left, mode, ..
    } = target;
    steps.push(Step::Contract(Contraction {
        target: tensor,
        left,
        mode,
        alpha,
        a,
        b,
        loops,
        band: None,
    }));
    steps
}

/// A factor as a tensor in memory: itself, or a temporary that holds its values. What is written at another position of a
/// recurrence is not read at the same time. Outside of a region it is not needed.
pub(crate) fn operand(
    s: &mut Scheduler<'_>,
    factor: Factor,
    target: TensorId,
    region: Option<&Region>,
) -> (Vec<Step>, (TensorId, Vec<Subscript>)) {
    if let Expr::Access {
        tensor,
        subscripts,
        guarded: false,
    } = s.f.exprs.get(factor.expr)
        && *tensor != target
        && positions(subscripts).all(|e| s.f.exprs.is_affine(e))
    {
        return (vec![], (*tensor, subscripts.clone()));
    }
    if region.is_none()
        && let Some((steps, read)) = border::factor(s, factor.expr)
        && let Expr::Access {
            tensor, subscripts, ..
        } = s.f.exprs.get(read)
    {
        return (steps, (*tensor, subscripts.clone()));
    }
    let indices: Vec<IndexId> = factor.indices.iter().copied().collect();
    let (mut target, _) = temporary(s, "F", &indices);
    let place = (target.tensor, target.left.clone());
    let mut value = factor.expr;
    if let Some(region) = region {
        // Where nothing is said of this factor by itself, its reads may lie outside.
        let guarded = s.f.exprs.guarded(value);
        value = region::selected(s.f, region, guarded, 0.0);
        target.needed = region.clone();
    }
    (vec![nest::map(s.f, target, value)], place)
}
