//! Right-hand sides: names become ids, sums become explicit by the scope rule.
//!
//! An index that the left-hand side and the enclosing reductions do not name is summed at the outermost product in
//! which two or more factors mention it.

mod arithmetic;
mod branch;
mod call;
mod extent;
mod index;
mod reduction;
mod subscript;

pub(crate) use subscript::Pad;
use subscript::Placed;

use super::message;
use super::range::Ranges;
use super::{Binding, Scope, integer};
use crate::ast::{self, Access, Equation, Expr, ExprKind, Name, Number};
use crate::check::{Branch, Position};
use crate::ir::{Element, Expr as Ir, ExprId, IndexId, Place, Role, Subscript, TensorId, UnaryOp};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A lowered expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Number(ExprId),
    Integer(ExprId),
}

impl Value {
    pub(crate) fn id(self) -> ExprId {
        match self {
            Value::Number(id) | Value::Integer(id) => id,
        }
    }
}

/// One right-hand side.
pub(crate) struct Lowering<'s, 'a, 'e> {
    pub(crate) scope: &'s mut Scope<'a>,
    equation: &'e Equation,
    pub(crate) indices: &'e BTreeSet<String>,
    ranges: &'e Ranges,
    /// The indices in scope, by name.
    env: BTreeMap<String, IndexId>,
    /// Parameters of the scalar function that is inlined.
    pub(crate) locals: BTreeMap<String, ExprId>,
    /// The scalar function that is inlined: products in it sum nothing.
    within: Option<String>,
    /// The way to a branch.
    branch: Option<Branch>,
    /// How many expressions are around the one at hand, with those that call the function it stands in.
    depth: usize,
    /// Indices that some product of the equation sums.
    summed: BTreeSet<String>,
    /// Indices that have been reported.
    reported: BTreeSet<String>,
}

impl<'s, 'a, 'e> Lowering<'s, 'a, 'e> {
    pub(crate) fn new(
        scope: &'s mut Scope<'a>,
        equation: &'e Equation,
        indices: &'e BTreeSet<String>,
        ranges: &'e Ranges,
    ) -> Self {
        Lowering {
            scope,
            equation,
            indices,
            ranges,
            env: BTreeMap::new(),
            locals: BTreeMap::new(),
            within: None,
            branch: None,
            depth: 0,
            summed: BTreeSet::new(),
            reported: BTreeSet::new(),
        }
    }

    /// Binds an index of the left-hand side, where it may stand twice.
    pub(crate) fn bind_once(&mut self, name: &str) -> IndexId {
        match self.env.get(name) {
            Some(&id) => id,
            None => self.bind(name),
        }
    }

    /// Binds an index.
    fn bind(&mut self, name: &str) -> IndexId {
        let (dim, range) = &self.ranges.of[name];
        let id = self.scope.f.add_index(name, *dim);
        self.scope.written.ranges.insert(id, range.clone());
        self.env.insert(name.to_string(), id);
        id
    }

    pub(crate) fn error(&mut self, rule: Rule, span: Span, text: impl Into<String>) {
        self.scope.diagnostics.error(rule, span, text);
    }

    fn add(&mut self, e: Ir) -> ExprId {
        self.scope.f.exprs.add(e)
    }

    /// A value as a number.
    pub(crate) fn number(&mut self, e: &Expr) -> Option<ExprId> {
        match self.value(e)? {
            Value::Number(id) => Some(id),
            Value::Integer(id) => Some(self.as_number(id)),
        }
    }

    fn as_number(&mut self, id: ExprId) -> ExprId {
        match *self.scope.f.exprs.get(id) {
            Ir::Integer(n) => self.scope.f.exprs.real(n as f64),
            _ => self.add(Ir::Number(id)),
        }
    }

    /// A value as an integer, where the expression is one of integers.
    pub(crate) fn integer(&mut self, e: &Expr) -> Option<ExprId> {
        match self.value(e)? {
            Value::Integer(id) => Some(id),
            Value::Number(_) => {
                let text = format!(
                    "`{}` is a number, and an integer is needed here",
                    ast::print::expr(e)
                );
                self.error(Rule::IntegerKind, e.span, text);
                None
            }
        }
    }

    pub(crate) fn is_integer(&self, e: &Expr) -> bool {
        let locals = self.locals.keys().cloned().collect();
        integer::is(self.scope, e, self.indices, &locals)
    }

    fn value_of(&mut self, e: &Expr) -> Option<Value> {
        match &e.kind {
            ExprKind::Number(Number::Whole(n)) => match i64::try_from(*n) {
                Ok(n) => Some(Value::Integer(self.add(Ir::Integer(n)))),
                Err(_) => Some(Value::Number(self.scope.f.exprs.real(*n as f64))),
            },
            ExprKind::Number(Number::Real(r)) => Some(Value::Number(self.scope.f.exprs.real(*r))),
            ExprKind::Pi => Some(Value::Number(self.scope.f.exprs.real(std::f64::consts::PI))),
            ExprKind::Inf => Some(Value::Number(self.scope.f.exprs.real(f64::INFINITY))),
            ExprKind::Name(n) => self.name(n),
            ExprKind::Len(n) => self.len(n),
            ExprKind::Access(a) => self.access(a),
            ExprKind::Group(a) => self.value(a),
            ExprKind::Neg(a) => match self.value(a)? {
                Value::Integer(id) => match *self.scope.f.exprs.get(id) {
                    Ir::Integer(n) => Some(Value::Integer(self.add(Ir::Integer(-n)))),
                    _ => Some(Value::Integer(self.add(Ir::IntegerNeg(id)))),
                },
                Value::Number(id) => {
                    Some(Value::Number(self.scope.f.exprs.unary(UnaryOp::Neg, id)))
                }
            },
            ExprKind::Sum(parts) => self.sum(e, parts),
            ExprKind::Product(parts) => self.product(e, parts),
            ExprKind::Rem(a, b) => self.remainder(e, a, b),
            ExprKind::Pow(a, b) => self.power(a, b),
            ExprKind::Indicator(c) => {
                let c = self.condition(c)?;
                Some(Value::Number(self.add(Ir::Indicator(c))))
            }
            ExprKind::Call {
                function,
                arguments,
            } => self.call(function, arguments),
            ExprKind::Reduction {
                function,
                indices,
                body,
            } => self.reduction(function, indices, body),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.selection(condition, then, otherwise),
            ExprKind::Derivative { of, by } => self.derivative(of, by),
            ExprKind::Rust(tokens) => {
                let given = self.scope.evaluated(tokens, self.within.as_deref());
                Some(Value::Number(self.add(Ir::Given(given))))
            }
            // Reported where it was read; a scalar function may be wrong itself.
            ExprKind::Error => {
                self.scope.failed = true;
                None
            }
        }
    }

    /// An index as a number, a scalar, or a parameter of a scalar function.
    fn name(&mut self, n: &Name) -> Option<Value> {
        if let Some(&id) = self.locals.get(&n.text) {
            return Some(Value::Number(id));
        }
        if self.indices.contains(&n.text) {
            let id = self.index(n)?;
            return Some(Value::Integer(self.add(Ir::IndexValue(id))));
        }
        match self.scope.tensors.get_mut(&n.text) {
            Some(Binding::Tensor { id, read, .. }) => {
                *read = true;
                let id = *id;
                let t = self.scope.f.tensor(id);
                if !t.axes.is_empty() {
                    let rank = t.axes.len();
                    self.scope.wrong_rank(n, rank, 0, self.equation);
                    self.scope.failed = true;
                    return None;
                }
                Some(self.element(id, vec![], false))
            }
            Some(Binding::Poisoned) => None,
            None if self.scope.dims.contains_key(&n.text) => {
                let text = format!("`{0}` is a dimension: its length is `len({0})`", n.text);
                self.error(Rule::UnknownName, n.span, text);
                None
            }
            None => {
                self.scope.unknown_number(n);
                None
            }
        }
    }

    fn len(&mut self, n: &Name) -> Option<Value> {
        let dim = self.scope.dimension(n)?;
        let length = self.scope.f.length_of(dim);
        Some(Value::Integer(self.add(length)))
    }

    /// An element of a tensor.
    fn element(&mut self, tensor: TensorId, subscripts: Vec<Subscript>, padded: bool) -> Value {
        let guarded = padded || self.branch.is_some() && !self.scope.f.matches(tensor, &subscripts);
        match self.scope.f.tensor(tensor).element {
            Element::Float => Value::Number(self.add(Ir::Access {
                tensor,
                subscripts,
                guarded,
            })),
            Element::Integer(_) => Value::Integer(self.add(Ir::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            })),
        }
    }

    /// `d(Y[i,j]) / d(W[k,l])`
    fn derivative(&mut self, of: &Access, by: &Access) -> Option<Value> {
        let (y, w) = (self.place(of), self.place(by));
        let (
            Placed {
                tensor: y,
                subscripts: at,
                pads,
            },
            to,
        ) = (y?, w?);
        let pads = [pads, to.pads].concat();
        let (w, to) = (to.tensor, to.subscripts);
        for (a, tensor) in [(of, y), (by, w)] {
            if self.scope.recurrence.is_new(tensor) {
                let text = format!(
                    "`{}` is not defined yet: it has no derivative here",
                    a.tensor.text
                );
                self.error(Rule::Derivative, a.tensor.span, text);
                return None;
            }
        }
        for a in [of, by] {
            if self.scope.mutable.contains_key(&a.tensor.text) {
                let text = format!(
                    "`{}` is a `mut` parameter: there is no derivative of it or by it",
                    a.tensor.text
                );
                self.error(Rule::Derivative, a.tensor.span, text);
                return None;
            }
        }
        for (a, tensor) in [(of, y), (by, w)] {
            if self.scope.f.tensor(tensor).element != Element::Float {
                let text = format!("`{}` is an integer and has no derivative", a.tensor.text);
                self.error(Rule::Derivative, a.tensor.span, text);
                return None;
            }
        }
        if self.scope.f.tensor(w).role == (Role::Parameter { constant: true }) {
            let text = format!(
                "`{0}` is `const`: there is no derivative by it\nhelp: declare it without `const`",
                by.tensor.text
            );
            self.error(Rule::Derivative, by.tensor.span, text);
            return None;
        }
        if let Some(name) = self.scope.crossing(y, w) {
            let text = format!(
                "`{}` depends on `{}` through `{name}`, which stands in another invocation: `d(..)/d(..)` does not \
                 cross its call\nhelp: define it in this invocation",
                of.tensor.text, by.tensor.text
            );
            self.error(Rule::Derivative, of.tensor.span, text);
            return None;
        }
        if let Some(name) = self.scope.f.without_rule(&[y], &[w], 1) {
            let text = format!(
                "`{}` depends on `{}` through `{name}`, an `extern fn` without a rule for that: it has no derivative\n\
                 help: give it one, `extern fn {name}(x) = .., d/dx = ..;`",
                of.tensor.text, by.tensor.text
            );
            self.error(Rule::Derivative, of.tensor.span, text);
            return None;
        }
        let jacobian = self.add(Ir::Jacobian {
            of: y,
            at,
            by: w,
            to,
        });
        // Outside of its tensor an element depends on nothing.
        let pads: Vec<_> = pads.into_iter().map(Pad::of_zero).collect();
        Some(self.padded(Value::Number(jacobian), &pads))
    }

    fn position(&mut self, a: &Access, place: Place, subscript: Subscript, span: Span) {
        let written = &mut self.scope.written;
        written.positions.push(Position {
            equation: written.equations.len() - 1,
            subscript,
            place,
            dim: self.scope.f.tensor(place.tensor).axes[place.axis],
            shown: message::access(a),
            position: ast::print::subscript(&a.subscripts[place.axis]),
            span,
            branch: self.branch.clone(),
            write: false,
        });
    }
}
