//! Expressions as a person would write them: constants folded and in front, signs outside, no factor 1, no addend 0.
//!
//! These are the ways to build an expression; the pass builds each one again. Nothing changes what a value is but the last
//! bits: NaN and infinities stay, so 0 times something is not 0.

use crate::ir::{
    BinaryOp, CmpOp, Expr, ExprId, Exprs, Function, Memo, Polynomial, Real, ReduceOp, Subscript,
    UnaryOp,
};
use std::cmp::Ordering;

/// Builds every right-hand side again.
pub(super) fn run(f: &mut Function) {
    let mut done = Memo::new();
    for at in 0..f.equations.len() {
        f.equations[at].right = f.exprs.rebuild(f.equations[at].right, &mut done);
    }
}

/// Whether folding made a number that f32 can hold as well: else the operations stay as they are.
fn harmless(value: f64) -> bool {
    value == 0.0 || (1e-30..1e30).contains(&value.abs())
}

/// Whether dividing by a number is multiplying by its inverse, to the last bit.
fn is_power_of_two(value: f64) -> bool {
    harmless(value) && value != 0.0 && value.to_bits().trailing_zeros() >= 52
}

impl Exprs {
    /// An expression built again.
    pub fn simple(&mut self, id: ExprId) -> ExprId {
        self.rebuild(id, &mut Memo::new())
    }

    fn rebuild(&mut self, id: ExprId, done: &mut Memo<ExprId>) -> ExprId {
        if let Some(&new) = done.get(id) {
            return new;
        }
        let with = self.map_children(id, &mut |exprs, child| exprs.rebuild(child, done));
        let new = self.node(with);
        done.insert(id, new);
        new
    }

    /// An expression whose parts are simple.
    fn node(&mut self, id: ExprId) -> ExprId {
        match *self.get(id) {
            Expr::Unary(UnaryOp::Neg, a) => self.neg(a),
            Expr::Unary(UnaryOp::Recip, a) => self.recip(a),
            Expr::Binary(BinaryOp::Add, a, b) => {
                let sum = self.sum(a, b);
                self.collected(sum)
            }
            Expr::Binary(BinaryOp::Sub, a, b) => {
                let difference = self.difference(a, b);
                self.collected(difference)
            }
            Expr::Compare(op, a, b) => self.compare(op, a, b),
            // A sum of nothing but zeros, however many.
            Expr::Reduce {
                op: ReduceOp::Sum,
                body,
                ..
            } if self.constant(body) == Some(0.0) => body,
            Expr::Binary(BinaryOp::Mul, a, b) => self.product(a, b),
            Expr::Binary(BinaryOp::Div, a, b) => self.quotient(a, b),
            Expr::PowI(a, n) => self.powi(a, n),
            Expr::Number(a) => self.number(a),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => self.select(condition, then, otherwise),
            Expr::Indicator(c) => match *self.get(c) {
                Expr::Truth(truth) => self.real(f64::from(u8::from(truth))),
                _ => id,
            },
            Expr::IntegerCompare(op, a, b) => self.compare_integers(op, a, b),
            Expr::IntegerAdd(..) | Expr::IntegerMul(..) | Expr::IntegerNeg(_) => {
                self.collected_integer(id)
            }
            Expr::IntegerRem(a, b) => match (self.whole(a), self.whole(b)) {
                (Some(a), Some(b)) if b > 0 => self.add(Expr::Integer(a.rem_euclid(b))),
                (_, Some(1)) => self.add(Expr::Integer(0)),
                _ => id,
            },
            Expr::IntegerDiv(a, b) => match (self.whole(a), self.whole(b)) {
                (Some(a), Some(b)) if b > 0 => self.add(Expr::Integer(a.div_euclid(b))),
                (_, Some(1)) => a,
                _ => id,
            },
            Expr::Access { .. } | Expr::IntegerAccess { .. } => self.at_constants(id),
            Expr::Not(a) => self.not(a),
            Expr::And(a, b) => self.and(a, b),
            Expr::Or(a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), _) | (_, Some(false)) => a,
                (Some(false), _) | (_, Some(true)) => b,
                _ => id,
            },
            _ => id,
        }
    }

    fn whole(&self, id: ExprId) -> Option<i64> {
        match *self.get(id) {
            Expr::Integer(n) => Some(n),
            _ => None,
        }
    }

    /// An access whose computed positions are constant where they are numbers.
    fn at_constants(&mut self, id: ExprId) -> ExprId {
        let mut node = self.get(id).clone();
        node.each_subscript(&mut |s| {
            if let Subscript::At(e) = *s
                && let Some(Ok(c)) = self.whole(e).map(u64::try_from)
            {
                *s = Subscript::Constant(c);
            }
        });
        self.add(node)
    }

    fn constant(&self, id: ExprId) -> Option<f64> {
        match self.get(id) {
            Expr::Real(r) => Some(r.value()),
            _ => None,
        }
    }

    fn negated(&self, id: ExprId) -> Option<ExprId> {
        match *self.get(id) {
            Expr::Unary(UnaryOp::Neg, a) => Some(a),
            _ => None,
        }
    }

    pub(crate) fn truth(&self, id: ExprId) -> Option<bool> {
        match *self.get(id) {
            Expr::Truth(truth) => Some(truth),
            _ => None,
        }
    }

    /// `c * rest`, where the constant stands in front.
    fn scaled(&self, id: ExprId) -> Option<(f64, ExprId)> {
        match *self.get(id) {
            Expr::Binary(BinaryOp::Mul, a, b) => self.constant(a).map(|c| (c, b)),
            _ => None,
        }
    }

    /// `c * rest`; an expression that is no multiple is once itself.
    fn multiple(&self, id: ExprId) -> (f64, ExprId) {
        self.scaled(id).unwrap_or((1.0, id))
    }

    /// A sum with the multiples of one expression among its addends as one: `2 a + b + 3 a` is `5 a + b`.
    fn collected(&mut self, sum: ExprId) -> ExprId {
        let addends = self.addends(sum);
        let mut of: Vec<ExprId> = addends.iter().map(|&(_, a)| self.multiple(a).1).collect();
        of.sort_unstable();
        if of.windows(2).all(|two| two[0] != two[1]) {
            return sum;
        }
        let mut parts: Vec<(f64, ExprId)> = Vec::new();
        for (negative, addend) in &addends {
            let (factor, of) = self.multiple(*addend);
            let factor = if *negative { -factor } else { factor };
            match parts.iter_mut().find(|(_, known)| *known == of) {
                Some((known, _)) if harmless(*known + factor) => *known += factor,
                _ => parts.push((factor, of)),
            }
        }
        if parts.len() == addends.len() {
            return sum;
        }
        let mut out = None;
        for (factor, of) in parts {
            out = Some(match out {
                None => self.times(factor, of),
                Some(sum) if factor < 0.0 => {
                    let part = self.times(-factor, of);
                    self.difference(sum, part)
                }
                Some(sum) => {
                    let part = self.times(factor, of);
                    self.sum(sum, part)
                }
            });
        }
        out.expect("a sum has addends")
    }

    /// `-a`
    pub fn neg(&mut self, a: ExprId) -> ExprId {
        match *self.get(a) {
            Expr::Real(r) => self.real(-r.value()),
            Expr::Unary(UnaryOp::Neg, a) => a,
            Expr::Binary(BinaryOp::Sub, x, y) => self.difference(y, x),
            _ => self.unary(UnaryOp::Neg, a),
        }
    }

    /// `1 / a`
    pub fn recip(&mut self, a: ExprId) -> ExprId {
        match self.constant(a) {
            Some(c) if is_power_of_two(c) => self.real(1.0 / c),
            _ => self.unary(UnaryOp::Recip, a),
        }
    }

    /// `a + b`
    pub fn sum(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) if harmless(x + y) => return self.real(x + y),
            (Some(0.0), _) => return b,
            (_, Some(0.0)) => return a,
            _ => {}
        }
        // x a + y a = (x + y) a
        let ((x, of), (y, same)) = (self.multiple(a), self.multiple(b));
        if of == same && harmless(x + y) {
            return self.times(x + y, of);
        }
        match (self.negated(a), self.negated(b)) {
            (_, Some(b)) => self.difference(a, b),
            (Some(a), None) => self.difference(b, a),
            _ => self.binary(BinaryOp::Add, a, b),
        }
    }

    /// `a - b`
    pub fn difference(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) if harmless(x - y) => return self.real(x - y),
            (_, Some(0.0)) => return a,
            (Some(0.0), _) => return self.neg(b),
            _ => {}
        }
        match self.negated(b) {
            Some(b) => self.sum(a, b),
            None => self.binary(BinaryOp::Sub, a, b),
        }
    }

    /// `a * b`
    pub fn product(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if let Some(a) = self.negated(a) {
            let product = self.product(a, b);
            return self.neg(product);
        }
        if let Some(b) = self.negated(b) {
            let product = self.product(a, b);
            return self.neg(product);
        }
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) if harmless(x * y) => return self.real(x * y),
            (None, Some(_)) => return self.product(b, a),
            (Some(1.0), _) => return b,
            (Some(-1.0), _) => return self.neg(b),
            _ => {}
        }
        match (self.constant(a), self.scaled(a), self.scaled(b)) {
            (Some(x), _, Some((y, b))) if harmless(x * y) => {
                let c = self.real(x * y);
                self.product(c, b)
            }
            (None, Some((x, a)), Some((y, b))) if harmless(x * y) => {
                let (c, product) = (self.real(x * y), self.binary(BinaryOp::Mul, a, b));
                self.product(c, product)
            }
            (None, Some((x, a)), None) => {
                let (c, product) = (self.real(x), self.product(a, b));
                self.product(c, product)
            }
            (None, None, Some((y, b))) => {
                let (c, product) = (self.real(y), self.product(a, b));
                self.product(c, product)
            }
            _ => self.binary(BinaryOp::Mul, a, b),
        }
    }

    /// `a / b`
    pub fn quotient(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if let Some(a) = self.negated(a) {
            let quotient = self.quotient(a, b);
            return self.neg(quotient);
        }
        if let Some(b) = self.negated(b) {
            let quotient = self.quotient(a, b);
            return self.neg(quotient);
        }
        match self.constant(b) {
            Some(1.0) => a,
            Some(c) if is_power_of_two(c) => {
                let inverse = self.real(1.0 / c);
                self.product(inverse, a)
            }
            _ if self.constant(a) == Some(1.0) => self.recip(b),
            _ => self.binary(BinaryOp::Div, a, b),
        }
    }

    /// `a ^ n`
    pub fn powi(&mut self, a: ExprId, n: i32) -> ExprId {
        match (n, self.constant(a)) {
            (0, _) => self.real(1.0),
            (1, _) => a,
            (_, Some(c)) if n > 0 && harmless(c.powi(n)) => self.real(c.powi(n)),
            _ => self.add(Expr::PowI(a, n)),
        }
    }

    /// `c * a`
    pub fn times(&mut self, c: f64, a: ExprId) -> ExprId {
        let c = self.real(c);
        self.product(c, a)
    }

    /// An integer as a number.
    pub fn number(&mut self, a: ExprId) -> ExprId {
        match *self.get(a) {
            Expr::Integer(n) => self.real(n as f64),
            _ => self.add(Expr::Number(a)),
        }
    }

    /// `a op b` of numbers.
    pub fn compare(&mut self, op: CmpOp, a: ExprId, b: ExprId) -> ExprId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => {
                let order = x.partial_cmp(&y);
                let truth = order.map_or(op == CmpOp::NotEqual, |order| op.holds(order));
                self.add(Expr::Truth(truth))
            }
            _ => self.add(Expr::Compare(op, a, b)),
        }
    }

    /// `a op b` of integers, true or false where that is certain.
    pub fn compare_integers(&mut self, op: CmpOp, a: ExprId, b: ExprId) -> ExprId {
        if a == b {
            return self.add(Expr::Truth(op.holds(Ordering::Equal)));
        }
        let (x, y) = (Polynomial::of(self, a), Polynomial::of(self, b));
        let truth = x.minus(&y).and_then(|d| self.compared(op, &d));
        match truth {
            Some(truth) => self.add(Expr::Truth(truth)),
            None => self.add(Expr::IntegerCompare(op, a, b)),
        }
    }

    /// Whether `d op 0`, if that is the same at all values of indices and lengths, which are never negative.
    fn compared(&self, op: CmpOp, d: &Polynomial) -> Option<bool> {
        let natural = |a: &ExprId| {
            matches!(
                self.get(*a),
                Expr::IndexValue(_) | Expr::Counter(_) | Expr::Len(_)
            )
        };
        let (mut constant, mut grows, mut falls) = (0, false, false);
        for (atoms, c) in d.terms() {
            match atoms.is_empty() {
                true => constant = c,
                false if !atoms.iter().all(natural) => return None,
                false => (grows, falls) = (grows || c > 0, falls || c < 0),
            }
        }
        // The least and the largest that it can be.
        let (least, most) = ((!falls).then_some(constant), (!grows).then_some(constant));
        match (least, most) {
            (Some(least), Some(most)) if least == most => Some(op.holds(constant.cmp(&0))),
            (Some(least), _) if least > 0 => Some(op.holds(Ordering::Greater)),
            (_, Some(most)) if most < 0 => Some(op.holds(Ordering::Less)),
            (Some(0), _) if matches!(op, CmpOp::GreaterEqual | CmpOp::Less) => {
                Some(op == CmpOp::GreaterEqual)
            }
            (_, Some(0)) if matches!(op, CmpOp::LessEqual | CmpOp::Greater) => {
                Some(op == CmpOp::LessEqual)
            }
            _ => None,
        }
    }

    /// `!a`
    pub fn not(&mut self, a: ExprId) -> ExprId {
        match *self.get(a) {
            Expr::Truth(truth) => self.add(Expr::Truth(!truth)),
            Expr::Not(a) => a,
            _ => self.add(Expr::Not(a)),
        }
    }

    /// `a && b`
    pub fn and(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.truth(a), self.truth(b)) {
            (Some(false), _) | (_, Some(true)) => a,
            (Some(true), _) | (_, Some(false)) => b,
            _ if a == b => a,
            _ => self.add(Expr::And(a, b)),
        }
    }

    /// All of some conditions, each with the truth that is asked for; None where there are none.
    pub fn all(&mut self, conditions: &[(ExprId, bool)]) -> Option<ExprId> {
        let mut all = None;
        for &(condition, truth) in conditions {
            let condition = if truth {
                condition
            } else {
                self.not(condition)
            };
            all = Some(match all {
                Some(a) => self.and(a, condition),
                None => condition,
            });
        }
        all
    }

    /// `if condition { then } else { otherwise }`
    pub fn select(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        // In a branch the condition is known.
        let then = match *self.get(then) {
            Expr::Select {
                condition: same,
                then: inner,
                ..
            } if same == condition => inner,
            _ => then,
        };
        let otherwise = match *self.get(otherwise) {
            Expr::Select {
                condition: same,
                otherwise: inner,
                ..
            } if same == condition => inner,
            _ => otherwise,
        };
        match self.truth(condition) {
            Some(true) => then,
            Some(false) => otherwise,
            None if then == otherwise => then,
            None => self.add(Expr::Select {
                condition,
                then,
                otherwise,
            }),
        }
    }

    /// 1 where `condition` holds, else 0.
    pub fn indicator(&mut self, condition: ExprId) -> ExprId {
        let indicator = self.add(Expr::Indicator(condition));
        self.node(indicator)
    }

    pub fn real(&mut self, value: f64) -> ExprId {
        self.add(Expr::Real(Real::new(value)))
    }
}
