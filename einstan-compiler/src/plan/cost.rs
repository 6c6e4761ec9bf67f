//! What a plan costs: operations and matrix products as polynomials in the lengths, and the memory that it holds.
//!
//! A flop is one addition, multiplication, division, maximum or the like; what an elementwise function counts as stands
//! beside its word in `op`, a sign as nothing. A matrix product of lengths n, m and k is 2·n·m·k flops. Comparisons, selections, integers and
//! what is only moved count nothing, and where a part of a row or of a product is left out, the whole is counted. An expression is counted where it is computed: once for each element of its row, or,
//! if it does not depend on the row, once for each row.

use super::polynomial::{Lengths, Polynomial};
use super::{Choice, Choose, Contraction, Mode, Plan, Schedule, Step, Stmt, Way};
use crate::ir::{
    BinaryOp, DimId, Expr, ExprId, Function, IndexId, Length, ReduceOp, Role, TensorId, UnaryOp,
};
use std::collections::BTreeSet;

/// A loop nest runs at a fraction of the speed of a matrix product: the runtime's `choose` has the same number.
const LOOP: f64 = 8.0;

/// A division or a root takes as long as so many more operations.
const QUOTIENT: u64 = 12;

/// What steps cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub flops: Polynomial,
    /// How many of them are divisions and roots, which take longer.
    pub quotients: Polynomial,
    /// The lengths of each matrix product, multiplied.
    pub products: Vec<Polynomial>,
    /// Where the lengths decide: the costs of each way.
    pub choices: Vec<Vec<Cost>>,
}

impl Cost {
    /// What a body costs.
    pub fn of(f: &Function, schedule: &Schedule) -> Cost {
        let mut cost = Cost::default();
        schedule.steps.iter().for_each(|s| cost.step(f, s));
        cost
    }

    /// How long it takes at given lengths, about, where every choice takes the shortest way: flops of matrix products, of
    /// which one in a loop is worth several.
    pub fn weight(&self, lengths: &Lengths) -> f64 {
        let products: f64 = self.products.iter().map(|p| 2.0 * p.at(lengths)).sum();
        let way = |ways: &Vec<Cost>| {
            let each = ways.iter().map(|w| w.weight(lengths));
            each.fold(f64::INFINITY, f64::min)
        };
        let ways: f64 = self.choices.iter().map(way).sum();
        let quotients = QUOTIENT as f64 * self.quotients.at(lengths);
        products + LOOP * (self.flops.at(lengths) - products + quotients) + ways
    }

    fn step(&mut self, f: &Function, step: &Step) {
        match step {
            // What a call costs is known where it is called.
            Step::Zero { .. } | Step::Check(_) | Step::Call { .. } => {}
            Step::Contract(c) => {
                self.flops.add(&product(f, c, 2));
                self.products.push(product(f, c, 1));
            }
            Step::Nest(body) => {
                let mut around = Vec::new();
                body.iter().for_each(|s| self.statement(f, s, &mut around));
            }
            Step::Share(share) => {
                let mut around = share.loops.iter().map(|&(i, _)| i).collect();
                let body = share.body.iter();
                body.for_each(|s| self.statement(f, s, &mut around));
            }
            Step::When {
                then, otherwise, ..
            } => {
                let of = |steps: &[Step]| {
                    let mut cost = Cost::default();
                    steps.iter().for_each(|s| cost.step(f, s));
                    cost
                };
                self.add(larger(f, of(then), of(otherwise)));
            }
            Step::Block { steps, .. } | Step::Once { steps, .. } => {
                steps.iter().for_each(|s| self.step(f, s));
            }
            Step::Loop { index, steps, .. } => {
                let mut inside = Cost::default();
                steps.iter().for_each(|s| inside.step(f, s));
                self.repeated(f, inside, *index);
            }
            // Each way by itself: what another choice may have computed counts, and what reads that is no way.
            Step::Choose(choose) => self.choices.push(
                choose
                    .choices
                    .iter()
                    .filter(|c| c.after.is_none())
                    .map(|c| {
                        let mut cost = Cost::default();
                        c.steps.iter().for_each(|s| cost.step(f, s));
                        cost
                    })
                    .collect(),
            ),
        }
    }

    /// Adds what costs something at each value of an index.
    fn repeated(&mut self, f: &Function, mut cost: Cost, index: IndexId) {
        cost.times(f, f.index(index).dim);
        self.add(cost);
    }

    fn add(&mut self, cost: Cost) {
        self.flops.add(&cost.flops);
        self.quotients.add(&cost.quotients);
        self.products.extend(cost.products);
        self.choices.extend(cost.choices);
    }

    fn times(&mut self, f: &Function, dim: DimId) {
        self.flops = self.flops.times(f, dim);
        self.quotients = self.quotients.times(f, dim);
        for p in &mut self.products {
            *p = p.times(f, dim);
        }
        self.choices
            .iter_mut()
            .flatten()
            .for_each(|c| c.times(f, dim));
    }

    fn count(&mut self, f: &Function, flops: u64, loops: &[IndexId]) {
        let dims = loops.iter().map(|&i| f.index(i).dim);
        self.flops.add(&Polynomial::monomial(f, flops, dims));
    }

    /// The operations of an expression along a row, in some loops around it.
    fn value(&mut self, f: &Function, id: ExprId, around: &[IndexId], row: Option<IndexId>) {
        for e in f.exprs.walk(id) {
            let flops = flops(f, e);
            if flops > 0 {
                let by_row = row.filter(|r| f.exprs.free(e).contains(r));
                let loops: Vec<IndexId> = around.iter().copied().chain(by_row).collect();
                self.count(f, flops, &loops);
                if is_quotient(f, e) {
                    let dims = loops.iter().map(|&i| f.index(i).dim);
                    self.quotients.add(&Polynomial::monomial(f, 1, dims));
                }
            }
        }
    }

    /// The operations of a reduction on each element, whose body has been counted once.
    fn reduced(
        &mut self,
        f: &Function,
        op: ReduceOp,
        body: ExprId,
        loops: &[IndexId],
        row: IndexId,
    ) -> u64 {
        match op {
            // The largest, then e to the distance from it, then their sum: the body is computed twice.
            ReduceOp::LogSumExp => {
                self.value(f, body, loops, Some(row));
                3 + UnaryOp::Exp.flops()
            }
            _ => 1,
        }
    }

    fn statement(&mut self, f: &Function, s: &Stmt, around: &mut Vec<IndexId>) {
        match s {
            Stmt::Loop { index, body, .. } => {
                around.push(*index);
                body.iter().for_each(|s| self.statement(f, s, around));
                around.pop();
            }
            Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
                body.iter().for_each(|s| self.statement(f, s, around))
            }
            Stmt::When {
                then, otherwise, ..
            } => {
                let mut of = |all: &[Stmt]| {
                    let mut cost = Cost::default();
                    all.iter().for_each(|s| cost.statement(f, s, around));
                    cost
                };
                let (a, b) = (of(then), of(otherwise));
                self.add(larger(f, a, b));
            }
            Stmt::Store {
                mode,
                row,
                value,
                within,
                ..
            } => {
                // What may be left out inside is computed in the rest.
                let rest = within.as_ref().and_then(|w| w.otherwise);
                let all = [Some(*value), rest].map(|value| {
                    let mut cost = Cost::default();
                    value
                        .into_iter()
                        .for_each(|e| cost.value(f, e, around, *row));
                    cost
                });
                let [inside, rest] = all;
                self.add(larger(f, inside, rest));
                let loops: Vec<IndexId> = around.iter().copied().chain(*row).collect();
                self.count(f, u64::from(*mode == Mode::Add), &loops);
            }
            Stmt::Accumulate {
                op,
                row,
                over,
                body,
                ..
            } => {
                let loops = [around.as_slice(), over].concat();
                self.value(f, *body, &loops, Some(*row));
                let each = self.reduced(f, *op, *body, &loops, *row);
                self.count(f, each, &[loops.as_slice(), &[*row]].concat());
            }
            Stmt::Reduce {
                mode,
                op,
                over,
                body,
                ..
            } => {
                self.count(f, u64::from(*mode == Mode::Add), around);
                let inside = [around.as_slice(), over].concat();
                let (row, loops) = inside.split_last().expect("a reduction has an index");
                self.value(f, *body, loops, Some(*row));
                let each = self.reduced(f, *op, *body, loops, *row);
                self.count(f, each, &inside);
            }
            Stmt::Softmax { along, body, .. } => {
                let inside = [around.as_slice(), along].concat();
                let (row, loops) = inside.split_last().expect("a softmax has an index");
                self.value(f, *body, loops, Some(*row));
                // The largest, e to the distance from it, their sum, and a multiplication or a difference.
                self.count(f, 4 + UnaryOp::Exp.flops(), &inside);
            }
        }
    }
}

/// The one of two that takes longer.
fn larger(f: &Function, a: Cost, b: Cost) -> Cost {
    let lengths = Lengths::typical(f);
    match a.weight(&lengths) < b.weight(&lengths) {
        true => b,
        false => a,
    }
}

fn product(f: &Function, c: &Contraction, coefficient: u64) -> Polynomial {
    Polynomial::monomial(f, coefficient, c.loops.iter().map(|&i| f.index(i).dim))
}

/// The flops of one node of an expression.
fn flops(f: &Function, id: ExprId) -> u64 {
    match *f.exprs.get(id) {
        Expr::Unary(op, _) => op.flops(),
        Expr::Binary(op, ..) => op.flops(),
        // By repeated squaring.
        Expr::PowI(_, n) => {
            let m = n.unsigned_abs().max(1);
            u64::from(m.ilog2() + m.count_ones() - 1 + u32::from(n < 0))
        }
        // Nothing is known of it; it is no shorter than what is built in.
        Expr::Foreign { .. } => UnaryOp::Exp.flops(),
        _ => 0,
    }
}

/// Whether a node is a division or a root.
fn is_quotient(f: &Function, id: ExprId) -> bool {
    matches!(
        f.exprs.get(id),
        Expr::Binary(BinaryOp::Div, ..) | Expr::Unary(UnaryOp::Sqrt | UnaryOp::Recip, _)
    )
}

/// How long an expression takes for one element, in flops.
pub(crate) fn element_effort(f: &Function, id: ExprId) -> u64 {
    let all = f.exprs.walk(id).into_iter();
    let quotients = all.filter(|&e| is_quotient(f, e)).count() as u64;
    element_flops(f, id) + QUOTIENT * quotients
}

/// The flops of an expression for one element.
pub(crate) fn element_flops(f: &Function, id: ExprId) -> u64 {
    f.exprs.walk(id).into_iter().map(|e| flops(f, e)).sum()
}

/// The costs of a plan at given lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    pub forward: Work,
    pub backward: Work,
    /// Elements of all memory that is no argument, result or gradient.
    pub memory: f64,
    /// Elements that a pullback keeps.
    pub saved: f64,
    /// Elements of the largest part of the memory.
    pub largest: f64,
}

/// What one body does at given lengths.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    pub flops: f64,
    /// Matrix products.
    pub products: usize,
}

impl Plan {
    /// The costs at the lengths of named dimensions.
    pub fn figures(&self, named: impl Fn(&str) -> Option<u64>) -> Figures {
        let f = &self.function;
        let lengths = Lengths::new(f, named);
        let mut chooser = Chooser {
            f,
            lengths: &lengths,
            there: BTreeSet::new(),
            before: BTreeSet::new(),
            held: BTreeSet::new(),
            dropped: BTreeSet::new(),
        };
        let mut work = |schedule: &Schedule| {
            let chosen = Schedule {
                steps: chooser.chosen(&schedule.steps),
            };
            let cost = Cost::of(f, &chosen);
            Work {
                flops: cost.flops.at(&lengths),
                products: cost.products.len(),
            }
        };
        let forward = work(&self.forward);
        let backward = self.backward.as_ref().map(&mut work).unwrap_or_default();
        let held: Vec<(f64, bool)> = self
            .buffers
            .iter()
            .filter(|b| chooser.held.contains(&b.tensor) || !chooser.dropped.contains(&b.tensor))
            .map(|b| (room(f, &lengths, b.tensor), b.saved))
            .collect();
        Figures {
            forward,
            backward,
            memory: held.iter().map(|h| h.0).sum(),
            saved: held.iter().filter(|h| h.1).map(|h| h.0).sum(),
            largest: held.iter().fold(0.0, |a, h| a.max(h.0)),
        }
    }
}

/// Choices made at given lengths, as the generated code makes them.
struct Chooser<'a> {
    f: &'a Function,
    lengths: &'a Lengths,
    /// Common parts that have been computed, and those ways of choices whose part was there before.
    there: BTreeSet<usize>,
    before: BTreeSet<Way>,
    /// The temporaries of ways that are taken, and of others.
    held: BTreeSet<TensorId>,
    dropped: BTreeSet<TensorId>,
}

impl Chooser<'_> {
    /// The steps with every choice made.
    fn chosen(&mut self, steps: &[Step]) -> Vec<Step> {
        let mut out = Vec::new();
        for step in steps {
            match step {
                Step::Choose(Choose { number, choices }) => {
                    let at = self.choose(choices);
                    if let Some(common) = &choices[at].common
                        && !self.there.insert(common.part)
                    {
                        self.before.insert(Way {
                            choice: *number,
                            option: at,
                        });
                    }
                    for (other, c) in choices.iter().enumerate() {
                        let memory = match other == at {
                            true => &mut self.held,
                            false => &mut self.dropped,
                        };
                        memory.extend(&c.temporaries);
                    }
                    out.extend(self.chosen(&choices[at].steps));
                }
                Step::Once { way, steps, .. } => {
                    if !self.before.contains(way) {
                        out.extend(self.chosen(steps));
                    }
                }
                Step::Block { rows, row, steps } => out.push(Step::Block {
                    rows: *rows,
                    row: row.clone(),
                    steps: self.chosen(steps),
                }),
                Step::When {
                    condition,
                    then,
                    otherwise,
                } => out.push(Step::When {
                    condition: *condition,
                    then: self.chosen(then),
                    otherwise: self.chosen(otherwise),
                }),
                Step::Loop {
                    index,
                    descending,
                    steps,
                } => out.push(Step::Loop {
                    index: *index,
                    descending: *descending,
                    steps: self.chosen(steps),
                }),
                step => out.push(step.clone()),
            }
        }
        out
    }

    /// The way that the runtime's `choose` takes.
    fn choose(&self, choices: &[Choice]) -> usize {
        let lengths = self.lengths;
        let flops = |cost: &[Vec<DimId>]| -> f64 { cost.iter().map(|p| lengths.volume(p)).sum() };
        let total = |c: &Choice| match &c.common {
            _ if c.after.is_some_and(|part| !self.there.contains(&part)) => f64::INFINITY,
            Some(common) if !self.there.contains(&common.part) => {
                flops(&c.cost) + flops(&common.cost) / common.times as f64
            }
            _ => flops(&c.cost),
        };
        let stored = |c: &Choice| -> f64 {
            let sizes = c.stored.iter().map(|s| lengths.volume(s));
            sizes.fold(0.0, f64::max)
        };
        let (last, most) = (choices.len() - 1, largest(self.f, lengths));
        let weight = |at: usize| total(&choices[at]) * if choices[at].nest { LOOP } else { 1.0 };
        let allowed = |&at: &usize| {
            let c = &choices[at];
            let saves = 2.0 * weight(at) <= weight(last);
            at == last || stored(c) <= most || (saves && stored(c) <= 4.0 * most)
        };
        (0..choices.len())
            .filter(allowed)
            .min_by(|&a, &b| weight(a).total_cmp(&weight(b)))
            .unwrap_or(last)
    }
}

/// The size of the largest tensor that the user named.
fn largest(f: &Function, lengths: &Lengths) -> f64 {
    largest_of(f, lengths, |role| {
        matches!(
            role,
            Role::Parameter { .. } | Role::Result | Role::Intermediate
        )
    })
}

fn largest_of(f: &Function, lengths: &Lengths, of: impl Fn(Role) -> bool) -> f64 {
    let tensors = f.tensors.iter().filter(|t| of(t.role));
    tensors.map(|t| lengths.volume(&t.axes)).fold(0.0, f64::max)
}

/// The elements of the largest small block, and the most rows of one: those of the runtime.
const SMALL: f64 = 16384.0;
const MOST_ROWS: f64 = 64.0;

/// The elements of a temporary; of one in a block, those of the block.
fn room(f: &Function, lengths: &Lengths, tensor: TensorId) -> f64 {
    let axes = &f.tensor(tensor).axes;
    let is_rows = |d: &DimId| matches!(f.dim(*d).length, Length::Rows { .. });
    let Some(at) = axes.iter().position(is_rows) else {
        return lengths.volume(axes);
    };
    let mut rest = axes.clone();
    let rows = rest.remove(at);
    let (all, row) = (lengths.of(rows), lengths.volume(&rest));
    let some = row.max(1.0) * all.min(MOST_ROWS);
    if let Length::Rows { whole: true, .. } = f.dim(rows).length {
        let most = largest_of(f, lengths, super::is_outer).max(SMALL);
        return some.max((row * all).min(most));
    }
    some.min(largest(f, lengths).max(SMALL).max(row))
}
