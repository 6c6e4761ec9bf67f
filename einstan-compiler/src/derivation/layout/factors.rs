//! Products and sums as a person arranges them.
//!
//! ```text
//! -(a / b) * c * if i == j { d } else { 0 }      − a c d δ[i,j] / b
//! a * x + -(b * x)                               x (a − b)
//! ```

use super::{Layout, constant, over, product, sum};
use crate::derivation::formula::{Fence, Formula, Operator, Relation};
use crate::derivation::script::{Text, write};
use crate::ir::{BinaryOp, DimId, Expr, ExprId, ReduceOp, UnaryOp};

/// Where a factor stands in a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Number,
    Scalar,
    Value,
    Condition,
    Delta,
    /// What holds a cotangent or a tangent.
    Derivative,
    /// `∂Y[i,j]/∂W[k,l]`
    Partial,
    /// A Σ: its body ends with the product.
    Sum,
}

/// What a factor is, to find it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Value(ExprId),
    Condition(ExprId),
    /// Of two places, in either order.
    Delta(ExprId, ExprId),
    Length(DimId),
    Unique,
}

#[derive(Clone, Debug)]
struct Factor {
    key: Key,
    exponent: i32,
    rank: Rank,
    /// Whether it holds a cotangent or a tangent.
    derivative: bool,
    formula: Formula,
}

/// A product: sign, number, and the other factors with their powers.
#[derive(Clone, Debug)]
struct Factors {
    negative: bool,
    number: f64,
    rest: Vec<Factor>,
}

impl Layout<'_> {
    /// An expression as a sum of products.
    pub(super) fn terms(&mut self, id: ExprId) -> Formula {
        let mut addends = Vec::new();
        self.addends(id, false, &mut addends);
        self.arrange(Key::Unique, addends).formula()
    }

    /// A sum of products as one product: what all addends have in common, and the rest in parentheses.
    /// `key` is that of the whole.
    fn arrange(&self, key: Key, mut addends: Vec<Factors>) -> Factors {
        collect(&mut addends);
        if addends.len() < 2 {
            return addends.pop().unwrap_or(Factors::of(0.0));
        }
        let mut out = common(&mut addends);
        // First what is added and summed, then what is added, then what is subtracted.
        let summed = |f: &Factor| match &f.formula {
            Formula::Sum(inner) => matches!(inner[..], [(_, Formula::Over { .. }), ..]),
            _ => f.rank == Rank::Sum,
        };
        addends.sort_by_key(|a| (a.negative, !a.rest.iter().any(summed)));
        if addends[0].negative {
            addends.iter_mut().for_each(|a| a.negative = false);
            out.negative = true;
        }
        let rank = match addends.iter().flat_map(|a| &a.rest).any(|f| f.derivative) {
            true => Rank::Derivative,
            false => Rank::Value,
        };
        let addends = addends.into_iter().map(|a| {
            let positive = Factors {
                negative: false,
                ..a
            };
            (a.negative, positive.formula())
        });
        let sum = sum(addends.collect());
        let whole = out.rest.is_empty() && out.number == 1.0 && !out.negative;
        let key = if whole { key } else { Key::Unique };
        out.multiply(key, 1, rank, sum);
        out
    }

    fn addends(&mut self, id: ExprId, negative: bool, out: &mut Vec<Factors>) {
        match *self.f.exprs.get(id) {
            Expr::Binary(BinaryOp::Add, a, b) | Expr::IntegerAdd(a, b) => {
                self.addends(a, negative, out);
                self.addends(b, negative, out);
            }
            Expr::Binary(BinaryOp::Sub, a, b) => {
                self.addends(a, negative, out);
                self.addends(b, !negative, out);
            }
            Expr::Unary(UnaryOp::Neg, a) | Expr::IntegerNeg(a) => self.addends(a, !negative, out),
            _ => {
                let mut factors = Factors {
                    negative,
                    ..Factors::of(1.0)
                };
                self.factor(id, 1, &mut factors);
                out.push(factors);
            }
        }
    }

    /// Multiplies by `id ^ exponent`.
    fn factor(&mut self, id: ExprId, exponent: i32, out: &mut Factors) {
        let is_zero =
            |layout: &Self, id| matches!(layout.f.exprs.get(id), Expr::Real(r) if r.value() == 0.0);
        match self.f.exprs.get(id).clone() {
            Expr::Binary(BinaryOp::Mul, a, b) | Expr::IntegerMul(a, b) => {
                self.factor(a, exponent, out);
                self.factor(b, exponent, out);
            }
            Expr::Binary(BinaryOp::Div, a, b) => {
                self.factor(a, exponent, out);
                self.factor(b, -exponent, out);
            }
            Expr::Unary(UnaryOp::Neg, a) => {
                out.negative ^= exponent % 2 != 0;
                self.factor(a, exponent, out);
            }
            Expr::Binary(BinaryOp::Add | BinaryOp::Sub, ..) if exponent == 1 => {
                let mut addends = Vec::new();
                self.addends(id, false, &mut addends);
                let product = self.arrange(Key::Value(id), addends);
                out.negative ^= product.negative;
                out.number *= product.number;
                product.rest.into_iter().for_each(|f| out.push(f));
            }
            Expr::Unary(UnaryOp::Recip, a) => self.factor(a, -exponent, out),
            Expr::PowI(a, n) => self.factor(a, exponent.saturating_mul(n), out),
            Expr::Number(a) => self.factor(a, exponent, out),
            Expr::Real(r) => {
                let value = r.value();
                out.negative ^= value < 0.0 && exponent % 2 != 0;
                match constant::named(value.abs()) {
                    Some(factors) => factors.into_iter().for_each(|(formula, power)| {
                        out.multiply(Key::Unique, exponent * power, Rank::Number, formula);
                    }),
                    None => out.number *= value.abs().powi(exponent),
                }
            }
            Expr::Integer(n) => {
                out.negative ^= n < 0 && exponent % 2 != 0;
                out.number *= (n as f64).abs().powi(exponent);
            }
            Expr::Select {
                condition,
                then,
                otherwise,
            } if exponent == 1 && is_zero(self, otherwise) => {
                self.holds(condition, out);
                self.factor(then, 1, out);
            }
            Expr::Indicator(condition) if exponent > 0 => self.holds(condition, out),
            Expr::Reduce {
                op: ReduceOp::Sum,
                indices,
                body,
            } => {
                let depth = self.scope.len();
                // A sum of the same is a multiple of it.
                let used = self.f.exprs.free_indices(body);
                let (indices, counted): (Vec<_>, Vec<_>) =
                    indices.into_iter().partition(|i| used.contains(i));
                for i in counted {
                    let dim = self.f.index(i).dim;
                    let length = self.length(dim);
                    out.multiply(Key::Length(dim), exponent, Rank::Scalar, length);
                }
                if indices.is_empty() {
                    return self.factor(body, exponent, out);
                }
                let names: Vec<String> = indices.iter().map(|&i| self.bind(i)).collect();
                let mut addends = Vec::new();
                self.addends(body, false, &mut addends);
                let mut body = self.arrange(Key::Unique, addends);
                // A sign and a whole number go before the Σ.
                out.negative ^= body.negative && exponent % 2 != 0;
                body.negative = false;
                if body.number > 1.0 {
                    out.number *= body.number.powi(exponent);
                    body.number = 1.0;
                }
                self.scope.truncate(depth);
                if body.number == 0.0 {
                    out.number = 0.0;
                    return;
                }
                let body = body.formula();
                let formula = over(Operator::Sum, names, body);
                out.push(Factor {
                    key: Key::Value(id),
                    exponent,
                    rank: Rank::Sum,
                    derivative: self.is_derivative(id),
                    formula,
                });
            }
            _ => {
                let formula = self.node(id);
                let rank = self.rank(id);
                out.multiply(Key::Value(id), exponent, rank, formula);
            }
        }
    }

    /// Multiplies by 1 where a condition holds, else by 0.
    fn holds(&mut self, condition: ExprId, out: &mut Factors) {
        for c in self.conjuncts(condition) {
            if self.is_certain(c) {
                continue;
            }
            match self.delta(c) {
                Some((places, delta)) => {
                    let [a, b] = places;
                    out.multiply(Key::Delta(a.min(b), a.max(b)), 1, Rank::Delta, delta);
                }
                None => {
                    let formula = self.condition(c);
                    out.multiply(Key::Condition(c), 1, Rank::Condition, formula);
                }
            }
        }
    }

    /// Whether an expression holds a cotangent or a tangent.
    fn is_derivative(&self, id: ExprId) -> bool {
        let reads = self.f.reads(id);
        reads.iter().any(|t| self.derivatives.contains(t))
    }

    fn rank(&self, id: ExprId) -> Rank {
        match self.f.exprs.get(id) {
            _ if self.is_derivative(id) => Rank::Derivative,
            Expr::Jacobian { .. } => Rank::Partial,
            Expr::Len(_) | Expr::Given(_) => Rank::Scalar,
            Expr::Access { subscripts, .. } if subscripts.is_empty() => Rank::Scalar,
            _ => Rank::Value,
        }
    }
}

impl Factors {
    /// Whether two products differ in their numbers alone.
    fn is_multiple(&self, other: &Factors) -> bool {
        let alike = |f: &Factor| {
            let same = |o: &Factor| o.key == f.key && o.exponent == f.exponent;
            f.key != Key::Unique && other.rest.iter().any(same)
        };
        self.rest.len() == other.rest.len() && self.rest.iter().all(alike)
    }

    /// Adds a multiple of the same product.
    fn add(&mut self, other: &Factors) {
        let signed = |f: &Factors| if f.negative { -f.number } else { f.number };
        let sum = signed(self) + signed(other);
        (self.negative, self.number) = (sum < 0.0, sum.abs());
    }

    fn of(number: f64) -> Self {
        Factors {
            negative: false,
            number,
            rest: Vec::new(),
        }
    }

    fn multiply(&mut self, key: Key, exponent: i32, rank: Rank, formula: Formula) {
        let derivative = rank == Rank::Derivative;
        self.push(Factor {
            key,
            exponent,
            rank,
            derivative,
            formula,
        });
    }

    fn push(&mut self, factor: Factor) {
        let key = factor.key;
        match self
            .rest
            .iter_mut()
            .find(|f| key != Key::Unique && f.key == key)
        {
            // A condition that holds holds.
            Some(_) if matches!(key, Key::Condition(_) | Key::Delta(..)) => {}
            Some(known) => known.exponent += factor.exponent,
            None => self.rest.push(factor),
        }
        self.rest.retain(|f| f.exponent != 0);
    }

    fn formula(mut self) -> Formula {
        if self.number == 0.0 {
            return Formula::Number(0.0);
        }
        self.rest.sort_by_key(|f| f.rank);
        settle(&mut self.rest);
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let inverse = 1.0 / self.number;
        match self.number {
            1.0 => {}
            // Halves and quarters.
            n if n < 1.0 && inverse <= 1024.0 && inverse.log2().fract() == 0.0 => {
                below.push(Formula::Number(inverse));
            }
            n => above.push(Formula::Number(n)),
        }
        let mut conditions: Option<Formula> = None;
        for factor in self.rest {
            if factor.rank == Rank::Condition {
                conditions = Some(match conditions {
                    None => factor.formula,
                    Some(c) => Formula::Between(Relation::And, c.boxed(), factor.formula.boxed()),
                });
                continue;
            }
            if factor.rank > Rank::Condition {
                above.extend(conditions.take().map(iverson));
            }
            let power = match factor.exponent.unsigned_abs() {
                1 => factor.formula,
                n => Formula::Power(
                    factor.formula.boxed(),
                    Formula::Number(f64::from(n)).boxed(),
                ),
            };
            if factor.exponent > 0 {
                above.push(power);
            } else {
                below.push(power);
            }
        }
        above.extend(conditions.take().map(iverson));
        let above = product(above);
        let positive = match below.is_empty() {
            true => above,
            false => Formula::Fraction(above.boxed(), product(below).boxed()),
        };
        match self.negative {
            true => Formula::Sum(vec![(true, positive)]),
            false => positive,
        }
    }
}

fn iverson(condition: Formula) -> Formula {
    Formula::Fenced(Fence::Iverson, condition.boxed())
}

/// Puts accesses of one tensor, and deltas, in the order of their subscripts.
fn settle(factors: &mut [Factor]) {
    let are_alike = |a: &Factor, b: &Factor| match (&a.formula, &b.formula) {
        (Formula::Access { name: a, .. }, Formula::Access { name: b, .. }) => a == b,
        (Formula::Delta(_), Formula::Delta(_)) => true,
        _ => false,
    };
    let text = |f: &Factor| write(&Text, &f.formula);
    for at in 0..factors.len() {
        for later in at + 1..factors.len() {
            let (a, b) = (&factors[at], &factors[later]);
            let alike = a.rank == b.rank && are_alike(a, b);
            if alike && text(&factors[later]) < text(&factors[at]) {
                factors.swap(at, later);
            }
        }
    }
}

/// Multiples of the same product as one, and none of what cancels: `a x + b − 3 a x` is `b − 2 a x`.
fn collect(addends: &mut Vec<Factors>) {
    let mut out: Vec<Factors> = Vec::new();
    for addend in std::mem::take(addends) {
        match out.iter_mut().find(|known| known.is_multiple(&addend)) {
            Some(known) => known.add(&addend),
            None => out.push(addend),
        }
    }
    out.retain(|a| a.number != 0.0);
    *addends = out;
}

/// Takes out what all addends are multiplied by.
fn common(addends: &mut [Factors]) -> Factors {
    let mut out = Factors::of(1.0);
    let Some((first, others)) = addends.split_first() else {
        return out;
    };
    if first.number != 1.0 && others.iter().all(|o| o.number == first.number) {
        out.number = first.number;
    }
    for factor in &first.rest {
        let shared = factor.key != Key::Unique
            && others.iter().all(|o| {
                let same = |f: &Factor| f.key == factor.key && f.exponent * factor.exponent > 0;
                o.rest.iter().any(same)
            });
        if shared {
            let exponent = factor.exponent.signum();
            out.rest.push(Factor {
                exponent,
                ..factor.clone()
            });
        }
    }
    if out.number != 1.0 {
        addends.iter_mut().for_each(|a| a.number = 1.0);
    }
    for taken in &out.rest {
        for addend in addends.iter_mut() {
            for f in addend.rest.iter_mut().filter(|f| f.key == taken.key) {
                f.exponent -= taken.exponent;
            }
            addend.rest.retain(|f| f.exponent != 0);
        }
    }
    out
}
