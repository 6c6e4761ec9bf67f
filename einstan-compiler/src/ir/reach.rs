//! How far an integer expression reaches over all values of its indices, and what follows from the conditions of a branch.

use super::{CmpOp, DimId, Expr, ExprId, Function, IndexId, Polynomial};
use std::collections::BTreeSet;

/// The smallest and the largest value, both of which are attained where no index has an empty range.
#[derive(Clone, Debug)]
pub struct Reach {
    pub low: Polynomial,
    pub high: Polynomial,
}

impl Reach {
    fn constant(p: Polynomial) -> Reach {
        Reach {
            low: p.clone(),
            high: p,
        }
    }

    fn plus(&self, other: &Reach) -> Option<Reach> {
        Some(Reach {
            low: self.low.plus(&other.low)?,
            high: self.high.plus(&other.high)?,
        })
    }

    /// A multiple, by something of this sign.
    fn times(&self, by: &Polynomial, sign: i64) -> Option<Reach> {
        let (low, high) = (self.low.times(by)?, self.high.times(by)?);
        Some(match sign < 0 {
            true => Reach {
                low: high,
                high: low,
            },
            false => Reach { low, high },
        })
    }
}

impl Function {
    /// How far an expression reaches; None where that is not plain from its form.
    pub fn reach(&mut self, e: ExprId) -> Option<Reach> {
        reach(self, e, &mut BTreeSet::new())
    }

    /// The conditions under which a position lies inside of an axis, less those that are certain.
    pub fn inside(&mut self, position: ExprId, dim: DimId) -> Vec<ExprId> {
        let mut out = Vec::new();
        if self.exprs.around(position).is_some() {
            return out;
        }
        if !self.holds(position, &[]) {
            let zero = self.exprs.add(Expr::Integer(0));
            let low = Expr::IntegerCompare(CmpOp::GreaterEqual, position, zero);
            out.push(self.exprs.add(low));
        }
        let room = self.room(position, dim);
        if !self.holds(room, &[]) {
            let length = self.length_of(dim);
            let length = self.exprs.add(length);
            let high = Expr::IntegerCompare(CmpOp::Less, position, length);
            out.push(self.exprs.add(high));
        }
        out
    }

    /// `len - 1 - position`
    pub fn room(&mut self, position: ExprId, dim: DimId) -> ExprId {
        let length = self.length_of(dim);
        let exprs = &mut self.exprs;
        let last = exprs.add(length);
        let one = exprs.add(Expr::Integer(-1));
        let last = exprs.add(Expr::IntegerAdd(last, one));
        let taken = exprs.add(Expr::IntegerNeg(position));
        let room = exprs.add(Expr::IntegerAdd(last, taken));
        exprs.collected_integer(room)
    }

    /// Whether `e >= 0` where these conditions have the truth given.
    pub fn holds(&mut self, e: ExprId, conditions: &[(ExprId, bool)]) -> bool {
        let goal = Polynomial::of(&self.exprs, e);
        let facts: Vec<Polynomial> = conditions
            .iter()
            .flat_map(|&(condition, truth)| self.facts(condition, truth))
            .collect();
        self.follows(&goal, &facts)
    }

    /// Whether `goal >= 0` where none of the facts is negative, by one of them or by two.
    pub fn follows<'a, I>(&mut self, goal: &Polynomial, facts: I) -> bool
    where
        I: IntoIterator<Item = &'a Polynomial>,
        I::IntoIter: Clone,
    {
        let facts = facts.into_iter();
        let mut certain = |p: Option<Polynomial>| {
            let Some(p) = p else { return false };
            let e = p.build(&mut self.exprs);
            self.reach(e).is_some_and(|r| is_certain(self, &r.low))
        };
        if certain(Some(goal.clone())) {
            return true;
        }
        let one = |p: &Polynomial| goal.minus(p);
        facts.clone().any(|p| certain(one(p)))
            || facts.clone().any(|p| {
                let rest = one(p);
                let both = |q: &Polynomial| rest.as_ref().and_then(|r| r.minus(q));
                facts.clone().any(|q| certain(both(q)))
            })
    }

    /// What a condition says, as polynomials that are not negative.
    pub fn facts(&self, condition: ExprId, truth: bool) -> Vec<Polynomial> {
        let mut out = Vec::new();
        follow(self, condition, truth, &mut out);
        out
    }

    /// The same where the condition says nothing else: it has the truth given where none of these is negative.
    pub fn bounds(&self, condition: ExprId, truth: bool) -> Option<Vec<Polynomial>> {
        match *self.exprs.get(condition) {
            Expr::Truth(t) => (t == truth).then(Vec::new),
            Expr::Not(a) => self.bounds(a, !truth),
            Expr::And(a, b) if truth => self.both(a, b, true),
            Expr::Or(a, b) if !truth => self.both(a, b, false),
            Expr::IntegerCompare(..) => {
                let facts = self.facts(condition, truth);
                (!facts.is_empty()).then_some(facts)
            }
            _ => None,
        }
    }

    fn both(&self, a: ExprId, b: ExprId, truth: bool) -> Option<Vec<Polynomial>> {
        let mut all = self.bounds(a, truth)?;
        all.extend(self.bounds(b, truth)?);
        Some(all)
    }
}

/// Whether a length is not negative, whatever those are that it is made of.
pub fn is_certain(f: &Function, p: &Polynomial) -> bool {
    let length = |a: &ExprId| matches!(f.exprs.get(*a), Expr::Len(_));
    p.terms()
        .all(|(atoms, c)| c >= 0 && atoms.iter().all(length))
}

fn reach(f: &mut Function, e: ExprId, used: &mut BTreeSet<IndexId>) -> Option<Reach> {
    let p = Polynomial::of(&f.exprs, e);
    let terms: Vec<(Vec<ExprId>, i64)> = p.terms().map(|(a, c)| (a.to_vec(), c)).collect();
    let mut total = Reach::constant(Polynomial::default());
    for (atoms, c) in terms {
        let moves = |a: &ExprId| matches!(f.exprs.get(*a), Expr::Counter(_));
        let constant = |a: &ExprId| {
            !moves(a) && f.exprs.free_indices(*a).is_empty() && f.exprs.tensors(*a).is_empty()
        };
        let (fixed, moving): (Vec<ExprId>, Vec<ExprId>) = atoms.into_iter().partition(constant);
        let mut by = Polynomial::constant(c);
        for &a in &fixed {
            by = by.times(&Polynomial::atom(a))?;
        }
        let term = match moving[..] {
            [] => Reach::constant(by),
            [only] => {
                // The sign of the multiple is that of its number, if lengths are all else.
                let lengths = |a: &ExprId| matches!(f.exprs.get(*a), Expr::Len(_));
                if !fixed.iter().all(lengths) {
                    return None;
                }
                atom(f, only, used)?.times(&by, c)?
            }
            _ => return None,
        };
        total = total.plus(&term)?;
    }
    Some(total)
}

fn atom(f: &mut Function, a: ExprId, used: &mut BTreeSet<IndexId>) -> Option<Reach> {
    match *f.exprs.get(a) {
        Expr::IndexValue(i) | Expr::Counter(i) => {
            if !used.insert(i) {
                return None;
            }
            let length = f.polynomial_of(f.whole_of(f.index(i).dim));
            Some(Reach {
                low: Polynomial::default(),
                high: length.minus(&Polynomial::constant(1))?,
            })
        }
        Expr::IntegerDiv(x, k) => {
            let inner = reach(f, x, used)?;
            let mut quotient = |p: &Polynomial| {
                let p = p.build(&mut f.exprs);
                let value = |e: ExprId| Polynomial::of(&f.exprs, e).value();
                match (value(p), value(k)) {
                    (Some(p), Some(k)) if k > 0 => Polynomial::constant(p.div_euclid(k)),
                    _ => Polynomial::atom(f.exprs.add(Expr::IntegerDiv(p, k))),
                }
            };
            Some(Reach {
                low: quotient(&inner.low),
                high: quotient(&inner.high),
            })
        }
        // The first remainders are the numbers themselves.
        Expr::IntegerRem(x, k) => {
            let Expr::IndexValue(i) = *f.exprs.get(x) else {
                return None;
            };
            if !used.insert(i) || Polynomial::of(&f.exprs, k).sign() != Some(1) {
                return None;
            }
            let length = f
                .polynomial_of(f.whole_of(f.index(i).dim))
                .build(&mut f.exprs);
            let value = |e: ExprId| Polynomial::of(&f.exprs, e).value();
            let least = match (value(length), value(k)) {
                (Some(a), Some(b)) => Polynomial::constant(a.min(b)),
                _ if length == k => Polynomial::of(&f.exprs, k),
                _ => Polynomial::atom(f.exprs.add(Expr::IntegerMin(length, k))),
            };
            Some(Reach {
                low: Polynomial::default(),
                high: least.minus(&Polynomial::constant(1))?,
            })
        }
        _ => None,
    }
}

fn follow(f: &Function, condition: ExprId, truth: bool, out: &mut Vec<Polynomial>) {
    match *f.exprs.get(condition) {
        Expr::And(a, b) if truth => {
            follow(f, a, true, out);
            follow(f, b, true, out);
        }
        Expr::Or(a, b) if !truth => {
            follow(f, a, false, out);
            follow(f, b, false, out);
        }
        Expr::Not(a) => follow(f, a, !truth, out),
        Expr::IntegerCompare(op, a, b) => {
            let [a, b] = [a, b].map(|e| Polynomial::of(&f.exprs, e));
            let one = Polynomial::constant(1);
            let less = |x: &Polynomial, y: &Polynomial| y.minus(x)?.minus(&one);
            let at_most = |x: &Polynomial, y: &Polynomial| y.minus(x);
            match (op, truth) {
                (CmpOp::Less, true) | (CmpOp::GreaterEqual, false) => out.extend(less(&a, &b)),
                (CmpOp::LessEqual, true) | (CmpOp::Greater, false) => out.extend(at_most(&a, &b)),
                (CmpOp::Greater, true) | (CmpOp::LessEqual, false) => out.extend(less(&b, &a)),
                (CmpOp::GreaterEqual, true) | (CmpOp::Less, false) => out.extend(at_most(&b, &a)),
                (CmpOp::Equal, true) | (CmpOp::NotEqual, false) => {
                    out.extend(at_most(&a, &b));
                    out.extend(at_most(&b, &a));
                }
                (CmpOp::Equal, false) | (CmpOp::NotEqual, true) => {}
            }
        }
        _ => {}
    }
}
