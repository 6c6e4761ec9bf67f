//! From the ir to formulas.
//!
//! An equation of the user is laid out as it was understood. A derivative is laid out as a person would write it: signs and
//! numbers in front, one fraction a product, deltas and cotangents last, common factors once.

mod call;
mod condition;
mod constant;
mod factors;

use super::formula::{Fence, Formula, Name, Operator, Relation};
use super::names::{self, Names};
use crate::ir::{
    BinaryOp, DimId, Expr, ExprId, Function, IndexId, Length, ReduceOp, Subscript, TensorId,
    UnaryOp,
};
use std::collections::BTreeSet;

/// Lays out the expressions of one function.
pub(super) struct Layout<'a> {
    f: &'a Function,
    names: &'a mut Names,
    /// The indices in scope with their names.
    scope: Vec<(IndexId, String)>,
    /// The indices of the equation at hand by their names.
    bound: Vec<(String, DimId)>,
    /// Tensors that are derivatives: cotangents and tangents.
    derivatives: BTreeSet<TensorId>,
    /// Arranged as a person would write it, not as it is written.
    arranged: bool,
}

impl<'a> Layout<'a> {
    pub fn new(f: &'a Function, names: &'a mut Names, arranged: bool) -> Self {
        let derivatives = f.derivatives.keys().copied().collect();
        Layout {
            f,
            names,
            scope: Vec::new(),
            bound: Vec::new(),
            derivatives,
            arranged,
        }
    }

    /// Brings an index into scope under the name that it has, or another one where that is taken.
    pub fn bind(&mut self, index: IndexId) -> String {
        let wanted = self.f.index(index).name.clone();
        self.bind_as(index, &wanted)
    }

    pub fn bind_as(&mut self, index: IndexId, wanted: &str) -> String {
        let f = self.f;
        let scope = &self.scope;
        let taken = |name: &str| {
            scope.iter().any(|(_, n)| n == name)
                || f.tensors
                    .iter()
                    .any(|t| t.axes.is_empty() && t.name == name)
        };
        let name = names::index(wanted, &taken);
        self.scope.push((index, name.clone()));
        let range = (name.clone(), f.index(index).dim);
        if !self.bound.contains(&range) {
            self.bound.push(range);
        }
        name
    }

    /// Begins an equation: no index is in scope.
    pub fn clear(&mut self) {
        self.scope.clear();
        self.bound.clear();
    }

    /// `i: n, j: k` for the indices of the equation at hand, as far as they have other names than what they run over.
    pub fn ranges(&self) -> String {
        let range = |(name, dim): &(String, DimId)| {
            let dim = &self.f.dim(*dim).name;
            (name != dim).then(|| format!("{name}: {dim}"))
        };
        self.bound
            .iter()
            .filter_map(range)
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn index(&self, index: IndexId) -> String {
        let known = self.scope.iter().rev().find(|(i, _)| *i == index);
        known.map_or_else(|| self.f.index(index).name.clone(), |(_, n)| n.clone())
    }

    pub fn subscript(&mut self, s: Subscript) -> Formula {
        match s {
            Subscript::Index(i) => Formula::Symbol(self.index(i)),
            Subscript::Constant(c) => Formula::Number(c as f64),
            Subscript::At(e) => self.expr(e),
        }
    }

    pub fn name(&mut self, tensor: TensorId) -> Name {
        self.names.tensor(self.f, tensor)
    }

    /// `X[i,k]`
    pub fn access(&mut self, tensor: TensorId, subscripts: &[Subscript]) -> Formula {
        let name = self.name(tensor);
        Formula::Access {
            name,
            subscripts: subscripts.iter().map(|&s| self.subscript(s)).collect(),
        }
    }

    /// The length of a dimension: by its name, where no index has that.
    pub fn length(&self, dim: DimId) -> Formula {
        let dim = self.f.dim(dim);
        match dim.length {
            Length::Fixed(n) => Formula::Number(n as f64),
            _ if self.f.indices.iter().any(|i| i.name == dim.name) => Formula::Apply {
                function: "len".into(),
                under: vec![],
                arguments: vec![Formula::Symbol(dim.name.clone())],
            },
            _ => Formula::Symbol(dim.name.clone()),
        }
    }

    pub fn expr(&mut self, id: ExprId) -> Formula {
        match self.arranged {
            true => self.terms(id),
            false => self.node(id),
        }
    }

    /// An expression as its own operation.
    fn node(&mut self, id: ExprId) -> Formula {
        let f = self.f;
        match f.exprs.get(id) {
            Expr::Real(r) => constant::real(r.value()),
            Expr::Integer(n) => constant::real(*n as f64),
            Expr::Len(d) => self.length(*d),
            Expr::IndexValue(i) | Expr::Counter(i) => Formula::Symbol(self.index(*i)),
            Expr::Access {
                tensor, subscripts, ..
            }
            | Expr::IntegerAccess {
                tensor, subscripts, ..
            } => self.access(*tensor, subscripts),
            Expr::Number(a) => self.node(*a),
            Expr::Unary(op, a) => self.unary(*op, *a),
            Expr::IntegerNeg(a) => Formula::Sum(vec![(true, self.expr(*a))]),
            Expr::Binary(op, a, b) => self.binary(*op, *a, *b),
            Expr::IntegerAdd(a, b) => match *self.f.exprs.get(*b) {
                Expr::IntegerNeg(b) => self.binary(BinaryOp::Sub, *a, b),
                Expr::Integer(n) if n < 0 => {
                    let taken = constant::real(-(n as f64));
                    sum(vec![(false, self.expr(*a)), (true, taken)])
                }
                _ => self.binary(BinaryOp::Add, *a, *b),
            },
            Expr::IntegerMul(a, b) => self.binary(BinaryOp::Mul, *a, *b),
            Expr::IntegerRem(a, b) => self.between(Relation::Remainder, *a, *b),
            Expr::IntegerDiv(a, b) => {
                let quotient = Formula::Fraction(self.expr(*a).boxed(), self.expr(*b).boxed());
                Formula::Fenced(Fence::Floor, quotient.boxed())
            }
            Expr::IntegerMax(a, b) => self.binary(BinaryOp::Max, *a, *b),
            Expr::IntegerMin(a, b) => self.binary(BinaryOp::Min, *a, *b),
            Expr::PowI(a, n) => Formula::Power(
                self.expr(*a).boxed(),
                Formula::Number(f64::from(*n)).boxed(),
            ),
            Expr::Reduce { op, indices, body } => self.reduce(*op, indices, *body),
            Expr::ArgReduce { op, index, body } => self.reduce(*op, &[*index], *body),
            Expr::Softmax { along, body, log } => Formula::Apply {
                function: if *log { "log_softmax" } else { "softmax" }.into(),
                under: along.iter().map(|&i| self.index(i)).collect(),
                arguments: vec![self.expr(*body)],
            },
            Expr::Jacobian { of, at, by, to } => Formula::Partial {
                of: self.access(*of, at).boxed(),
                by: self.access(*by, to).boxed(),
            },
            Expr::Foreign {
                function,
                arguments,
            } => Formula::Apply {
                function: self.f.foreign[function.index()].name.clone().into(),
                under: vec![],
                arguments: arguments.iter().map(|&a| self.expr(a)).collect(),
            },
            Expr::Given(g) => Formula::Code(self.f.given[g.index()].text.clone()),
            Expr::Argument(at) => Formula::Symbol(format!("argument {at}")),
            Expr::Returned {
                call,
                part,
                inputs,
                output,
                subscripts,
            } => self.returned(*call, *part, inputs, *output, subscripts),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => Formula::Cases {
                condition: self.condition(*condition).boxed(),
                value: self.expr(*then).boxed(),
                otherwise: self.expr(*otherwise).boxed(),
            },
            Expr::Indicator(c) => Formula::Fenced(Fence::Iverson, self.condition(*c).boxed()),
            Expr::Truth(_)
            | Expr::Compare(..)
            | Expr::IntegerCompare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_) => self.condition(id),
        }
    }

    fn between(&mut self, relation: Relation, a: ExprId, b: ExprId) -> Formula {
        Formula::Between(relation, self.expr(a).boxed(), self.expr(b).boxed())
    }

    fn unary(&mut self, op: UnaryOp, a: ExprId) -> Formula {
        let a = self.expr(a);
        let fenced = |fence, a: Formula| Formula::Fenced(fence, a.boxed());
        let (function, under) = match op {
            UnaryOp::Neg => return Formula::Sum(vec![(true, a)]),
            UnaryOp::Sqrt => return Formula::Root(a.boxed()),
            UnaryOp::Recip => return Formula::Fraction(Formula::Number(1.0).boxed(), a.boxed()),
            UnaryOp::Abs => return fenced(Fence::Absolute, a),
            UnaryOp::Floor => return fenced(Fence::Floor, a),
            UnaryOp::Ceil => return fenced(Fence::Ceiling, a),
            UnaryOp::Log2 => ("log", vec!["2".to_string()]),
            UnaryOp::Log10 => ("log", vec!["10".to_string()]),
            _ => (op.word(), vec![]),
        };
        Formula::Apply {
            function: function.into(),
            under,
            arguments: vec![a],
        }
    }

    fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> Formula {
        let (a, b) = (self.expr(a), self.expr(b));
        match op {
            BinaryOp::Add => sum(vec![(false, a), (false, b)]),
            BinaryOp::Sub => sum(vec![(false, a), (true, b)]),
            BinaryOp::Mul => match a {
                Formula::Product(mut factors) => {
                    factors.push(b);
                    Formula::Product(factors)
                }
                a => Formula::Product(vec![a, b]),
            },
            // The sign of what is divided is that of the quotient.
            BinaryOp::Div => match a {
                Formula::Sum(mut one) if one.len() == 1 => {
                    let (negative, a) = one.remove(0);
                    let quotient = Formula::Fraction(a.boxed(), b.boxed());
                    Formula::Sum(vec![(negative, quotient)])
                }
                a => Formula::Fraction(a.boxed(), b.boxed()),
            },
            BinaryOp::Pow => Formula::Power(a.boxed(), b.boxed()),
            BinaryOp::Max | BinaryOp::Min | BinaryOp::Atan2 => Formula::Apply {
                function: op.word().into(),
                under: vec![],
                arguments: vec![a, b],
            },
        }
    }

    fn reduce(&mut self, op: ReduceOp, indices: &[IndexId], body: ExprId) -> Formula {
        let depth = self.scope.len();
        let names: Vec<String> = indices.iter().map(|&i| self.bind(i)).collect();
        let body = self.expr(body);
        self.scope.truncate(depth);
        let operator = match op {
            ReduceOp::Sum => Operator::Sum,
            ReduceOp::Prod => Operator::Product,
            _ => {
                return Formula::Apply {
                    function: op.word().into(),
                    under: names,
                    arguments: vec![body],
                };
            }
        };
        over(operator, names, body)
    }
}

/// Σ or Π, one for those that follow each other.
fn over(operator: Operator, mut indices: Vec<String>, body: Formula) -> Formula {
    match body {
        Formula::Over {
            operator: inner,
            indices: more,
            body,
        } if inner == operator => {
            indices.extend(more);
            Formula::Over {
                operator,
                indices,
                body,
            }
        }
        body => Formula::Over {
            operator,
            indices,
            body: body.boxed(),
        },
    }
}

/// A sum without sums at its beginning.
fn sum(addends: Vec<(bool, Formula)>) -> Formula {
    let mut out = Vec::new();
    for (negative, addend) in addends {
        match addend {
            Formula::Sum(inner) if !negative => out.extend(inner),
            Formula::Sum(inner) if inner.len() == 1 => {
                out.extend(inner.into_iter().map(|(n, a)| (!n, a)));
            }
            addend => out.push((negative, addend)),
        }
    }
    match &out[..] {
        [(false, one)] => one.clone(),
        _ => Formula::Sum(out),
    }
}

/// A product of any number of factors.
fn product(mut factors: Vec<Formula>) -> Formula {
    match factors.len() {
        0 => Formula::Number(1.0),
        1 => factors.remove(0),
        _ => Formula::Product(factors),
    }
}
