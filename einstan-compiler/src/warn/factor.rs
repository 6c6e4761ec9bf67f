//! `(x > 0) * ln(x)`: 0 times what is infinite is NaN. An `if` does not compute what it does not take.
//!
//! Conditions on indices alone are none of these: what they make 0 is left out.

use super::Warned;
use crate::ir::{self, CmpOp, Expr, ExprId, Function};
use crate::op::{BinaryOp, UnaryOp};
use crate::resolve::Resolved;
use crate::rule::Warning;
use std::collections::BTreeSet;

pub(super) fn conditions(resolved: &Resolved, out: &mut Vec<Warned>) {
    let f = &resolved.function;
    let mut told: BTreeSet<ExprId> = BTreeSet::new();
    for (&id, &span) in &resolved.written.places {
        let product = match f.exprs.get(id) {
            Expr::Reduce { body, .. } => *body,
            _ => id,
        };
        let mut factors = Vec::new();
        collect(f, product, false, &mut factors);
        for &(_, factor) in &factors {
            let Expr::Indicator(condition) = *f.exprs.get(factor) else {
                continue;
            };
            let unbounded = |&&(divides, e): &&(bool, ExprId)| {
                let limits = limits(f, condition);
                limits.iter().any(|limit| limit.allows(f, divides, e))
            };
            let Some(&(divides, other)) = factors.iter().find(unbounded) else {
                continue;
            };
            if !told.insert(factor) {
                continue;
            }
            let shown = |e| ir::print::expr(f, e);
            let (condition, other) = (shown(condition), shown(other));
            let other = if divides {
                format!("1 / {other}")
            } else {
                other
            };
            out.push(Warned {
                warning: Warning::ConditionAsFactor,
                span: resolved.written.places.get(&factor).copied().unwrap_or(span),
                message: format!(
                    "where `{condition}` does not hold, `{other}` may be infinite or NaN, and 0 times that is NaN\n\
                     help: write `if {condition} {{ .. }} else {{ 0 }}`"
                ),
            });
        }
    }
}

/// The factors of a product, each with whether it divides.
fn collect(f: &Function, id: ExprId, divides: bool, out: &mut Vec<(bool, ExprId)>) {
    match *f.exprs.get(id) {
        Expr::Binary(BinaryOp::Mul, a, b) => {
            collect(f, a, divides, out);
            collect(f, b, divides, out);
        }
        Expr::Binary(BinaryOp::Div, a, b) => {
            collect(f, a, divides, out);
            collect(f, b, !divides, out);
        }
        Expr::Unary(UnaryOp::Neg, a) => collect(f, a, divides, out),
        Expr::Unary(UnaryOp::Recip, a) => collect(f, a, !divides, out),
        _ => out.push((divides, id)),
    }
}

/// A comparison of a value with a number, without which a condition does not hold.
struct Limit {
    value: ExprId,
    op: CmpOp,
    number: f64,
}

/// The limits that a condition sets.
fn limits(f: &Function, condition: ExprId) -> Vec<Limit> {
    match *f.exprs.get(condition) {
        Expr::And(a, b) => [limits(f, a), limits(f, b)].into_iter().flatten().collect(),
        Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => {
            let limit = |value: ExprId, op, number| {
                let number = constant(f, number)?;
                let reads = !f.exprs.tensors(value).is_empty();
                reads.then_some(Limit { value, op, number })
            };
            let both = [limit(a, op, b), limit(b, op.mirrored(), a)];
            both.into_iter().flatten().collect()
        }
        _ => vec![],
    }
}

fn constant(f: &Function, id: ExprId) -> Option<f64> {
    match *f.exprs.get(id) {
        Expr::Real(r) => Some(r.value()),
        Expr::Integer(n) => Some(n as f64),
        Expr::Number(a) => constant(f, a),
        Expr::Unary(UnaryOp::Neg, a) | Expr::IntegerNeg(a) => Some(-constant(f, a)?),
        _ => None,
    }
}

impl Limit {
    /// Whether a factor is infinite or NaN for some value that the limit leaves out.
    fn allows(&self, f: &Function, divides: bool, factor: ExprId) -> bool {
        if divides && self.is(f, factor) {
            return self.leaves_out_zero();
        }
        match *f.exprs.get(factor) {
            Expr::Unary(op, a) if self.is(f, a) => match op {
                UnaryOp::Ln | UnaryOp::Log2 | UnaryOp::Log10 => {
                    self.leaves_out_low(f) || self.leaves_out_zero()
                }
                UnaryOp::Sqrt => self.leaves_out_low(f),
                UnaryOp::Exp | UnaryOp::Expm1 => self.leaves_out_high() && !divides,
                UnaryOp::Recip => self.leaves_out_zero(),
                _ => false,
            },
            Expr::Unary(UnaryOp::Neg, a) => self.allows(f, false, a),
            Expr::PowI(a, n) if n < 0 && self.is(f, a) => self.leaves_out_zero(),
            Expr::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) if !divides => {
                self.allows(f, false, a) || self.allows(f, false, b)
            }
            Expr::Binary(BinaryOp::Mul | BinaryOp::Div, ..) if !divides => {
                let mut factors = Vec::new();
                collect(f, factor, false, &mut factors);
                factors
                    .iter()
                    .any(|&(divides, e)| self.allows(f, divides, e))
            }
            _ => false,
        }
    }

    /// Whether an expression is the value that is compared.
    fn is(&self, f: &Function, e: ExprId) -> bool {
        e == self.value || *f.exprs.get(e) == Expr::Number(self.value)
    }

    /// Whether negative numbers are left out, of which integers may have none.
    fn leaves_out_low(&self, f: &Function) -> bool {
        let integer = matches!(f.exprs.get(self.value), Expr::IntegerAccess { .. });
        matches!(self.op, CmpOp::Greater | CmpOp::GreaterEqual) && !integer
    }

    /// Whether values above all numbers are left out.
    fn leaves_out_high(&self) -> bool {
        matches!(self.op, CmpOp::Less | CmpOp::LessEqual)
    }

    fn leaves_out_zero(&self) -> bool {
        let zero = 0.0f64.partial_cmp(&self.number);
        zero.is_some_and(|order| !self.op.holds(order))
    }
}
