//! Sums of products: which become matrix products, in which order, and what is stored on the way.

use super::common::Found;
use super::factors::{self, Factor, Product, times};
use super::layout;
use super::nest::{self, Target};
use super::order::{self, Order};
use super::region::{self, Region};
use super::scheduler::Scheduler;
use super::tile;
use super::volume::{covered, in_block};
use super::{Choice, Choose, Common, Contraction, Mode, Step, Way};
use super::{band, border};
use crate::ir::{
    DimId, Element, Equation, Expr, ExprId, Function, IndexId, ReduceOp, Role, Subscript, TensorId,
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
        steps.extend(contract(s, target, over, product));
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

/// Two or more factors, none of which contains another, with an index to sum.
fn contract(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    product: Product,
) -> Vec<Step> {
    let kept: BTreeSet<IndexId> = target.indices(s.f).into_iter().collect();
    let sets: Vec<BTreeSet<IndexId>> = product.factors.iter().map(|x| x.indices.clone()).collect();
    let orders = order::orders(s.f, &sets, &kept);
    if let [order] = &orders[..] {
        let only = choice(s, &target, &over, &product, order, None);
        if only.stored.is_empty() {
            return only.steps;
        }
        let direct = direct(s, target, over, product);
        return chosen(s, vec![only, direct]);
    }
    let number = s.parts.choices;
    let computed = orders.iter();
    let mut choices: Vec<Choice> = computed
        .filter_map(|o| after(s, &target, &over, &product, o))
        .collect();
    let always = choices.len();
    for order in &orders {
        let way = Way {
            choice: number,
            option: choices.len(),
        };
        choices.push(choice(s, &target, &over, &product, order, Some(way)));
    }
    if choices[always..].iter().all(|c| !c.stored.is_empty()) {
        choices.push(direct(s, target, over, product));
    }
    chosen(s, choices)
}

fn chosen(s: &mut Scheduler<'_>, choices: Vec<Choice>) -> Vec<Step> {
    let number = s.parts.choices;
    s.parts.choices += 1;
    vec![Step::Choose(Choose { number, choices })]
}

/// An order whose first pair the forward pass may have multiplied.
fn after(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    product: &Product,
    order: &Order,
) -> Option<Choice> {
    let [first, last] = &order.pairs[..] else {
        return None;
    };
    let factors = [&product.factors[first.a], &product.factors[first.b]];
    let (part, value) = s.computed(factors, &first.indices)?;
    let mut operands = product.factors.clone();
    operands.push(value);
    let [a, b] = [last.a, last.b].map(|at| operands[at].clone());
    let describe = described(s.f, &a, &b);
    let all: BTreeSet<IndexId> = a.indices.union(&b.indices).copied().collect();
    let mut over = over.to_vec();
    over.retain(|i| all.contains(i));
    Some(Choice {
        cost: rest(
            order,
            &order::cost(
                s.f,
                &operands[first.a].indices,
                &operands[first.b].indices,
                &first.indices,
            ),
        ),
        common: None,
        after: Some(part),
        stored: vec![],
        contraction: true,
        nest: false,
        steps: multiply(s, target.clone(), product.alpha, a, b, over),
        temporaries: vec![],
        describe,
    })
}

fn described(f: &Function, a: &Factor, b: &Factor) -> String {
    format!("{} × {}", f.show(a.expr), f.show(b.expr))
}

/// The flops of an order without those of a pair.
fn rest(order: &Order, pair: &[Vec<DimId>]) -> Vec<Vec<DimId>> {
    let mut cost = order.cost.clone();
    for flops in pair {
        if let Some(at) = cost.iter().position(|c| c == flops) {
            cost.remove(at);
        }
    }
    cost
}

/// All factors in one loop nest: nothing is stored.
fn direct(s: &mut Scheduler<'_>, target: Target, over: Vec<IndexId>, product: Product) -> Choice {
    let all: BTreeSet<IndexId> = product
        .factors
        .iter()
        .flat_map(|x| x.indices.clone())
        .collect();
    let dims: Vec<_> = all.iter().map(|&i| s.f.index(i).dim).collect();
    let body = product.expr(s.f);
    Choice {
        // One multiplication less than there are factors, and the addition.
        cost: vec![dims; product.factors.len()],
        common: None,
        after: None,
        stored: vec![],
        contraction: false,
        nest: true,
        steps: nest::sum(s.f, target, over, body),
        temporaries: vec![],
        describe: "one loop nest".to_string(),
    }
}

/// One order carried out pair by pair; the first of two pairs may be common to it and other ways.
fn choice(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    product: &Product,
    order: &Order,
    way: Option<Way>,
) -> Choice {
    let first = s.f.tensors.len();
    let mut operands: Vec<Factor> = product.factors.clone();
    let mut steps = Vec::new();
    let mut shown = Vec::new();
    let mut made: Vec<TensorId> = Vec::new();
    let mut common: Option<Common> = None;
    let mut cost = order.cost.clone();
    for (at, pair) in order.pairs.iter().enumerate() {
        let last = at + 1 == order.pairs.len();
        let alpha = if last { product.alpha } else { None };
        let (a, b) = (operands[pair.a].clone(), operands[pair.b].clone());
        shown.push(described(s.f, &a, &b));
        let way = way.filter(|_| order.pairs.len() == 2 && !last);
        if let Some(way) = way
            && let Some(Found {
                value,
                common: found,
                step,
                temporaries,
            }) = s.common(way, [&a, &b], &pair.indices)
        {
            common = Some(found);
            made.extend(temporaries);
            operands.push(value);
            steps.push(step);
            continue;
        }
        let (to, value) = if last {
            let none = Factor {
                expr: product.factors[0].expr,
                indices: BTreeSet::new(),
            };
            (target.clone(), none)
        } else {
            let axes = axes(s.f, order, at, &operands);
            temporary(s, "P", &axes)
        };
        let summed: Vec<IndexId> = over
            .iter()
            .copied()
            .filter(|i| {
                (a.indices.contains(i) || b.indices.contains(i)) && !pair.indices.contains(i)
            })
            .collect();
        let own = multiply(s, to, alpha, a.clone(), b.clone(), summed);
        if let Some(way) = way {
            let own_memory = made_since(s.f, first);
            let flops = order::cost(s.f, &a.indices, &b.indices, &pair.indices);
            common = s.remember(way, [&a, &b], &value, flops, &own, own_memory.collect());
        }
        steps.extend(own);
        operands.push(value);
    }
    if let Some(common) = &common {
        cost = rest(order, &common.cost);
    }
    made.extend(made_since(s.f, first));
    let stored = made
        .iter()
        .map(|&t| s.f.tensor(t).axes.clone())
        .filter(|axes| !covered(s.f, axes) && !in_block(s.f, axes))
        .collect();
    Choice {
        cost,
        common,
        after: None,
        stored,
        contraction: order.pairs.len() > 1,
        nest: false,
        steps,
        temporaries: made,
        describe: shown.join(", then "),
    }
}

/// The tensors from a number on.
fn made_since(f: &Function, first: usize) -> impl Iterator<Item = TensorId> {
    (first..f.tensors.len()).map(|t| TensorId(t as u32))
}

/// The axes of the value of a pair, as the pair that multiplies it next would have them.
fn axes(f: &mut Function, order: &Order, at: usize, operands: &[Factor]) -> Vec<IndexId> {
    let (pair, number) = (&order.pairs[at], operands.len());
    let next = order.pairs[at + 1..]
        .iter()
        .find(|p| p.a == number || p.b == number);
    let other = next.and_then(|p| operands.get(p.a + p.b - number));
    let (Some(next), Some(other)) = (next, other) else {
        return pair.indices.iter().copied().collect();
    };
    let (a, b) = (&operands[pair.a], &operands[pair.b]);
    let sums = a.indices.union(&b.indices).count() > pair.indices.len();
    let product = (!sums).then(|| times(f, Some(a.expr), b.expr));
    layout::of_part(f, &pair.indices, other, &next.indices, product)
}

/// `target = alpha * a * b` summed over `over`: a matrix product where an index is summed, else loops.
fn multiply(
    s: &mut Scheduler<'_>,
    target: Target,
    alpha: Option<ExprId>,
    a: Factor,
    b: Factor,
    over: Vec<IndexId>,
) -> Vec<Step> {
    let loops: Vec<IndexId> = a.indices.union(&b.indices).copied().collect();
    let one_sided = a.indices.is_subset(&b.indices) || b.indices.is_subset(&a.indices);
    if over.is_empty() || one_sided {
        let both = Product {
            alpha,
            factors: vec![a, b],
        };
        let body = both.expr(s.f);
        return if over.is_empty() {
            vec![nest::map(s.f, target, body)]
        } else {
            nest::sum(s.f, target, over, body)
        };
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
