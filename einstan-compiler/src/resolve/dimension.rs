//! Dimensions that are expressions of others: `Z[n + m]`, `i: 2*n`, `(n - r)/s + 1`.

use super::Scope;
use crate::ast::{self, Expr, ExprKind, Number};
use crate::ir::{Check, CmpOp, DimId, Expr as Ir, ExprId, Fault, Length, Polynomial, is_certain};
use crate::rule::Rule;

impl Scope<'_> {
    /// The dimension that an expression of named ones and whole numbers gives.
    pub(crate) fn dimension_of(&mut self, e: &Expr) -> Option<DimId> {
        match &e.kind {
            ExprKind::Name(n) => return self.dimension(n),
            ExprKind::Number(Number::Whole(n)) => return Some(self.f.fixed(*n)),
            _ => {}
        }
        let length = self.length(e)?;
        if let Some(n) = Polynomial::of(&self.f.exprs, length)
            .value()
            .filter(|n| *n < 0)
        {
            let text = format!("the length `{}` is {n}", ast::print::expr(e));
            self.diagnostics.error(Rule::Dimension, e.span, text);
            return None;
        }
        let dim = self.f.computed(length);
        self.not_negative(dim);
        Some(dim)
    }

    /// A length as an integer expression. A quotient rounds down.
    fn length(&mut self, e: &Expr) -> Option<ExprId> {
        match &e.kind {
            ExprKind::Name(n) => {
                let dim = self.dimension(n)?;
                let length = self.f.length_of(dim);
                Some(self.f.exprs.add(length))
            }
            ExprKind::Number(Number::Whole(n)) => {
                let n = i64::try_from(*n).unwrap_or(i64::MAX);
                Some(self.f.exprs.add(Ir::Integer(n)))
            }
            ExprKind::Group(a) => self.length(a),
            ExprKind::Neg(a) => {
                let a = self.length(a)?;
                Some(self.f.exprs.add(Ir::IntegerNeg(a)))
            }
            ExprKind::Sum(parts) => {
                let mut total = None;
                for (plus, part) in parts {
                    let mut part = self.length(part)?;
                    if !plus {
                        part = self.f.exprs.add(Ir::IntegerNeg(part));
                    }
                    total = Some(match total {
                        Some(total) => self.f.exprs.add(Ir::IntegerAdd(total, part)),
                        None => part,
                    });
                }
                total
            }
            ExprKind::Product(parts) => {
                let mut total: Option<ExprId> = None;
                for (divides, factor) in parts {
                    let value = self.length(factor)?;
                    total = Some(match total {
                        Some(total) if *divides => self.quotient(total, value, factor)?,
                        Some(total) => self.f.exprs.add(Ir::IntegerMul(total, value)),
                        None => value,
                    });
                }
                total
            }
            ExprKind::Error => {
                self.failed = true;
                None
            }
            _ => {
                let text = format!(
                    "`{}` is no length: a dimension is made of named ones and whole numbers with `+ - * /`",
                    ast::print::expr(e)
                );
                self.diagnostics.error(Rule::Dimension, e.span, text);
                None
            }
        }
    }

    /// A quotient rounded down; the divisor is positive, which is checked when the function is entered if it is no number.
    pub(crate) fn quotient(&mut self, a: ExprId, b: ExprId, divisor: &Expr) -> Option<ExprId> {
        let [a, b] = [a, b].map(|e| self.f.exprs.collected_integer(e));
        let known = |e| Polynomial::of(&self.f.exprs, e).value();
        match (known(a), known(b)) {
            (_, Some(b)) if b <= 0 => {
                let text = "a divisor in a length or a subscript is a positive number or length";
                self.diagnostics.error(Rule::Dimension, divisor.span, text);
                return None;
            }
            (Some(a), Some(b)) => return Some(self.f.exprs.add(Ir::Integer(a.div_euclid(b)))),
            (_, Some(1)) => return Some(a),
            (_, Some(_)) => {}
            (_, None) => self.positive(b, &ast::print::expr(divisor)),
        }
        Some(self.f.exprs.add(Ir::IntegerDiv(a, b)))
    }

    /// A length that is greater than 0 when the function is entered.
    pub(crate) fn positive(&mut self, value: ExprId, shown: &str) {
        let zero = self.f.exprs.add(Ir::Integer(0));
        let fails = self
            .f
            .exprs
            .add(Ir::IntegerCompare(CmpOp::LessEqual, value, zero));
        let fault = Fault::NotPositive {
            shown: shown.to_string(),
            value,
        };
        self.check_at_entry(fails, fault);
    }

    /// A computed length that is not negative when the function is entered.
    fn not_negative(&mut self, dim: DimId) {
        if let Some(fails) = self.is_negative(dim) {
            let Length::Computed(value) = self.f.dim(dim).length else {
                return;
            };
            self.check_at_entry(fails, Fault::Negative { dim, value });
        }
    }

    /// Whether a length is negative, where it could be.
    pub(crate) fn is_negative(&mut self, dim: DimId) -> Option<ExprId> {
        let Length::Computed(value) = self.f.dim(dim).length else {
            return None;
        };
        if is_certain(&self.f, &Polynomial::of(&self.f.exprs, value)) {
            return None;
        }
        let zero = self.f.exprs.add(Ir::Integer(0));
        Some(
            self.f
                .exprs
                .add(Ir::IntegerCompare(CmpOp::Less, value, zero)),
        )
    }

    pub(crate) fn check_at_entry(&mut self, fails: ExprId, fault: Fault) {
        let check = Check {
            fails: vec![(fails, true)],
            fault,
        };
        if !self.f.checks.contains(&check) {
            self.f.checks.push(check);
        }
    }
}
