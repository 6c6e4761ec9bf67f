//! Conditions.

use super::lower::Lowering;
use crate::ast::{Cond, CondKind};
use crate::ir::{Expr as Ir, ExprId};

impl Lowering<'_, '_, '_> {
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
            CondKind::Error => return None,
        };
        Some(self.scope.f.exprs.add(e))
    }
}
