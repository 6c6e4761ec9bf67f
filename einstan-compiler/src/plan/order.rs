//! The order in which a product of several tensors is multiplied out: every binary tree, less those that another one
//! beats whatever the lengths are.

use crate::ir::{DimId, Function, IndexId};
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
    /// Multiplications: one product of lengths for each pair.
    pub cost: Vec<Vec<DimId>>,
}

/// Above this many factors only the order as written is considered.
const MOST_FACTORS: usize = 5;
/// How many orders are compared when the function runs.
const MOST_ORDERS: usize = 4;

/// The orders that are not beaten by another one, for factors with these indices and a result with `kept`.
pub(crate) fn orders(
    f: &Function,
    factors: &[BTreeSet<IndexId>],
    kept: &BTreeSet<IndexId>,
) -> Vec<Order> {
    let mut all = Vec::new();
    let live: Vec<usize> = (0..factors.len()).collect();
    let only_first = factors.len() > MOST_FACTORS;
    search(
        f,
        &mut factors.to_vec(),
        &live,
        kept,
        &mut Vec::new(),
        &mut Vec::new(),
        only_first,
        &mut all,
    );
    let mut best: Vec<Order> = Vec::new();
    for (at, order) in all.iter().enumerate() {
        let beaten = all.iter().enumerate().any(|(other, o)| {
            other != at
                && beats(&o.cost, &order.cost)
                && (!beats(&order.cost, &o.cost) || other < at)
        });
        if !beaten {
            best.push(order.clone());
        }
    }
    best.truncate(MOST_ORDERS);
    best
}

#[allow(clippy::too_many_arguments)] // the state of one search, not worth a type
fn search(
    f: &Function,
    operands: &mut Vec<BTreeSet<IndexId>>,
    live: &[usize],
    kept: &BTreeSet<IndexId>,
    pairs: &mut Vec<Pair>,
    cost: &mut Vec<Vec<DimId>>,
    only_first: bool,
    out: &mut Vec<Order>,
) {
    if live.len() == 1 {
        out.push(Order {
            pairs: pairs.clone(),
            cost: cost.clone(),
        });
        return;
    }
    for x in 0..live.len() {
        for y in x + 1..live.len() {
            let (a, b) = (live[x], live[y]);
            let both: BTreeSet<IndexId> = operands[a].union(&operands[b]).copied().collect();
            let rest: Vec<usize> = live.iter().copied().filter(|&o| o != a && o != b).collect();
            let needed =
                |i: &IndexId| kept.contains(i) || rest.iter().any(|&o| operands[o].contains(i));
            let value: BTreeSet<IndexId> = both.iter().copied().filter(needed).collect();
            pairs.push(Pair {
                a,
                b,
                indices: value.clone(),
            });
            cost.push(both.iter().map(|&i| f.index(i).dim).collect());
            operands.push(value);
            let next: Vec<usize> = rest.into_iter().chain([operands.len() - 1]).collect();
            search(f, operands, &next, kept, pairs, cost, only_first, out);
            operands.pop();
            pairs.pop();
            cost.pop();
            if only_first {
                return;
            }
        }
    }
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
