//! The ways of computing a product of several factors: one for each of its orders, one that reads what the forward pass has
//! computed already, and one loop nest.

use super::common::Found;
use super::contraction::{multiply, temporary};
use super::factors::{Factor, Product, times};
use super::layout;
use super::nest::{self, Target};
use super::order::{self, Order};
use super::scheduler::Scheduler;
use super::volume::{covered, in_block};
use super::{Choice, Choose, Common, Step, Way};
use crate::ir::{DimId, Function, IndexId, TensorId};
use std::collections::BTreeSet;

/// The steps of `target = sum[over](product)`: two or more factors, none of which contains another, with an index to sum.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    product: Product,
) -> Vec<Step> {
    let kept: BTreeSet<IndexId> = target.indices(s.f).into_iter().collect();
    let sets: Vec<BTreeSet<IndexId>> = product.factors.iter().map(|x| x.indices.clone()).collect();
    let orders = order::orders(s.f, &sets, &kept);
    let several = orders.len() > 1;
    let carried = |order| Carried::new(&target, &over, &product, order);
    let mut choices: Vec<Choice> = match several {
        true => orders.iter().filter_map(|o| carried(o).after(s)).collect(),
        false => vec![],
    };
    let mut free = false;
    for order in &orders {
        let way = Way {
            choice: s.parts.choices,
            option: choices.len(),
        };
        let choice = carried(order).choice(s, several.then_some(way));
        free |= choice.stored.is_empty();
        choices.push(choice);
    }
    if !free {
        choices.push(direct(s, target, over, product));
    }
    if choices.len() == 1 {
        return choices.remove(0).steps;
    }
    let number = s.parts.choices;
    s.parts.choices += 1;
    vec![Step::Choose(Choose { number, choices })]
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
        nest: true,
        steps: nest::sum(s.f, target, over, body),
        temporaries: vec![],
        describe: "one loop nest".to_string(),
    }
}

/// An order that is carried out pair by pair.
struct Carried<'a> {
    target: &'a Target,
    over: &'a [IndexId],
    product: &'a Product,
    order: &'a Order,
    /// The factors, then the values of pairs.
    operands: Vec<Factor>,
    steps: Vec<Step>,
    temporaries: Vec<TensorId>,
    describe: Vec<String>,
}

impl<'a> Carried<'a> {
    fn new(
        target: &'a Target,
        over: &'a [IndexId],
        product: &'a Product,
        order: &'a Order,
    ) -> Self {
        Carried {
            target,
            over,
            product,
            order,
            operands: product.factors.clone(),
            steps: vec![],
            temporaries: vec![],
            describe: vec![],
        }
    }

    /// The whole order. Where it is a way among others, the first of two pairs may be common to it and those.
    fn choice(mut self, s: &mut Scheduler<'_>, way: Option<Way>) -> Choice {
        let common = match (way, &self.order.pairs[..]) {
            (Some(way), [_, _]) => self.first(s, way),
            _ => {
                self.pair(s, 0);
                None
            }
        };
        for at in 1..self.order.pairs.len() {
            self.pair(s, at);
        }
        let cost = match &common {
            Some(common) => without(&self.order.cost, &common.cost),
            None => self.order.cost.clone(),
        };
        self.done(s.f, cost, common, None)
    }

    /// The last of two pairs, if the forward pass may have multiplied the first one.
    fn after(mut self, s: &mut Scheduler<'_>) -> Option<Choice> {
        let [first, _] = &self.order.pairs[..] else {
            return None;
        };
        let factors = [first.a, first.b].map(|at| &self.product.factors[at]);
        let (part, value) = s.computed(factors, &first.indices)?;
        let cost = order::cost(s.f, factors.map(|x| &x.indices), &first.indices);
        let cost = without(&self.order.cost, &cost);
        self.operands.push(value);
        self.pair(s, 1);
        Some(self.done(s.f, cost, None, Some(part)))
    }

    fn done(
        self,
        f: &Function,
        cost: Vec<Vec<DimId>>,
        common: Option<Common>,
        after: Option<usize>,
    ) -> Choice {
        let sizes = self.temporaries.iter().map(|&t| f.tensor(t).axes.clone());
        Choice {
            cost,
            common,
            after,
            stored: sizes
                .filter(|axes| !covered(f, axes) && !in_block(f, axes))
                .collect(),
            nest: false,
            steps: self.steps,
            temporaries: self.temporaries,
            describe: self.describe.join(", then "),
        }
    }

    /// The first pair, which an earlier way may compute too, or a later one.
    fn first(&mut self, s: &mut Scheduler<'_>, way: Way) -> Option<Common> {
        let pair = &self.order.pairs[0];
        let [a, b] = [pair.a, pair.b].map(|at| &self.product.factors[at]);
        if let Some(found) = s.common(way, [a, b], &pair.indices) {
            let Found {
                value,
                common,
                step,
                temporaries,
            } = found;
            self.describe.push(described(s.f, a, b));
            self.temporaries.extend(temporaries);
            self.operands.push(value);
            self.steps.push(step);
            return Some(common);
        }
        self.pair(s, 0);
        let cost = order::cost(s.f, [&a.indices, &b.indices], &pair.indices);
        let value = self.operands.last()?;
        let memory = self.temporaries.clone();
        s.remember(way, [a, b], value, cost, &self.steps, memory)
    }

    /// One pair, of which the last one goes to the target.
    fn pair(&mut self, s: &mut Scheduler<'_>, at: usize) {
        let (pair, made) = (&self.order.pairs[at], s.f.tensors.len());
        let [a, b] = [pair.a, pair.b].map(|at| self.operands[at].clone());
        self.describe.push(described(s.f, &a, &b));
        let mut summed = self.over.to_vec();
        summed.retain(|i| {
            (a.indices.contains(i) || b.indices.contains(i)) && !pair.indices.contains(i)
        });
        let (to, alpha) = if at + 1 == self.order.pairs.len() {
            (self.target.clone(), self.product.alpha)
        } else {
            let axes = axes(s.f, self.order, at, &self.operands);
            let (to, value) = temporary(s, "P", &axes);
            self.operands.push(value);
            (to, None)
        };
        self.steps.extend(multiply(s, to, alpha, a, b, summed));
        let made = made..s.f.tensors.len();
        self.temporaries.extend(made.map(|t| TensorId(t as u32)));
    }
}

fn described(f: &Function, a: &Factor, b: &Factor) -> String {
    format!("{} × {}", f.show(a.expr), f.show(b.expr))
}

/// Some flops without others of them.
fn without(all: &[Vec<DimId>], some: &[Vec<DimId>]) -> Vec<Vec<DimId>> {
    let mut rest = all.to_vec();
    for flops in some {
        if let Some(at) = rest.iter().position(|c| c == flops) {
            rest.remove(at);
        }
    }
    rest
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
