//! The derivatives of elementwise functions.

use super::linear::{Guards, Linear};
use crate::ir::{BinaryOp, CmpOp, ExprId, UnaryOp};
use std::f64::consts::{LN_2, LN_10, PI};

impl Linear {
    /// The cotangent of `a` from that of `y = op(a)`; None where the derivative is 0 everywhere.
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        a: ExprId,
        y: ExprId,
        seed: ExprId,
    ) -> Option<ExprId> {
        let derivative = match op {
            // d(-a) = -da
            UnaryOp::Neg => return Some(self.f.exprs.neg(seed)),
            // d(e^a) = y da
            UnaryOp::Exp => y,
            // d(ln a) = da / a
            UnaryOp::Ln => return Some(self.f.exprs.quotient(seed, a)),
            // d(log2 a) = da / (a ln 2)
            UnaryOp::Log2 => return Some(self.logarithm(a, LN_2, seed)),
            // d(log10 a) = da / (a ln 10)
            UnaryOp::Log10 => return Some(self.logarithm(a, LN_10, seed)),
            // d(ln(1 + a)) = da / (1 + a)
            UnaryOp::Log1p => {
                let one = self.f.exprs.real(1.0);
                let sum = self.f.exprs.sum(one, a);
                return Some(self.f.exprs.quotient(seed, sum));
            }
            // d(e^a - 1) = e^a da
            UnaryOp::Expm1 => self.f.exprs.unary(UnaryOp::Exp, a),
            // d(√a) = da / (2 y)
            UnaryOp::Sqrt => {
                let twice = self.f.exprs.times(2.0, y);
                return Some(self.f.exprs.quotient(seed, twice));
            }
            // d(1/a) = -y² da
            UnaryOp::Recip => {
                let square = self.f.exprs.powi(y, 2);
                self.f.exprs.neg(square)
            }
            // d|a| = sign(a) da, 0 at 0
            UnaryOp::Abs => self.f.exprs.unary(UnaryOp::Sign, a),
            // Constant between their steps.
            UnaryOp::Sign | UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Round => return None,
            // d(sin a) = cos(a) da
            UnaryOp::Sin => self.f.exprs.unary(UnaryOp::Cos, a),
            // d(cos a) = -sin(a) da
            UnaryOp::Cos => {
                let sin = self.f.exprs.unary(UnaryOp::Sin, a);
                self.f.exprs.neg(sin)
            }
            // d(tan a) = (1 + y²) da
            UnaryOp::Tan => {
                let (one, square) = (self.f.exprs.real(1.0), self.f.exprs.powi(y, 2));
                self.f.exprs.sum(one, square)
            }
            // d(asin a) = da / √(1 - a²)
            UnaryOp::Asin => {
                let root = self.unit_root(a);
                return Some(self.f.exprs.quotient(seed, root));
            }
            // d(acos a) = -da / √(1 - a²)
            UnaryOp::Acos => {
                let root = self.unit_root(a);
                let quotient = self.f.exprs.quotient(seed, root);
                return Some(self.f.exprs.neg(quotient));
            }
            // d(atan a) = da / (1 + a²)
            UnaryOp::Atan => {
                let (one, square) = (self.f.exprs.real(1.0), self.f.exprs.powi(a, 2));
                let sum = self.f.exprs.sum(one, square);
                return Some(self.f.exprs.quotient(seed, sum));
            }
            // d(sinh a) = cosh(a) da
            UnaryOp::Sinh => self.f.exprs.unary(UnaryOp::Cosh, a),
            // d(cosh a) = sinh(a) da
            UnaryOp::Cosh => self.f.exprs.unary(UnaryOp::Sinh, a),
            // d(tanh a) = (1 - y²) da
            UnaryOp::Tanh => {
                let (one, square) = (self.f.exprs.real(1.0), self.f.exprs.powi(y, 2));
                self.f.exprs.difference(one, square)
            }
            // d(erf a) = 2/√π e^(-a²) da
            UnaryOp::Erf => {
                let bell = self.bell(a, 1.0);
                self.f.exprs.times(2.0 / PI.sqrt(), bell)
            }
            // dσ(a) = y (1 - y) da
            UnaryOp::Sigmoid => {
                let one = self.f.exprs.real(1.0);
                let rest = self.f.exprs.difference(one, y);
                self.f.exprs.product(y, rest)
            }
            // d relu(a) = da where a > 0, 0 at 0
            UnaryOp::Relu => {
                let zero = self.f.exprs.real(0.0);
                let positive = self.f.exprs.compare(CmpOp::Greater, a, zero);
                return Some(self.f.exprs.select(positive, seed, zero));
            }
            // d ln(1 + e^a) = σ(a) da
            UnaryOp::Softplus => self.f.exprs.unary(UnaryOp::Sigmoid, a),
            // d(a σ(a)) = σ(a) (1 + a (1 - σ(a))) da
            UnaryOp::Silu => {
                let (one, sigma) = (
                    self.f.exprs.real(1.0),
                    self.f.exprs.unary(UnaryOp::Sigmoid, a),
                );
                let rest = self.f.exprs.difference(one, sigma);
                let product = self.f.exprs.product(a, rest);
                let sum = self.f.exprs.sum(one, product);
                self.f.exprs.product(sigma, sum)
            }
            // d(a Φ(a)) = (Φ(a) + a φ(a)) da, with Φ(a) = (1 + erf(a/√2))/2 and φ(a) = e^(-a²/2)/√(2π)
            UnaryOp::Gelu => {
                let scaled = self.f.exprs.times(0.5f64.sqrt(), a);
                let (one, erf) = (
                    self.f.exprs.real(1.0),
                    self.f.exprs.unary(UnaryOp::Erf, scaled),
                );
                let sum = self.f.exprs.sum(one, erf);
                let phi = self.f.exprs.times(0.5, sum);
                let bell = self.bell(a, 0.5);
                let density = self.f.exprs.times(1.0 / (2.0 * PI).sqrt(), bell);
                let product = self.f.exprs.product(a, density);
                self.f.exprs.sum(phi, product)
            }
        };
        Some(self.f.exprs.product(seed, derivative))
    }

    /// `seed / (a c)`
    fn logarithm(&mut self, a: ExprId, c: f64, seed: ExprId) -> ExprId {
        let scaled = self.f.exprs.times(c, a);
        self.f.exprs.quotient(seed, scaled)
    }

    /// `√(1 - a²)`
    fn unit_root(&mut self, a: ExprId) -> ExprId {
        let (one, square) = (self.f.exprs.real(1.0), self.f.exprs.powi(a, 2));
        let rest = self.f.exprs.difference(one, square);
        self.f.exprs.unary(UnaryOp::Sqrt, rest)
    }

    /// `e^(-c a²)`
    fn bell(&mut self, a: ExprId, c: f64) -> ExprId {
        let square = self.f.exprs.powi(a, 2);
        let scaled = self.f.exprs.times(c, square);
        let exponent = self.f.exprs.neg(scaled);
        self.f.exprs.unary(UnaryOp::Exp, exponent)
    }

    /// Pushes the cotangent of `y = a op b` to both.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        (a, b): (ExprId, ExprId),
        y: ExprId,
        seed: ExprId,
        guards: Guards,
    ) {
        match op {
            BinaryOp::Add => {
                self.push(a, seed, &guards);
                self.push(b, seed, &guards);
            }
            BinaryOp::Sub => {
                self.push(a, seed, &guards);
                let minus = self.f.exprs.neg(seed);
                self.push(b, minus, &guards);
            }
            // d(ab) = b da + a db
            BinaryOp::Mul => {
                let (by_a, by_b) = (self.f.exprs.product(seed, b), self.f.exprs.product(seed, a));
                self.push(a, by_a, &guards);
                self.push(b, by_b, &guards);
            }
            // d(a/b) = da/b - (y/b) db
            BinaryOp::Div => {
                let by_a = self.f.exprs.quotient(seed, b);
                self.push(a, by_a, &guards);
                if self.matters(b) {
                    let ratio = self.f.exprs.quotient(y, b);
                    let product = self.f.exprs.product(seed, ratio);
                    let by_b = self.f.exprs.neg(product);
                    self.push(b, by_b, &guards);
                }
            }
            BinaryOp::Pow => self.power(a, b, y, seed, guards),
            BinaryOp::Max => self.extremum(CmpOp::Greater, a, b, seed, guards),
            BinaryOp::Min => self.extremum(CmpOp::Less, a, b, seed, guards),
            // d atan2(a, b) = (b da - a db) / (a² + b²)
            BinaryOp::Atan2 => {
                let (aa, bb) = (self.f.exprs.powi(a, 2), self.f.exprs.powi(b, 2));
                let square = self.f.exprs.sum(aa, bb);
                let scaled = self.f.exprs.quotient(seed, square);
                let (by_a, by_b) = (
                    self.f.exprs.product(scaled, b),
                    self.f.exprs.product(scaled, a),
                );
                let by_b = self.f.exprs.neg(by_b);
                self.push(a, by_a, &guards);
                self.push(b, by_b, &guards);
            }
        }
    }

    /// d(a^b) = b a^(b-1) da + y ln(a) db; by a it is 0 where b is 0, by b it is 0 where a is 0 and b is not.
    fn power(&mut self, a: ExprId, b: ExprId, y: ExprId, seed: ExprId, mut guards: Guards) {
        let (zero, one) = (self.f.exprs.real(0.0), self.f.exprs.real(1.0));
        if self.matters(a) {
            let less = self.f.exprs.difference(b, one);
            let power = self.f.exprs.binary(BinaryOp::Pow, a, less);
            let factor = self.f.exprs.product(b, power);
            let value = self.f.exprs.product(seed, factor);
            let none = self.f.exprs.compare(CmpOp::Equal, b, zero);
            guards.push((none, false));
            self.push(a, value, &guards);
            guards.pop();
        }
        if self.matters(b) {
            let positive = self.f.exprs.compare(CmpOp::Greater, a, zero);
            let ln = self.f.exprs.unary(UnaryOp::Ln, a);
            let factor = self.f.exprs.product(y, ln);
            let value = self.f.exprs.product(seed, factor);
            guards.push((positive, true));
            self.push(b, value, &guards);
            guards.pop();
        }
    }

    /// max (`better` is >) or min: the cotangent goes to the better one, half to each where they are equal.
    fn extremum(&mut self, better: CmpOp, a: ExprId, b: ExprId, seed: ExprId, mut guards: Guards) {
        let tie = self.f.exprs.compare(CmpOp::Equal, a, b);
        let half = self.f.exprs.times(0.5, seed);
        let shared = self.f.exprs.select(tie, half, seed);
        for (this, other) in [(a, b), (b, a)] {
            if self.matters(this) {
                let worse = self.f.exprs.compare(better, other, this);
                guards.push((worse, false));
                self.push(this, shared, &guards);
                guards.pop();
            }
        }
    }
}
