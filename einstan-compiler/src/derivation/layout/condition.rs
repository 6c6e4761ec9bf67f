//! Conditions: comparisons, and what is said of several.

use super::Layout;
use crate::derivation::formula::{Formula, Relation};
use crate::ir::{CmpOp, Expr, ExprId};

impl Layout<'_> {
    pub(super) fn condition(&mut self, id: ExprId) -> Formula {
        let f = self.f;
        match f.exprs.get(id) {
            Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => {
                self.between(relation(*op), *a, *b)
            }
            Expr::And(a, b) => self.both(Relation::And, *a, *b),
            Expr::Or(a, b) => self.both(Relation::Or, *a, *b),
            Expr::Not(a) => match f.exprs.get(*a) {
                Expr::IntegerCompare(op, a, b) => self.between(opposite(relation(*op)), *a, *b),
                // Of numbers too, where no NaN is meant.
                Expr::Compare(op, a, b) if self.arranged => {
                    self.between(opposite(relation(*op)), *a, *b)
                }
                _ => Formula::Not(self.condition(*a).boxed()),
            },
            Expr::Truth(truth) => Formula::Symbol(truth.to_string()),
            _ => self.expr(id),
        }
    }

    fn both(&mut self, relation: Relation, a: ExprId, b: ExprId) -> Formula {
        Formula::Between(
            relation,
            self.condition(a).boxed(),
            self.condition(b).boxed(),
        )
    }

    /// Whether a condition compares numbers that are written, and holds.
    pub(super) fn is_certain(&self, condition: ExprId) -> bool {
        let value = |id: ExprId| match *self.f.exprs.get(id) {
            Expr::Real(r) => Some(r.value()),
            _ => None,
        };
        match *self.f.exprs.get(condition) {
            Expr::Truth(truth) => truth,
            Expr::Compare(op, a, b) => value(a)
                .zip(value(b))
                .and_then(|(a, b)| a.partial_cmp(&b))
                .is_some_and(|order| op.holds(order)),
            _ => false,
        }
    }

    /// The places and `δ[i,j]` of a condition that two indices are equal, or that an index is a position.
    pub(super) fn delta(&mut self, condition: ExprId) -> Option<([ExprId; 2], Formula)> {
        let &Expr::IntegerCompare(CmpOp::Equal, a, b) = self.f.exprs.get(condition) else {
            return None;
        };
        let is_place = |id| matches!(self.f.exprs.get(id), Expr::IndexValue(_) | Expr::Integer(_));
        if !is_place(a) || !is_place(b) {
            return None;
        }
        let delta = Formula::Delta(Box::new([self.node(a), self.node(b)]));
        Some(([a, b], delta))
    }

    /// The conditions that a condition consists of.
    pub(super) fn conjuncts(&self, condition: ExprId) -> Vec<ExprId> {
        match *self.f.exprs.get(condition) {
            Expr::And(a, b) => [self.conjuncts(a), self.conjuncts(b)].concat(),
            _ => vec![condition],
        }
    }
}

fn relation(op: CmpOp) -> Relation {
    match op {
        CmpOp::Less => Relation::Less,
        CmpOp::LessEqual => Relation::LessEqual,
        CmpOp::Greater => Relation::Greater,
        CmpOp::GreaterEqual => Relation::GreaterEqual,
        CmpOp::Equal => Relation::Equal,
        CmpOp::NotEqual => Relation::NotEqual,
    }
}

fn opposite(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::GreaterEqual,
        Relation::LessEqual => Relation::Greater,
        Relation::Greater => Relation::LessEqual,
        Relation::GreaterEqual => Relation::Less,
        Relation::Equal => Relation::NotEqual,
        Relation::NotEqual => Relation::Equal,
        other => other,
    }
}
