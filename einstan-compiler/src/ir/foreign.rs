//! Rust in a function: functions of numbers, and numbers that are found when the function is entered.

use super::{DimId, Expr, ExprId, Function, ReduceOp, TensorId, UnaryOp};
use std::collections::BTreeSet;

/// A foreign function, by its number in the function that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignId(pub u32);

/// A number that Rust gives, by its place in the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GivenId(pub u32);

impl ForeignId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl GivenId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A Rust function of numbers, `extern fn erfc(x) = special::erfc, d/dx = ..;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its name in the notation.
    pub name: String,
    /// The path of the Rust function.
    pub target: String,
    pub parameters: Vec<String>,
    /// The derivative by each parameter where the user gives it, over `Expr::Argument`.
    pub rules: Vec<Option<ExprId>>,
}

/// A Rust expression in braces: a number, which is found once, when the function is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// As written, with the braces.
    pub text: String,
    /// The dimensions that it names.
    pub lengths: Vec<DimId>,
}

impl Function {
    /// Whether what is not of this invocation is called: functions of tensors or of numbers.
    pub fn calls_outside(&self) -> bool {
        !self.calls.is_empty() || !self.foreign.is_empty()
    }

    /// The derivative of a foreign function by one of its parameters, for arguments.
    pub fn rule(&mut self, of: ForeignId, by: usize, arguments: &[ExprId]) -> Option<ExprId> {
        let rule = self.foreign[of.index()].rules[by]?;
        Some(
            self.exprs
                .replace(rule, &mut |exprs, id| match *exprs.get(id) {
                    Expr::Argument(at) => Some(arguments[at as usize]),
                    _ => None,
                }),
        )
    }

    /// A foreign function that stands on the way from `by` to `of` without a rule, which derivatives up to `order` need.
    pub fn without_rule(&self, of: &[TensorId], by: &[TensorId], order: usize) -> Option<&str> {
        if self.foreign.is_empty() {
            return None;
        }
        let active = self.active(by.iter().copied());
        let mut between = self.between(of, by).into_iter();
        between.find_map(|e| self.rule_missing(e.right, order, &active))
    }

    fn rule_missing(&self, id: ExprId, order: usize, active: &BTreeSet<TensorId>) -> Option<&str> {
        let missing = |c: ExprId, order| self.rule_missing(c, order, active);
        let inside = |ids: &[ExprId]| ids.iter().find_map(|&c| missing(c, order));
        match self.exprs.get(id) {
            Expr::Foreign {
                function,
                arguments,
            } => {
                // In a rule, by its arguments.
                let depends = |a: ExprId| {
                    let argument = |e: &ExprId| matches!(self.exprs.get(*e), Expr::Argument(_));
                    let active = self.reads(a).iter().any(|t| active.contains(t));
                    active || self.exprs.walk(a).iter().any(argument)
                };
                let foreign = &self.foreign[function.index()];
                let rules = arguments.iter().zip(&foreign.rules);
                let own = rules
                    .filter(|(a, _)| depends(**a))
                    .find_map(|(_, rule)| match *rule {
                        None => Some(foreign.name.as_str()),
                        Some(rule) if order > 1 => missing(rule, order - 1),
                        Some(_) => None,
                    });
                own.or_else(|| inside(arguments))
            }
            // Its derivative is one more of what is between.
            Expr::Jacobian { of, by, .. } => self.without_rule(&[*of], &[*by], order + 1),
            Expr::Select {
                then, otherwise, ..
            } => inside(&[*then, *otherwise]),
            Expr::Unary(op, a) if !op.is_step() => inside(&[*a]),
            Expr::Binary(_, a, b) => inside(&[*a, *b]),
            Expr::PowI(a, n) if *n != 0 => inside(&[*a]),
            Expr::Reduce { body, op, .. } if !matches!(op, ReduceOp::ArgMax | ReduceOp::ArgMin) => {
                inside(&[*body])
            }
            Expr::Softmax { body, .. } => inside(&[*body]),
            _ => None,
        }
    }
}

impl UnaryOp {
    /// Whether the derivative is 0 everywhere.
    fn is_step(self) -> bool {
        matches!(
            self,
            UnaryOp::Sign | UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Round
        )
    }
}
