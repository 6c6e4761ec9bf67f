//! The order in which a product of several tensors is multiplied out: every binary tree, less those that another one
//! beats whatever the lengths are.

use crate::ir::{DimId, Function, IndexId, Length};
use std::collections::BTreeSet;

/// One multiplication of two operands. Operands are numbered: the factors first, then the value of each pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub a: usize,
    pub b: usize,
    /// What the value of the pair depends on.
    pub indices: BTreeSet<IndexId>,
}

/// A way to multiply everything out.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub pairs: Vec<Pair>,
    /// Flops: a product of lengths for the multiplications of each pair, and one for its additions.
    pub cost: Vec<Vec<DimId>>,
}

/// Above this many factors one order is built, pair by pair.
const MOST_FACTORS: usize = 5;
/// How many orders are compared when the function runs.
const MOST_ORDERS: usize = 4;

/// The orders that are not beaten by another one, for factors with these indices and a result with `kept`.
pub(crate) fn orders(
    f: &Function,
    factors: &[BTreeSet<IndexId>],
    kept: &BTreeSet<IndexId>,
) -> Vec<Order> {
    if factors.len() > MOST_FACTORS {
        return vec![greedy(f, factors, kept)];
    }
    let mut all = Vec::new();
    let live: Vec<usize> = (0..factors.len()).collect();
    search(
        f,
        &mut factors.to_vec(),
        &live,
        kept,
        &mut Vec::new(),
        &mut Vec::new(),
        &mut all,
    );
    let unbeaten = |(at, order): (usize, &Order)| {
        let beaten = all.iter().enumerate().any(|(other, o)| {
            other != at
                && beats(&o.cost, &order.cost)
                && (!beats(&order.cost, &o.cost) || other < at)
        });
        (!beaten).then(|| order.clone())
    };
    // The same choices for the same factors in another sequence.
    let mut best: Vec<Order> = all.iter().enumerate().filter_map(unbeaten).collect();
    best.sort_by(|a, b| a.cost.cmp(&b.cost));
    if best.len() > MOST_ORDERS {
        best = cheapest(f, best);
    }
    best
}

/// The orders that are the cheapest ones somewhere: where all lengths are the same, then where one of them is long, or
/// short.
fn cheapest(f: &Function, all: Vec<Order>) -> Vec<Order> {
    let dims: BTreeSet<DimId> = all.iter().flat_map(|o| o.cost.concat()).collect();
    let extremes = [1024.0, 4.0].into_iter();
    let one = extremes.flat_map(|length| dims.iter().map(move |&d| (Some(d), length)));
    let mut best: Vec<usize> = Vec::new();
    for (special, length) in std::iter::once((None, 0.0)).chain(one) {
        let length = |d: &DimId| match f.dim(*d).length {
            Length::Fixed(n) => n as f64,
            _ if Some(*d) == special => length,
            _ => 64.0,
        };
        let volume = |dims: &Vec<DimId>| dims.iter().map(length).product::<f64>();
        let cost = |at: &usize| all[*at].cost.iter().map(volume).sum::<f64>();
        let least = (0..all.len()).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        best.extend(least.filter(|at| !best.contains(at)));
    }
    best.truncate(MOST_ORDERS);
    best.into_iter().map(|at| all[at].clone()).collect()
}

#[allow(clippy::too_many_arguments)] // the state of one search, not worth a type
fn search(
    f: &Function,
    operands: &mut Vec<BTreeSet<IndexId>>,
    live: &[usize],
    kept: &BTreeSet<IndexId>,
    pairs: &mut Vec<Pair>,
    cost: &mut Vec<Vec<Vec<DimId>>>,
    out: &mut Vec<Order>,
) {
    if live.len() == 1 {
        let (pairs, mut cost) = (pairs.clone(), cost.concat());
        cost.sort();
        out.push(Order { pairs, cost });
        return;
    }
    for x in 0..live.len() {
        for y in x + 1..live.len() {
            let rest: Vec<usize> = live
                .iter()
                .copied()
                .filter(|o| ![live[x], live[y]].contains(o))
                .collect();
            let (pair, flops) = pair(f, operands, (live[x], live[y]), &rest, kept);
            let value = pair.indices.clone();
            pairs.push(pair);
            cost.push(flops);
            operands.push(value);
            let next: Vec<usize> = rest.into_iter().chain([operands.len() - 1]).collect();
            search(f, operands, &next, kept, pairs, cost, out);
            operands.pop();
            pairs.pop();
            cost.pop();
        }
    }
}

/// Two operands multiplied, and the flops of that; `rest` are the other operands.
fn pair(
    f: &Function,
    operands: &[BTreeSet<IndexId>],
    (a, b): (usize, usize),
    rest: &[usize],
    kept: &BTreeSet<IndexId>,
) -> (Pair, Vec<Vec<DimId>>) {
    let both: BTreeSet<IndexId> = operands[a].union(&operands[b]).copied().collect();
    let needed = |i: &IndexId| kept.contains(i) || rest.iter().any(|&o| operands[o].contains(i));
    let indices: BTreeSet<IndexId> = both.iter().copied().filter(needed).collect();
    let flops = cost(f, [&operands[a], &operands[b]], &indices);
    (Pair { a, b, indices }, flops)
}

/// The flops of the product of two operands with these indices that keeps some of them: multiplications, and additions.
pub(crate) fn cost(
    f: &Function,
    [a, b]: [&BTreeSet<IndexId>; 2],
    kept: &BTreeSet<IndexId>,
) -> Vec<Vec<DimId>> {
    let both: BTreeSet<IndexId> = a.union(b).copied().collect();
    let mut flops: Vec<DimId> = both.iter().map(|&i| f.index(i).dim).collect();
    flops.sort_unstable();
    vec![flops; 1 + usize::from(kept.len() < both.len())]
}

/// The order that takes the cheapest pair each time, the first of equals, where all lengths are the same: a chain of
/// matrices is multiplied from the left, one that ends with a vector from the right.
fn greedy(f: &Function, factors: &[BTreeSet<IndexId>], kept: &BTreeSet<IndexId>) -> Order {
    let mut operands = factors.to_vec();
    let mut live: Vec<usize> = (0..operands.len()).collect();
    let (mut pairs, mut cost) = (Vec::new(), Vec::new());
    while live.len() > 1 {
        let all = (0..live.len()).flat_map(|x| (x + 1..live.len()).map(move |y| (x, y)));
        let at = |(x, y): (usize, usize)| {
            let rest: Vec<usize> = (0..live.len())
                .filter(|&o| o != x && o != y)
                .map(|o| live[o])
                .collect();
            let (pair, flops) = pair(f, &operands, (live[x], live[y]), &rest, kept);
            let degree = flops[0].len();
            (degree, pair.indices.len(), (x, y), pair, flops)
        };
        let best = all.map(at).min_by_key(|c| (c.0, c.1, c.2));
        let Some((_, _, (x, y), pair, flops)) = best else {
            break;
        };
        operands.push(pair.indices.clone());
        live[x] = operands.len() - 1;
        live.remove(y);
        pairs.push(pair);
        cost.extend(flops);
    }
    cost.sort();
    Order { pairs, cost }
}

/// Whether cost `a` is at most `b` for all lengths: each product in `a` divides one in `b`, no two the same one.
fn beats(a: &[Vec<DimId>], b: &[Vec<DimId>]) -> bool {
    let mut free: Vec<&Vec<DimId>> = b.iter().collect();
    a.iter().all(|product| {
        let place = free.iter().position(|other| divides(product, other));
        place.map(|p| free.remove(p)).is_some()
    })
}

/// Whether every dimension of `a` occurs in `b`, as often.
pub(crate) fn divides(a: &[DimId], b: &[DimId]) -> bool {
    let mut rest = b.to_vec();
    a.iter().all(|d| {
        rest.iter()
            .position(|r| r == d)
            .map(|p| rest.remove(p))
            .is_some()
    })
}
