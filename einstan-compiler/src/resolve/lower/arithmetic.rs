//! Sums, products and powers: where the implicit sums go.

use super::{Lowering, Value};
use crate::ast::{Expr, ExprKind, Number};
use crate::ir::{BinaryOp, Expr as Ir, ExprId, IndexId, ReduceOp, UnaryOp};
use crate::resolve::mention::mentions;
use crate::rule::Rule;
use std::collections::BTreeMap;

impl Lowering<'_, '_, '_> {
    pub(super) fn sum(&mut self, e: &Expr, parts: &[(bool, Expr)]) -> Option<Value> {
        let exact = self.is_integer(e);
        let values: Vec<Option<Value>> = parts.iter().map(|(_, e)| self.value(e)).collect();
        let mut total: Option<ExprId> = None;
        for ((plus, _), value) in parts
            .iter()
            .zip(values.into_iter().collect::<Option<Vec<Value>>>()?)
        {
            total = Some(match (exact, value) {
                (true, Value::Integer(v)) => {
                    let v = if *plus {
                        v
                    } else {
                        self.add(Ir::IntegerNeg(v))
                    };
                    total.map_or(v, |t| self.add(Ir::IntegerAdd(t, v)))
                }
                (_, value) => {
                    let v = match value {
                        Value::Number(v) => v,
                        Value::Integer(v) => self.as_number(v),
                    };
                    match (total, plus) {
                        (Some(t), true) => self.scope.f.exprs.binary(BinaryOp::Add, t, v),
                        (Some(t), false) => self.scope.f.exprs.binary(BinaryOp::Sub, t, v),
                        (None, true) => v,
                        (None, false) => self.scope.f.exprs.unary(UnaryOp::Neg, v),
                    }
                }
            });
        }
        let total = total?;
        Some(if exact {
            Value::Integer(total)
        } else {
            Value::Number(total)
        })
    }

    /// A product, and the sum over the indices that two or more of its factors mention and nothing else names.
    pub(super) fn product(&mut self, e: &Expr, parts: &[(bool, Expr)]) -> Option<Value> {
        let mut mentioned: BTreeMap<String, usize> = BTreeMap::new();
        for (_, factor) in parts {
            for name in mentions(factor)
                .into_iter()
                .filter(|n| self.indices.contains(n))
            {
                *mentioned.entry(name).or_insert(0) += 1;
            }
        }
        let here: Vec<String> = mentioned
            .into_iter()
            .filter(|(name, times)| {
                *times > 1 && self.within.is_none() && !self.env.contains_key(name)
            })
            .map(|(name, _)| name)
            .collect();
        for name in &here {
            self.ranged(name, e.span, ReduceOp::Sum.word())?;
        }
        let outer = self.env.clone();
        let bound: Vec<IndexId> = here.iter().map(|name| self.bind(name)).collect();
        self.summed.extend(here);
        let exact = bound.is_empty() && self.is_integer(e);
        let values: Vec<Option<Value>> = parts.iter().map(|(_, e)| self.value(e)).collect();
        self.env = outer;
        let mut total: Option<ExprId> = None;
        for ((divides, _), value) in parts
            .iter()
            .zip(values.into_iter().collect::<Option<Vec<Value>>>()?)
        {
            total = Some(match (exact, value) {
                (true, Value::Integer(v)) => total.map_or(v, |t| self.add(Ir::IntegerMul(t, v))),
                (_, value) => {
                    let v = match value {
                        Value::Number(v) => v,
                        Value::Integer(v) => self.as_number(v),
                    };
                    match (total, divides) {
                        (Some(t), false) => self.scope.f.exprs.binary(BinaryOp::Mul, t, v),
                        (Some(t), true) => self.scope.f.exprs.binary(BinaryOp::Div, t, v),
                        (None, false) => v,
                        (None, true) => self.scope.f.exprs.unary(UnaryOp::Recip, v),
                    }
                }
            });
        }
        let total = total?;
        if exact {
            return Some(Value::Integer(total));
        }
        if bound.is_empty() {
            return Some(Value::Number(total));
        }
        Some(Value::Number(self.add(Ir::Reduce {
            op: ReduceOp::Sum,
            indices: bound,
            body: total,
        })))
    }

    pub(super) fn remainder(&mut self, e: &Expr, a: &Expr, b: &Expr) -> Option<Value> {
        if !self.is_integer(a) || !self.is_integer(b) {
            let number = if self.is_integer(a) { b } else { a };
            let text = format!(
                "`{}` is a number: `%` is for integer expressions: indices, lengths, integer tensors, whole numbers",
                crate::ast::print::expr(number)
            );
            self.error(Rule::IntegerKind, e.span, text);
            return None;
        }
        let (a, b) = (self.integer(a)?, self.integer(b)?);
        if *self.scope.f.exprs.get(b) == Ir::Integer(0) {
            let text = format!("`{}` is a remainder by zero", crate::ast::print::expr(e));
            self.error(Rule::IntegerKind, e.span, text);
            return None;
        }
        Some(Value::Integer(self.add(Ir::IntegerRem(a, b))))
    }

    /// A whole exponent is repeated multiplication.
    pub(super) fn power(&mut self, a: &Expr, b: &Expr) -> Option<Value> {
        let base = self.number(a)?;
        if let Some(n) = whole(b) {
            return Some(Value::Number(self.add(Ir::PowI(base, n))));
        }
        let exponent = self.number(b)?;
        Some(Value::Number(self.scope.f.exprs.binary(
            BinaryOp::Pow,
            base,
            exponent,
        )))
    }
}

/// A whole exponent, with its sign.
fn whole(e: &Expr) -> Option<i32> {
    match &e.kind {
        ExprKind::Number(Number::Whole(n)) => i32::try_from(*n).ok(),
        ExprKind::Neg(a) => whole(a).map(|n| -n),
        ExprKind::Group(a) => whole(a),
        _ => None,
    }
}
