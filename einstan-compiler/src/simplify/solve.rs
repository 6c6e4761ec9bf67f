//! `position == value` solved for indices of the position.
//!
//! ```text
//! y + r == h                 y = h - r, where 0 <= h - r < len y
//! 2*y + r == h               y = (h - r)/2, where (h - r) % 2 == 0 and 0 <= (h - r)/2 < len y
//! i*len(j) + j == h          i = h / len(j), j = h % len(j), where h / len(j) < len i
//! (i + r) % len(i) == h      i = (h - r) % len(i)
//! ```

use crate::ir::{CmpOp, Expr, ExprId, Exprs, Function, IndexId, Length, Polynomial};
use std::collections::BTreeMap;

/// What stands in the place of indices, and where that is so.
#[derive(Clone, Debug, Default)]
pub(super) struct Solution {
    pub places: BTreeMap<IndexId, ExprId>,
    pub conditions: Vec<ExprId>,
    /// A quotient without remainder where the conditions hold: `step * quotient` is this.
    exact: Option<Exact>,
}

#[derive(Clone, Debug)]
struct Exact {
    quotient: ExprId,
    step: Polynomial,
    product: Polynomial,
}

/// Solves `position == value` for one or two of the indices that `may_go`; None where it can't be told which value they have.
pub(super) fn solve(
    f: &mut Function,
    position: ExprId,
    value: ExprId,
    may_go: &impl Fn(IndexId) -> bool,
) -> Option<Solution> {
    let mut candidates: Vec<IndexId> = f.exprs.free_indices(position).into_iter().collect();
    let given = f.exprs.free_indices(value);
    candidates.retain(|i| may_go(*i) && !given.contains(i));
    // A short loop stays: what is summed over it is summed for each element.
    candidates.sort_by_cached_key(|&i| (breadth(f, position, i), i));
    if let Expr::IntegerRem(inside, around) = *f.exprs.get(position) {
        return candidates
            .iter()
            .find_map(|&i| around_the_end(f, inside, around, value, i));
    }
    for &i in &candidates {
        for &j in candidates.iter().filter(|&&j| j != i) {
            if let Some(solution) = digits(f, position, value, i, j) {
                return Some(solution);
            }
        }
    }
    candidates
        .into_iter()
        .find_map(|i| linear(f, position, value, i))
}

/// How long a loop is, the longest first: over the places of a window, whose number follows from other lengths, and in large
/// steps; over an index of a tensor, in large steps and in small ones; over as many as a number says.
fn breadth(f: &mut Function, position: ExprId, i: IndexId) -> (u8, bool) {
    let kind = match f.dim(f.index(i).dim).length {
        Length::Fixed(_) => 2,
        Length::Computed(_) => 0,
        _ => 1,
    };
    let step = f.exprs.linear_in(position, i);
    let small = step.is_none_or(|l| l.coefficient.value().is_some_and(|c| c.abs() == 1));
    (kind, small)
}

/// `i = (value - rest)/c`
fn linear(f: &mut Function, position: ExprId, value: ExprId, i: IndexId) -> Option<Solution> {
    let linear = f.exprs.linear_in(position, i)?;
    let sign = linear.coefficient.sign()?;
    let difference = Polynomial::of(&f.exprs, value)
        .minus(&linear.rest)?
        .scaled(sign)?;
    let step = linear.coefficient.scaled(sign)?;
    let (difference, step) = (difference.build(&mut f.exprs), step.build(&mut f.exprs));
    let mut out = Solution::default();
    let place = match *f.exprs.get(step) {
        Expr::Integer(1) => difference,
        _ => {
            let (rest, zero) = (
                f.exprs.add(Expr::IntegerRem(difference, step)),
                f.exprs.add(Expr::Integer(0)),
            );
            out.conditions
                .push(f.exprs.compare_integers(CmpOp::Equal, rest, zero));
            let quotient = f.exprs.add(Expr::IntegerDiv(difference, step));
            out.exact = Some(Exact {
                quotient,
                step: Polynomial::of(&f.exprs, step),
                product: Polynomial::of(&f.exprs, difference),
            });
            quotient
        }
    };
    out.conditions.extend(f.inside(place, f.index(i).dim));
    out.places.insert(i, place);
    Some(out)
}

/// `i = value / len(j), j = value % len(j)`, where the position is `len(j)*i + j`.
fn digits(
    f: &mut Function,
    position: ExprId,
    value: ExprId,
    i: IndexId,
    j: IndexId,
) -> Option<Solution> {
    let high = f.exprs.linear_in(position, i)?;
    let rest = high.rest.build(&mut f.exprs);
    let low = f.exprs.linear_in(rest, j)?;
    if low.coefficient.value() != Some(1) || high.coefficient != f.polynomial_of(f.index(j).dim) {
        return None;
    }
    let digits = Polynomial::of(&f.exprs, value)
        .minus(&low.rest)?
        .build(&mut f.exprs);
    let base = high.coefficient.build(&mut f.exprs);
    let mut out = Solution::default();
    let place = f.exprs.add(Expr::IntegerDiv(digits, base));
    out.conditions.extend(f.inside(place, f.index(i).dim));
    out.places.insert(i, place);
    out.places
        .insert(j, f.exprs.add(Expr::IntegerRem(digits, base)));
    Some(out)
}

/// `i = (value - rest) % len(i)`, where the position is `(i + rest) % len(i)`.
fn around_the_end(
    f: &mut Function,
    inside: ExprId,
    around: ExprId,
    value: ExprId,
    i: IndexId,
) -> Option<Solution> {
    let linear = f.exprs.linear_in(inside, i)?;
    let sign = linear.coefficient.value().filter(|c| c.abs() == 1)?;
    let Expr::IntegerMax(len, _) = *f.exprs.get(around) else {
        return None;
    };
    if Polynomial::of(&f.exprs, len) != f.polynomial_of(f.index(i).dim) {
        return None;
    }
    let difference = Polynomial::of(&f.exprs, value)
        .minus(&linear.rest)?
        .scaled(sign)?;
    let difference = difference.build(&mut f.exprs);
    let place = f.exprs.add(Expr::IntegerRem(difference, around));
    Some(Solution {
        places: BTreeMap::from([(i, place)]),
        ..Solution::default()
    })
}

impl Solution {
    /// A factor where the indices have these places: reads along them are guarded, as they lie outside where the conditions
    /// do not hold.
    pub fn place(&self, f: &mut Function, id: ExprId) -> ExprId {
        let moved = |f: &Function, e: ExprId| {
            let free = f.exprs.free_indices(e);
            self.places.keys().any(|i| free.contains(i))
        };
        let mut to = BTreeMap::new();
        for e in f.exprs.walk(id) {
            if f.exprs
                .get(e)
                .read()
                .is_some_and(|(_, _, guarded)| !guarded)
                && moved(f, e)
            {
                to.insert(e, f.exprs.guarded(e));
            }
        }
        let guarded = f.exprs.replace(id, &mut |_, e| to.get(&e).copied());
        let places = self
            .places
            .iter()
            .map(|(&i, &e)| (i, crate::ir::Subscript::At(e)))
            .collect();
        let placed = f.exprs.place(guarded, &places);
        let placed = match &self.exact {
            Some(exact) => f
                .exprs
                .replace(placed, &mut |exprs, e| exact.multiple(exprs, e)),
            None => placed,
        };
        decided(f, placed)
    }

    /// `if conditions { value } else { 0 }`
    pub fn where_it_holds(&self, f: &mut Function, value: ExprId) -> ExprId {
        let conditions: Vec<(ExprId, bool)> = self.conditions.iter().map(|&c| (c, true)).collect();
        let zero = f.exprs.real(0.0);
        match f.exprs.all(&conditions) {
            Some(condition) => f.exprs.select(condition, value, zero),
            None => value,
        }
    }
}

impl Exact {
    /// An integer expression in which the quotient is multiplied by the step, or by a multiple of it, without the quotient.
    fn multiple(&self, exprs: &mut Exprs, e: ExprId) -> Option<ExprId> {
        if !matches!(
            exprs.get(e),
            Expr::IntegerAdd(..) | Expr::IntegerMul(..) | Expr::IntegerNeg(_)
        ) {
            return None;
        }
        let linear = Polynomial::of(exprs, e).by(self.quotient);
        let times = match (linear.coefficient.value(), self.step.value()) {
            (Some(0), _) => return None,
            (Some(c), Some(step)) if c % step == 0 => c / step,
            _ if linear.coefficient == self.step => 1,
            _ => return None,
        };
        let whole = linear.rest.plus(&self.product.scaled(times)?)?;
        Some(whole.build(exprs))
    }
}

/// An expression with comparisons of integers that hold for all values of their indices decided.
fn decided(f: &mut Function, id: ExprId) -> ExprId {
    let mut to = BTreeMap::new();
    for e in f.exprs.walk(id) {
        let Expr::IntegerCompare(op, a, b) = *f.exprs.get(e) else {
            continue;
        };
        let (greater, less, strict) = match op {
            CmpOp::GreaterEqual => (a, b, 0),
            CmpOp::Greater => (a, b, 1),
            CmpOp::LessEqual => (b, a, 0),
            CmpOp::Less => (b, a, 1),
            CmpOp::Equal | CmpOp::NotEqual => continue,
        };
        let [greater, less] = [greater, less].map(|e| Polynomial::of(&f.exprs, e));
        let room = greater
            .minus(&less)
            .and_then(|d| d.minus(&Polynomial::constant(strict)));
        let Some(room) = room else { continue };
        let room = room.build(&mut f.exprs);
        if f.holds(room, &[]) {
            to.insert(e, f.exprs.add(Expr::Truth(true)));
        }
    }
    f.exprs.replace(id, &mut |_, e| to.get(&e).copied())
}
