//! Right-hand sides, so that they mean the same when they are read again.

use super::identifiers::Identifiers;
use super::{is_written, lengths};
use crate::ir::{
    BinaryOp, DimId, Element, Equation, Expr, ExprId, Function, IndexId, Length, Subscript,
    TensorId, UnaryOp,
};
use crate::parse::words::written;
use std::collections::BTreeSet;

/// How tightly an operator binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// A selection or a condition.
    Branch,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// Writes the right-hand side of one equation.
pub(super) struct Writer<'a> {
    f: &'a Function,
    names: &'a Identifiers,
    /// The indices of the equation with their names: each name is one index, or several over one dimension.
    indices: Vec<(IndexId, String)>,
    /// The indices whose range is evident.
    pub ranges: BTreeSet<IndexId>,
    /// Whether a position is written, where a quotient rounds down.
    in_subscript: bool,
    /// The names of a foreign function's parameters, in its rules.
    pub arguments: Vec<String>,
}

impl<'a> Writer<'a> {
    pub fn new(f: &'a Function, names: &'a Identifiers) -> Self {
        Writer {
            f,
            names,
            indices: Vec::new(),
            ranges: BTreeSet::new(),
            in_subscript: false,
            arguments: Vec::new(),
        }
    }

    /// `i`, or `i: n` where nothing else gives its range: an index where it is bound.
    pub fn introduce(&mut self, i: IndexId) -> String {
        let name = self.name(i);
        let dim = self.f.index(i).dim;
        match self.ranges.contains(&i) || !is_written(self.f, dim) {
            true => name,
            false => format!("{name}: {}", lengths::dimension(self.f, dim)),
        }
    }

    /// A name for an index.
    pub fn name(&mut self, i: IndexId) -> String {
        let taken = |name: &str| self.indices.iter().any(|(_, n)| n == name);
        let name = self.names.index(&self.f.index(i).name, &taken);
        self.indices.push((i, name.clone()));
        name
    }

    fn index(&self, i: IndexId) -> &str {
        let known = self.indices.iter().rev().find(|(other, _)| *other == i);
        known.map_or("i", |(_, name)| name)
    }

    pub fn subscript(&mut self, s: Subscript) -> String {
        match s {
            Subscript::Index(i) => self.index(i).to_string(),
            Subscript::Constant(c) => c.to_string(),
            Subscript::At(e) => {
                let outside = std::mem::replace(&mut self.in_subscript, true);
                let text = match self.f.exprs.around(e) {
                    Some((word, position)) => format!("{word}({})", self.number(position)),
                    None => self.number(e),
                };
                self.in_subscript = outside;
                text
            }
        }
    }

    /// The right-hand side of an equation: one of a float tensor is a number by its form too.
    pub fn right(&mut self, e: &Equation) -> String {
        let float = self.f.tensor(e.tensor).element == Element::Float;
        match float && self.is_bare_integer(e.right) {
            true => format!("1.0 * {}", self.at(e.right, Level::Power)),
            false => self.number(e.right),
        }
    }

    /// Whether an expression by itself would define an integer tensor.
    fn is_bare_integer(&self, id: ExprId) -> bool {
        match *self.f.exprs.get(id) {
            Expr::Number(a) => self.is_bare_integer(a),
            Expr::IntegerAccess { .. } | Expr::ArgReduce { .. } => true,
            Expr::Select {
                then, otherwise, ..
            } => self.is_bare_integer(then) && self.is_bare_integer(otherwise),
            _ => false,
        }
    }

    pub fn number(&mut self, id: ExprId) -> String {
        self.at(id, Level::Branch)
    }

    /// An expression where something binds as tightly as `outer`.
    fn at(&mut self, id: ExprId, outer: Level) -> String {
        let (text, own) = self.tree(id);
        match own < outer {
            true => format!("({text})"),
            false => text,
        }
    }

    fn two(&mut self, a: ExprId, op: &str, b: ExprId, own: Level, right: Level) -> (String, Level) {
        let (a, b) = (self.at(a, own), self.at(b, right));
        (format!("{a} {op} {b}"), own)
    }

    fn tree(&mut self, id: ExprId) -> (String, Level) {
        use Level::{Atom, Branch, Power, Product, Sign, Sum};
        let f = self.f;
        match f.exprs.get(id) {
            Expr::Real(r) => {
                let negative = r.value().is_sign_negative() && !r.value().is_nan();
                (real(r.value()), if negative { Sign } else { Atom })
            }
            Expr::Integer(n) => (n.to_string(), if *n < 0 { Sign } else { Atom }),
            Expr::Len(d) => (self.length(*d), Atom),
            Expr::IndexValue(i) | Expr::Counter(i) => (self.index(*i).to_string(), Atom),
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            }
            | Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            } => self.read(*tensor, subscripts, *guarded),
            Expr::Number(a) => self.tree(*a),
            Expr::Unary(UnaryOp::Neg, a) | Expr::IntegerNeg(a) => {
                (format!("-{}", self.at(*a, Power)), Sign)
            }
            Expr::Unary(op, a) => (format!("{}({})", op.word(), self.number(*a)), Atom),
            Expr::IntegerAdd(a, b) if self.taken_away(*b).is_some() => {
                let a = self.at(*a, Sum);
                let b = match *f.exprs.get(*b) {
                    Expr::IntegerNeg(b) => self.at(b, Product),
                    _ => self.taken_away(*b).unwrap_or_default(),
                };
                (format!("{a} - {b}"), Sum)
            }
            Expr::Binary(BinaryOp::Add, a, b) | Expr::IntegerAdd(a, b) => {
                self.two(*a, "+", *b, Sum, Product)
            }
            Expr::Binary(BinaryOp::Sub, a, b) => self.two(*a, "-", *b, Sum, Product),
            Expr::Binary(BinaryOp::Mul, a, b) | Expr::IntegerMul(a, b) => {
                self.two(*a, "*", *b, Product, Power)
            }
            Expr::Binary(BinaryOp::Div, a, b) => self.two(*a, "/", *b, Product, Power),
            Expr::IntegerDiv(a, b) if self.in_subscript => self.two(*a, "/", *b, Product, Power),
            // As a number a quotient is not rounded.
            Expr::IntegerDiv(a, b) => {
                let (a, b) = (self.at(*a, Sum), self.at(*b, Power));
                (format!("floor(({a}) / {b})"), Atom)
            }
            Expr::IntegerMax(a, b) | Expr::IntegerMin(a, b) => {
                let word = match f.exprs.get(id) {
                    Expr::IntegerMax(..) => "max",
                    _ => "min",
                };
                (
                    format!("{word}({}, {})", self.number(*a), self.number(*b)),
                    Atom,
                )
            }
            Expr::IntegerRem(a, b) => {
                let b = match f.exprs.get(*b) {
                    Expr::IntegerMax(length, _) => length,
                    _ => b,
                };
                if !self.in_subscript && !self.is_integer(*a) {
                    let (a, b) = (self.at(*a, Sum), self.at(*b, Power));
                    return (format!("(({a}) - {b} * floor(({a}) / {b}))"), Atom);
                }
                let (text, _) = self.two(*a, "%", *b, Power, Power);
                (format!("({text})"), Atom)
            }
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.number(*a), self.number(*b));
                (format!("{}({a}, {b})", op.word()), Atom)
            }
            Expr::PowI(a, n) => (format!("{}^{n}", self.at(*a, Atom)), Power),
            Expr::Reduce { op, indices, body } => (self.over(op.word(), indices, *body), Atom),
            Expr::ArgReduce { op, index, body } => (self.over(op.word(), &[*index], *body), Atom),
            Expr::Softmax { along, body, log } => {
                let word = if *log { "log_softmax" } else { "softmax" };
                let along: Vec<&str> = along.iter().map(|&i| self.index(i)).collect();
                let along = along.join(", ");
                (format!("{word}[{along}]({})", self.number(*body)), Atom)
            }
            Expr::Jacobian { of, at, by, to } => {
                let (of, by) = (self.access(*of, at), self.access(*by, to));
                (format!("d({of}) / d({by})"), Product)
            }
            Expr::Foreign {
                function,
                arguments,
            } => {
                let arguments: Vec<String> = arguments.iter().map(|&a| self.number(a)).collect();
                let name = written(&f.foreign[function.index()].name);
                (format!("{name}({})", arguments.join(", ")), Atom)
            }
            Expr::Argument(at) => (self.arguments[*at as usize].clone(), Atom),
            Expr::Given(g) => (f.given[g.index()].text.clone(), Atom),
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.condition(*condition);
                let (then, otherwise) = (self.number(*then), self.number(*otherwise));
                let text = format!("if {condition} {{ {then} }} else {{ {otherwise} }}");
                (text, Branch)
            }
            Expr::Indicator(c) => match f.exprs.get(*c) {
                Expr::Compare(..) | Expr::IntegerCompare(..) => {
                    (format!("({})", self.condition(*c)), Atom)
                }
                _ => {
                    let c = self.condition(*c);
                    (format!("if {c} {{ 1 }} else {{ 0 }}"), Branch)
                }
            },
            Expr::Truth(_)
            | Expr::Compare(..)
            | Expr::IntegerCompare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_) => (self.condition(id), Branch),
            Expr::Returned { .. } => unreachable!("a call is an equation of its own"),
        }
    }

    fn condition(&mut self, id: ExprId) -> String {
        match *self.f.exprs.get(id) {
            Expr::Truth(true) => "0 == 0".to_string(),
            Expr::Truth(false) => "0 != 0".to_string(),
            Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => {
                let (a, b) = (self.at(a, Level::Sum), self.at(b, Level::Sum));
                format!("{a} {} {b}", op.word())
            }
            Expr::And(a, b) => format!("({}) && ({})", self.condition(a), self.condition(b)),
            Expr::Or(a, b) => format!("({}) || ({})", self.condition(a), self.condition(b)),
            Expr::Not(a) => format!("!({})", self.condition(a)),
            _ => self.number(id),
        }
    }

    /// Whether an integer is one as it is written: a quotient that is rounded down, and a smaller or larger one, are numbers.
    fn is_integer(&self, id: ExprId) -> bool {
        let number = |e: &ExprId| {
            matches!(
                self.f.exprs.get(*e),
                Expr::IntegerDiv(..) | Expr::IntegerMax(..) | Expr::IntegerMin(..)
            )
        };
        !self.f.exprs.walk(id).iter().any(number)
    }

    /// A number that is added with a sign, without it; of what else has one, nothing.
    fn taken_away(&self, id: ExprId) -> Option<String> {
        match *self.f.exprs.get(id) {
            Expr::IntegerNeg(_) => Some(String::new()),
            Expr::Integer(n) if n < 0 => Some(n.unsigned_abs().to_string()),
            _ => None,
        }
    }

    /// `sum[i, k: m](..)`
    fn over(&mut self, word: &str, indices: &[IndexId], body: ExprId) -> String {
        let bound: Vec<String> = indices.iter().map(|&i| self.introduce(i)).collect();
        format!("{word}[{}]({})", bound.join(", "), self.number(body))
    }

    fn access(&mut self, tensor: TensorId, subscripts: &[Subscript]) -> String {
        let inside: Vec<String> = subscripts.iter().map(|&s| self.subscript(s)).collect();
        match inside.is_empty() {
            true => self.names.tensor(tensor).to_string(),
            false => format!("{}[{}]", self.names.tensor(tensor), inside.join(", ")),
        }
    }

    /// A read; where it may lie outside, since what it stands in is not needed there, `if k < len(n) { X[k] } else { 0 }`.
    fn read(
        &mut self,
        tensor: TensorId,
        subscripts: &[Subscript],
        guarded: bool,
    ) -> (String, Level) {
        if guarded && self.in_subscript {
            return (self.read_nearby(tensor, subscripts), Level::Atom);
        }
        let read = self.access(tensor, subscripts);
        let f = self.f;
        let mut conditions: Vec<String> = Vec::new();
        for (&s, &d) in subscripts.iter().zip(&f.tensor(tensor).axes) {
            if guarded && !lies_inside(f, s, d) {
                // As a number: a quotient rounds down in a subscript alone.
                let outside = std::mem::replace(&mut self.in_subscript, false);
                let position = match s {
                    Subscript::At(e) => self.at(e, Level::Sum),
                    s => self.subscript(s),
                };
                self.in_subscript = outside;
                if let Subscript::At(_) = s {
                    conditions.push(format!("({position} >= 0)"));
                }
                conditions.push(format!("({position} < {})", self.length(d)));
            }
        }
        match guarded && !conditions.is_empty() {
            true => {
                let condition = conditions.join(" && ");
                let text = format!("if {condition} {{ {read} }} else {{ 0 }}");
                (text, Level::Branch)
            }
            false => (read, Level::Atom),
        }
    }

    /// A read in a subscript, where no branch can stand: outside, where any number will do, of the nearest element.
    fn read_nearby(&mut self, tensor: TensorId, subscripts: &[Subscript]) -> String {
        let axes = self.f.tensor(tensor).axes.clone();
        let each = subscripts.iter().zip(axes).map(|(&s, d)| {
            let at = self.subscript(s);
            match lies_inside(self.f, s, d) {
                true => at,
                false => format!("clamp({at})"),
            }
        });
        let inside: Vec<String> = each.collect();
        format!("{}[{}]", self.names.tensor(tensor), inside.join(", "))
    }

    fn length(&mut self, d: DimId) -> String {
        let dim = self.f.dim(d);
        match dim.length {
            Length::Fixed(n) => n.to_string(),
            Length::Computed(e) if is_written(self.f, d) => format!("({})", self.number(e)),
            _ => format!("len({})", written(&dim.name)),
        }
    }
}

/// Whether a subscript lies inside of its axis, wherever it stands.
fn lies_inside(f: &Function, s: Subscript, d: DimId) -> bool {
    match (s, &f.dim(d).length) {
        (Subscript::Index(i), _) => f.index(i).dim == d,
        (Subscript::Constant(c), Length::Fixed(n)) => c < *n,
        (Subscript::Constant(_), _) => false,
        (Subscript::At(e), _) => f.exprs.around(e).is_some(),
    }
}

/// A number that is read as itself.
pub(super) fn real(value: f64) -> String {
    if value.is_nan() {
        "(inf - inf)".to_string()
    } else if value.is_infinite() {
        (if value > 0.0 { "inf" } else { "-inf" }).to_string()
    } else if value == std::f64::consts::PI {
        "pi".to_string()
    } else if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:?}")
    }
}
