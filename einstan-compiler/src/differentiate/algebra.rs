//! Products and sums as a person would write them: no factor 1, signs in front.

use super::Pullback;
use crate::ir::{BinaryOp, CmpOp, Expr, ExprId, UnaryOp};

impl Pullback {
    pub(super) fn real(&mut self, value: f64) -> ExprId {
        self.f.exprs.real(value)
    }

    fn is(&self, id: ExprId, value: f64) -> bool {
        matches!(self.f.exprs.get(id), Expr::Real(r) if r.value() == value)
    }

    /// `a * b`
    pub(super) fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if self.is(a, 1.0) {
            return b;
        }
        if self.is(b, 1.0) {
            return a;
        }
        if let Expr::Unary(UnaryOp::Neg, a) = *self.f.exprs.get(a) {
            let product = self.mul(a, b);
            return self.neg(product);
        }
        self.f.exprs.binary(BinaryOp::Mul, a, b)
    }

    /// `c * a`
    pub(super) fn times_real(&mut self, a: ExprId, c: f64) -> ExprId {
        let c = self.real(c);
        self.mul(c, a)
    }

    /// `a / b`
    pub(super) fn div(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if self.is(b, 1.0) {
            a
        } else {
            self.f.exprs.binary(BinaryOp::Div, a, b)
        }
    }

    /// `a + b`
    pub(super) fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.f.exprs.binary(BinaryOp::Add, a, b)
    }

    /// `a - b`
    pub(super) fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.f.exprs.binary(BinaryOp::Sub, a, b)
    }

    /// `-a`
    pub(super) fn neg(&mut self, a: ExprId) -> ExprId {
        match *self.f.exprs.get(a) {
            Expr::Unary(UnaryOp::Neg, a) => a,
            _ => self.f.exprs.unary(UnaryOp::Neg, a),
        }
    }

    /// `a ^ n`
    pub(super) fn powi(&mut self, a: ExprId, n: i32) -> ExprId {
        match n {
            0 => self.real(1.0),
            1 => a,
            _ => self.f.exprs.add(Expr::PowI(a, n)),
        }
    }

    pub(super) fn compare(&mut self, op: CmpOp, a: ExprId, b: ExprId) -> ExprId {
        self.f.exprs.add(Expr::Compare(op, a, b))
    }

    /// `if condition { then } else { otherwise }`
    pub(super) fn select(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        self.f.exprs.add(Expr::Select {
            condition,
            then,
            otherwise,
        })
    }
}
