//! The derivatives of elementwise functions.

use super::linear::Linear;
use crate::ir::{BinaryOp, CmpOp, ExprId, UnaryOp};
use std::f64::consts::{LN_2, LN_10, PI};

impl Linear {
    /// `seed` times the derivative of `y = op(a)`: the cotangent of `a` from that of y, or the tangent of y from that of
    /// `a`. None where the derivative is 0 everywhere.
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

    /// `y = a op b`
    pub(super) fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId, y: ExprId) -> Local {
        let exprs = &mut self.f.exprs;
        let one = exprs.real(1.0);
        match op {
            // d(a + b) = da + db
            BinaryOp::Add => Local::of(vec![Share::all(a, one), Share::all(b, one)]),
            // d(a - b) = da - db
            BinaryOp::Sub => {
                let minus = exprs.real(-1.0);
                Local::of(vec![Share::all(a, one), Share::all(b, minus)])
            }
            // d(ab) = b da + a db
            BinaryOp::Mul => Local::of(vec![Share::all(a, b), Share::all(b, a)]),
            // d(a/b) = (da - y db) / b
            BinaryOp::Div => {
                let minus = exprs.neg(y);
                Local {
                    divisor: Some(b),
                    shares: vec![Share::all(a, one), Share::all(b, minus)],
                }
            }
            BinaryOp::Pow => self.power(a, b, y),
            BinaryOp::Max => self.extremum(CmpOp::Greater, a, b),
            BinaryOp::Min => self.extremum(CmpOp::Less, a, b),
            // d atan2(a, b) = (b da - a db) / (a² + b²)
            BinaryOp::Atan2 => {
                let (aa, bb) = (exprs.powi(a, 2), exprs.powi(b, 2));
                let (square, minus) = (exprs.sum(aa, bb), exprs.neg(a));
                Local {
                    divisor: Some(square),
                    shares: vec![Share::all(a, b), Share::all(b, minus)],
                }
            }
        }
    }

    /// d(a^b) = b a^(b-1) da + y ln(a) db; by a it is 0 where b is 0, by b it is 0 where a is 0.
    fn power(&mut self, a: ExprId, b: ExprId, y: ExprId) -> Local {
        let exprs = &mut self.f.exprs;
        let (zero, one) = (exprs.real(0.0), exprs.real(1.0));
        let less = exprs.difference(b, one);
        let power = exprs.binary(BinaryOp::Pow, a, less);
        let by_a = exprs.product(b, power);
        let none = exprs.compare(CmpOp::Equal, b, zero);
        let nothing = exprs.compare(CmpOp::Equal, a, zero);
        let ln = exprs.unary(UnaryOp::Ln, a);
        let by_b = exprs.product(y, ln);
        let share = |of, factor, guard| Share {
            of,
            factor,
            guard: Some(guard),
        };
        Local::of(vec![
            share(a, by_a, (none, false)),
            share(b, by_b, (nothing, false)),
        ])
    }

    /// max (`better` is >) or min: all of it to the better one, half to each where they are equal.
    fn extremum(&mut self, better: CmpOp, a: ExprId, b: ExprId) -> Local {
        let exprs = &mut self.f.exprs;
        let tie = exprs.compare(CmpOp::Equal, a, b);
        let (half, one) = (exprs.real(0.5), exprs.real(1.0));
        let factor = exprs.select(tie, half, one);
        let mut share = |this, other| Share {
            of: this,
            factor,
            guard: Some((exprs.compare(better, other, this), false)),
        };
        Local::of(vec![share(a, b), share(b, a)])
    }
}

/// The differential of an operation: `dy = (Σ factor d(of)) / divisor`.
pub(super) struct Local {
    /// None is 1.
    pub divisor: Option<ExprId>,
    pub shares: Vec<Share>,
}

/// What one argument contributes; nothing, not even a NaN, where its guard does not have the truth given.
pub(super) struct Share {
    pub of: ExprId,
    pub factor: ExprId,
    pub guard: Option<(ExprId, bool)>,
}

impl Local {
    fn of(shares: Vec<Share>) -> Local {
        Local {
            divisor: None,
            shares,
        }
    }
}

impl Share {
    fn all(of: ExprId, factor: ExprId) -> Share {
        Share {
            of,
            factor,
            guard: None,
        }
    }
}
