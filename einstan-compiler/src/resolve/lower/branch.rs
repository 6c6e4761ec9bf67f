//! Selections and conditions: what stands in a branch is read only where the branch is taken.

use super::{Lowering, Value};
use crate::ast::{Cond, CondKind, Expr};
use crate::check::Taken;
use crate::ir::{Expr as Ir, ExprId};

impl Lowering<'_, '_, '_> {
    pub(super) fn selection(
        &mut self,
        condition: &Cond,
        then: &Expr,
        otherwise: &Expr,
    ) -> Option<Value> {
        let c = self.condition(condition)?;
        let then_value = self.in_branch(c, true, |s| s.taken(then));
        let otherwise_value = self.in_branch(c, false, |s| s.taken(otherwise));
        let (a, b) = (then_value?, otherwise_value?);
        if let (Value::Integer(a), Value::Integer(b)) = (a, b) {
            return Some(Value::Integer(self.add(Ir::Select {
                condition: c,
                then: a,
                otherwise: b,
            })));
        }
        let number = |s: &mut Self, v| match v {
            Value::Number(v) => v,
            Value::Integer(v) => s.as_number(v),
        };
        let (a, b) = (number(self, a), number(self, b));
        Some(Value::Number(self.add(Ir::Select {
            condition: c,
            then: a,
            otherwise: b,
        })))
    }

    /// A branch of an `if`, noted with the way to it.
    fn taken(&mut self, e: &Expr) -> Option<Value> {
        if let (Some(way), None) = (&self.branch, &self.within) {
            let (way, span) = (way.clone(), e.span);
            self.scope.written.branches.push(Taken { way, span });
        }
        self.value(e)
    }

    /// Runs `f` as a branch that `condition` reaches where it is `truth`.
    fn in_branch<R>(
        &mut self,
        condition: ExprId,
        truth: bool,
        f: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let outer = self.branch.clone();
        self.branch.get_or_insert_default().push((condition, truth));
        let out = f(self);
        self.branch = outer;
        out
    }

    /// A comparison of integer expressions is exact; any other one compares numbers.
    pub(crate) fn condition(&mut self, c: &Cond) -> Option<ExprId> {
        let e = match &c.kind {
            CondKind::Compare { op, left, right }
                if self.is_integer(left) && self.is_integer(right) =>
            {
                let (a, b) = (self.integer(left), self.integer(right));
                Ir::IntegerCompare(*op, a?, b?)
            }
            CondKind::Compare { op, left, right } => {
                let (a, b) = (self.number(left), self.number(right));
                Ir::Compare(*op, a?, b?)
            }
            // The right side is a branch.
            CondKind::And(a, b) => {
                let a = self.condition(a)?;
                let b = self.in_branch(a, true, |s| s.condition(b))?;
                Ir::And(a, b)
            }
            CondKind::Or(a, b) => {
                let a = self.condition(a)?;
                let b = self.in_branch(a, false, |s| s.condition(b))?;
                Ir::Or(a, b)
            }
            CondKind::Not(a) => Ir::Not(self.condition(a)?),
            CondKind::Error => {
                self.scope.failed = true;
                return None;
            }
        };
        Some(self.scope.f.exprs.add(e))
    }
}
