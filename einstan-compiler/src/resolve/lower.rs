//! Right-hand sides: sums made explicit by the scope rule.
//!
//! An index that the left-hand side and the enclosing reductions do not name is summed at the outermost product in
//! which two or more factors mention it.

use super::{Binding, Scope, equation::count, integer, message, unsupported};
use crate::ast::{
    self, Access, Cond, CondKind, Equation, Expr, ExprKind, Name, Number, Path, SubscriptKind,
};
use crate::ir::{
    self, BinaryOp, Check, DimId, Element, Expr as Ir, ExprId, IndexId, Place, ReduceOp, Subscript,
    TensorId, UnaryOp,
};
use crate::parse::words;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A lowered expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Number(ExprId),
    Integer(ExprId),
}

/// One right-hand side.
pub(crate) struct Lowering<'s, 'a, 'e> {
    pub(crate) scope: &'s mut Scope<'a>,
    equation: &'e Equation,
    pub(crate) indices: &'e BTreeSet<String>,
    ranges: &'e BTreeMap<String, DimId>,
    /// The indices in scope, by name.
    env: BTreeMap<String, IndexId>,
    /// Parameters of the scalar function that is inlined.
    pub(crate) locals: BTreeMap<String, ExprId>,
    /// Products sum nothing: inside a scalar function.
    never_sum: bool,
    /// The conditions on the way, each with its truth, where they speak of indices and lengths alone.
    guards: Vec<(ExprId, bool)>,
    branch: bool,
    /// How many conditions stand on the way.
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
        ranges: &'e BTreeMap<String, DimId>,
    ) -> Self {
        Lowering {
            scope,
            equation,
            indices,
            ranges,
            env: BTreeMap::new(),
            locals: BTreeMap::new(),
            never_sum: false,
            guards: Vec::new(),
            branch: false,
            depth: 0,
            summed: BTreeSet::new(),
            reported: BTreeSet::new(),
        }
    }

    /// Binds an index of the left-hand side.
    pub(crate) fn bind(&mut self, name: &str) -> IndexId {
        let id = self.scope.add_index(name, self.ranges[name]);
        self.env.insert(name.to_string(), id);
        id
    }

    fn error(&mut self, rule: &'static str, span: Span, text: impl Into<String>) {
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
                self.error(
                    "integer-kind",
                    e.span,
                    "this is a number, and an integer is needed here",
                );
                None
            }
        }
    }

    pub(crate) fn is_integer(&self, e: &Expr) -> bool {
        let locals = self.locals.keys().cloned().collect();
        integer::is(self.scope, e, self.indices, &locals)
    }

    pub(crate) fn value(&mut self, e: &Expr) -> Option<Value> {
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
            ExprKind::Derivative { of, by } => {
                let text = format!(
                    "the Jacobian `d({}) / d({})` (of `{}` by `{}`)",
                    message::access(of),
                    message::access(by),
                    of.tensor.text,
                    by.tensor.text
                );
                unsupported::report(self.scope.diagnostics, e.span, &text);
                None
            }
            ExprKind::Rust(_) => {
                unsupported::report(
                    self.scope.diagnostics,
                    e.span,
                    "a Rust expression in braces",
                );
                None
            }
            ExprKind::Error => None,
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
                    let text = format!(
                        "`{}` is a tensor and needs {}",
                        n.text,
                        count(rank, "index", "indices")
                    );
                    self.error("rank", n.span, text);
                    return None;
                }
                Some(self.element(id, vec![]))
            }
            Some(Binding::Poisoned) => None,
            None if self.scope.dims.contains_key(&n.text) => {
                let text = format!("`{0}` is a dimension: its length is `len({0})`", n.text);
                self.error("unknown-name", n.span, text);
                None
            }
            None => {
                self.scope.unknown(n);
                None
            }
        }
    }

    /// An index in scope, else an error: nothing says what becomes of it.
    fn index(&mut self, n: &Name) -> Option<IndexId> {
        if let Some(&id) = self.env.get(&n.text) {
            return Some(id);
        }
        if self.reported.insert(n.text.clone()) {
            let other =
                self.summed.contains(&n.text) || summed_somewhere(&self.equation.right, &n.text);
            let left = ast::print::left(&self.equation.left);
            if other {
                let text = format!(
                    "this `{0}` is not the `{0}` that is summed in the other product: nothing says what becomes of it\
                     \nhelp: say `sum[{0}](..)`, use another index, or name `{0}` in `{left}`",
                    n.text
                );
                self.error("other-sum", n.span, text);
            } else {
                let place = place_of(&self.equation.right, &n.text);
                let whose = place
                    .as_ref()
                    .map(|p| format!(" of `{p}`"))
                    .unwrap_or_default();
                let suggestion = place.unwrap_or_else(|| "..".to_string());
                let mut text = format!(
                    "nothing says what becomes of `{0}`{whose}: it is not on the left-hand side, and no product of two \
                     factors shares it\nhelp: to sum over it, write `sum[{0}]({suggestion})`; to keep it, name it in \
                     `{left}`",
                    n.text
                );
                text.push_str(&message::echo(&self.equation.text, &[suggestion]));
                self.error("free-index", n.span, text);
            }
        }
        None
    }

    fn len(&mut self, n: &Name) -> Option<Value> {
        match self.scope.dims.get(&n.text) {
            Some(&dim) => {
                let e = match self.scope.f.dim(dim).length {
                    ir::Length::Fixed(n) => Ir::Integer(n as i64),
                    _ => Ir::Len(dim),
                };
                Some(Value::Integer(self.add(e)))
            }
            None => {
                let near = words::nearest(&n.text, self.scope.dims.keys().map(String::as_str));
                let help = near
                    .map(|n| format!("\nhelp: did you mean `len({n})`?"))
                    .unwrap_or_default();
                let text = format!("no parameter has a dimension `{}`{help}", n.text);
                self.error("unknown-dimension", n.span, text);
                None
            }
        }
    }

    /// An element of a tensor.
    fn element(&mut self, tensor: TensorId, subscripts: Vec<Subscript>) -> Value {
        let guarded = self.branch && !self.scope.f.matches(tensor, &subscripts);
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

    fn access(&mut self, a: &Access) -> Option<Value> {
        let tensor = match self.scope.tensors.get(&a.tensor.text) {
            Some(Binding::Tensor { id, .. }) => *id,
            _ => return None,
        };
        let mut subscripts = Vec::new();
        let mut good = true;
        for (axis, s) in a.subscripts.iter().enumerate() {
            match &s.kind {
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }) => match self.index(n) {
                    Some(id) => {
                        self.within(tensor, axis, id);
                        subscripts.push(Subscript::Index(id));
                    }
                    None => good = false,
                },
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Number(Number::Whole(c)),
                    ..
                }) => {
                    good &= self.constant(a, tensor, axis, *c, s.span).is_some();
                    subscripts.push(Subscript::Constant(*c));
                }
                _ => return None,
            }
        }
        good.then(|| self.element(tensor, subscripts))
    }

    /// In a branch an index may run over another dimension than the axis: it lies inside where the branch is taken, which
    /// is checked at entry if the conditions on the way speak of indices and lengths alone.
    fn within(&mut self, tensor: TensorId, axis: usize, index: IndexId) {
        let dim = self.scope.f.tensor(tensor).axes[axis];
        if self.branch && self.scope.f.index(index).dim != dim && self.guards.len() == self.depth {
            let reached = self.guards.clone();
            let at = Place { tensor, axis };
            self.scope.f.checks.push(Check::Within {
                at,
                index,
                dim,
                reached,
            });
        }
    }

    /// A constant position lies inside: known now, or checked at entry.
    fn constant(
        &mut self,
        a: &Access,
        tensor: TensorId,
        axis: usize,
        position: u64,
        span: Span,
    ) -> Option<()> {
        let dim = self.scope.f.tensor(tensor).axes[axis];
        if let ir::Length::Fixed(n) = self.scope.f.dim(dim).length
            && position >= n
            && !self.branch
        {
            let text = format!(
                "`{}` reads position {position} of axis {axis} of `{}`, which has length {n}",
                message::access(a),
                a.tensor.text
            );
            self.error("fixed-length", span, text);
            return None;
        }
        let reached = self.guards.clone();
        self.scope.f.checks.push(Check::Inside {
            at: Place { tensor, axis },
            position,
            dim,
            reached,
        });
        Some(())
    }

    fn sum(&mut self, e: &Expr, parts: &[(bool, Expr)]) -> Option<Value> {
        let exact = self.is_integer(e);
        let values: Vec<Option<Value>> = parts.iter().map(|(_, e)| self.value(e)).collect();
        let mut total: Option<ExprId> = None;
        for ((plus, _), value) in parts
            .iter()
            .zip(values.into_iter().collect::<Option<Vec<Value>>>()?)
        {
            total = Some(match (exact, value) {
                (true, Value::Integer(v)) => {
                    let v = if *plus {
                        v
                    } else {
                        self.add(Ir::IntegerNeg(v))
                    };
                    total.map_or(v, |t| self.add(Ir::IntegerAdd(t, v)))
                }
                (_, value) => {
                    let v = match value {
                        Value::Number(v) => v,
                        Value::Integer(v) => self.as_number(v),
                    };
                    match (total, plus) {
                        (Some(t), true) => self.scope.f.exprs.binary(BinaryOp::Add, t, v),
                        (Some(t), false) => self.scope.f.exprs.binary(BinaryOp::Sub, t, v),
                        (None, true) => v,
                        (None, false) => self.scope.f.exprs.unary(UnaryOp::Neg, v),
                    }
                }
            });
        }
        let total = total?;
        Some(if exact {
            Value::Integer(total)
        } else {
            Value::Number(total)
        })
    }

    /// A product, and the sum over the indices that two or more of its factors mention and nothing else names.
    fn product(&mut self, e: &Expr, parts: &[(bool, Expr)]) -> Option<Value> {
        let mut mentioned: BTreeMap<String, usize> = BTreeMap::new();
        for (_, factor) in parts {
            for name in mentions(factor)
                .into_iter()
                .filter(|n| self.indices.contains(n))
            {
                *mentioned.entry(name).or_insert(0) += 1;
            }
        }
        let here: Vec<String> = mentioned
            .into_iter()
            .filter(|(name, times)| *times > 1 && !self.never_sum && !self.env.contains_key(name))
            .map(|(name, _)| name)
            .collect();
        for name in &here {
            self.ranged(name, e.span)?;
        }
        let outer = self.env.clone();
        let bound: Vec<IndexId> = here.iter().map(|name| self.bind(name)).collect();
        self.summed.extend(here);
        let exact = bound.is_empty() && self.is_integer(e);
        let values: Vec<Option<Value>> = parts.iter().map(|(_, e)| self.value(e)).collect();
        self.env = outer;
        let mut total: Option<ExprId> = None;
        for ((divides, _), value) in parts
            .iter()
            .zip(values.into_iter().collect::<Option<Vec<Value>>>()?)
        {
            total = Some(match (exact, value) {
                (true, Value::Integer(v)) => total.map_or(v, |t| self.add(Ir::IntegerMul(t, v))),
                (_, value) => {
                    let v = match value {
                        Value::Number(v) => v,
                        Value::Integer(v) => self.as_number(v),
                    };
                    match (total, divides) {
                        (Some(t), false) => self.scope.f.exprs.binary(BinaryOp::Mul, t, v),
                        (Some(t), true) => self.scope.f.exprs.binary(BinaryOp::Div, t, v),
                        (None, false) => v,
                        (None, true) => self.scope.f.exprs.unary(UnaryOp::Recip, v),
                    }
                }
            });
        }
        let total = total?;
        if exact {
            return Some(Value::Integer(total));
        }
        if bound.is_empty() {
            return Some(Value::Number(total));
        }
        Some(Value::Number(self.add(Ir::Reduce {
            op: ReduceOp::Sum,
            indices: bound,
            body: total,
        })))
    }

    /// An error if nothing gives the range of an index.
    fn ranged(&mut self, name: &str, span: Span) -> Option<()> {
        if self.ranges.contains_key(name) {
            return Some(());
        }
        if self.reported.insert(name.to_string()) {
            let text = format!("nothing gives the range of `{name}`: no tensor is read along it");
            self.error("no-range", span, text);
        }
        None
    }

    fn remainder(&mut self, e: &Expr, a: &Expr, b: &Expr) -> Option<Value> {
        if !self.is_integer(a) || !self.is_integer(b) {
            let text =
                "`%` is for integer expressions: indices, lengths, integer tensors, whole numbers";
            self.error("integer-kind", e.span, text);
            return None;
        }
        let (a, b) = (self.integer(a)?, self.integer(b)?);
        if *self.scope.f.exprs.get(b) == Ir::Integer(0) {
            self.error("integer-kind", e.span, "a remainder by zero");
            return None;
        }
        Some(Value::Integer(self.add(Ir::IntegerRem(a, b))))
    }

    /// A whole exponent is repeated multiplication.
    fn power(&mut self, a: &Expr, b: &Expr) -> Option<Value> {
        let base = self.number(a)?;
        if let Some(n) = whole(b) {
            return Some(Value::Number(self.add(Ir::PowI(base, n))));
        }
        let exponent = self.number(b)?;
        Some(Value::Number(self.scope.f.exprs.binary(
            BinaryOp::Pow,
            base,
            exponent,
        )))
    }

    fn call(&mut self, function: &Path, arguments: &[Expr]) -> Option<Value> {
        let name = &function.segments.last()?.text;
        if function.segments.len() > 1 {
            let text = format!("a call of `{name}` by its path, here,");
            unsupported::report(self.scope.diagnostics, function.span, &text);
            return None;
        }
        if let Some(s) = self.scope.scalars.get(name) {
            return self.scalar(&s.clone(), arguments, function.span);
        }
        let (unary, binary) = (unary(name), binary(name));
        let takes: &[usize] = match (unary.is_some(), binary.is_some()) {
            (true, true) => &[1, 2],
            (true, false) => &[1],
            (false, true) => &[2],
            (false, false) => {
                if self.scope.functions.contains(name) {
                    let text = format!("the call of the function `{name}` inside an expression");
                    unsupported::report(self.scope.diagnostics, function.span, &text);
                    return None;
                }
                let known = words::UNARY
                    .iter()
                    .chain(words::BINARY)
                    .chain(words::REDUCTIONS)
                    .copied();
                let known = known.chain(words::NORMALISERS.iter().copied());
                let near = words::nearest(
                    name,
                    known.chain(self.scope.scalars.keys().map(String::as_str)),
                );
                let help = near
                    .map(|n| format!("\nhelp: did you mean `{n}`?"))
                    .unwrap_or_default();
                let text = match near {
                    Some(n) => format!(
                        "`{name}` is no function of this notation; the nearest is `{n}`{help}"
                    ),
                    None => format!("`{name}` is no function of this notation"),
                };
                self.error("unknown-function", function.span, text);
                return None;
            }
        };
        if !takes.contains(&arguments.len()) {
            let text = format!(
                "`{name}` takes {}, not {}",
                count(takes[0], "argument", "arguments"),
                arguments.len()
            );
            self.error("arguments", function.span, text);
            return None;
        }
        let values: Vec<Option<ExprId>> = arguments.iter().map(|a| self.number(a)).collect();
        let values: Vec<ExprId> = values.into_iter().collect::<Option<_>>()?;
        Some(Value::Number(match (values.as_slice(), unary, binary) {
            ([a], Some(op), _) => self.scope.f.exprs.unary(op, *a),
            ([a, b], _, Some(op)) => self.scope.f.exprs.binary(op, *a, *b),
            _ => unreachable!("the number of arguments was checked"),
        }))
    }

    /// A scalar function's body in place of its call.
    fn scalar(&mut self, s: &ast::ScalarFn, arguments: &[Expr], span: Span) -> Option<Value> {
        if s.parameters.len() != arguments.len() {
            let text = format!(
                "`{}` takes {}, not {}",
                s.name.text,
                count(s.parameters.len(), "argument", "arguments"),
                arguments.len()
            );
            self.error("arguments", span, text);
            return None;
        }
        let values: Vec<Option<ExprId>> = arguments.iter().map(|a| self.number(a)).collect();
        let values: Vec<ExprId> = values.into_iter().collect::<Option<_>>()?;
        let locals = s
            .parameters
            .iter()
            .map(|p| p.text.clone())
            .zip(values)
            .collect();
        // The body knows its parameters and numbers alone.
        let none = BTreeSet::new();
        let mut inner = Lowering::new(&mut *self.scope, self.equation, &none, self.ranges);
        inner.locals = locals;
        inner.never_sum = true;
        inner.guards = self.guards.clone();
        inner.branch = self.branch;
        inner.depth = self.depth;
        inner.number(&s.body).map(Value::Number)
    }

    fn reduction(
        &mut self,
        function: &Name,
        indices: &[ast::Annotated],
        body: &Expr,
    ) -> Option<Value> {
        let mut ids = Vec::new();
        for a in indices {
            if let Some(d) = &a.dimension {
                unsupported::report(
                    self.scope.diagnostics,
                    d.span,
                    "a dimension annotation in a reduction",
                );
                return None;
            }
            self.ranged(&a.index.text, a.index.span)?;
        }
        let word = function.text.as_str();
        let log = word == "log_softmax";
        if log || word == "softmax" {
            for a in indices {
                ids.push(self.index(&a.index)?);
            }
            let body = self.number(body)?;
            return Some(Value::Number(self.add(Ir::Softmax {
                along: ids,
                body,
                log,
            })));
        }
        let Some((op, word)) = reduction(word) else {
            let text = format!("`{word}` is no reduction of this notation");
            self.error("unknown-function", function.span, text);
            return None;
        };
        let arg = matches!(op, ReduceOp::ArgMax | ReduceOp::ArgMin);
        if arg && indices.len() != 1 {
            self.error(
                "arguments",
                function.span,
                format!("`{word}` takes one index, not {}", indices.len()),
            );
            return None;
        }
        let outer = self.env.clone();
        for a in indices {
            let id = self.bind(&a.index.text);
            ids.push(id);
            if arg || matches!(op, ReduceOp::Max | ReduceOp::Min) {
                let dim = self.scope.f.index(id).dim;
                let check = Check::NonEmpty {
                    word,
                    index: a.index.text.clone(),
                    dim,
                    tensor: TensorId(u32::MAX),
                };
                self.scope.f.checks.push(check);
            }
        }
        let body = self.number(body);
        self.env = outer;
        let body = body?;
        Some(if arg {
            Value::Integer(self.add(Ir::ArgReduce {
                op,
                index: ids[0],
                body,
            }))
        } else {
            Value::Number(self.add(Ir::Reduce {
                op,
                indices: ids,
                body,
            }))
        })
    }

    fn selection(&mut self, condition: &Cond, then: &Expr, otherwise: &Expr) -> Option<Value> {
        let c = self.condition(condition)?;
        let then_value = self.in_branch(c, true, |s| s.value(then));
        let otherwise_value = self.in_branch(c, false, |s| s.value(otherwise));
        let (a, b) = (then_value?, otherwise_value?);
        if let (Value::Integer(a), Value::Integer(b)) = (a, b) {
            return Some(Value::Integer(self.add(Ir::Select {
                condition: c,
                then: a,
                otherwise: b,
            })));
        }
        let number = |s: &mut Self, v| match v {
            Value::Number(v) => v,
            Value::Integer(v) => s.as_number(v),
        };
        let (a, b) = (number(self, a), number(self, b));
        Some(Value::Number(self.add(Ir::Select {
            condition: c,
            then: a,
            otherwise: b,
        })))
    }

    /// Runs `f` as a branch that `condition` reaches where it is `truth`.
    pub(crate) fn in_branch<R>(
        &mut self,
        condition: ExprId,
        truth: bool,
        f: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let guards = self.guards.len();
        if self.speaks_of_lengths(condition) {
            self.guards.push((condition, truth));
        }
        let outer = std::mem::replace(&mut self.branch, true);
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        self.branch = outer;
        self.guards.truncate(guards);
        out
    }

    /// Whether a condition depends on indices and lengths alone.
    fn speaks_of_lengths(&self, condition: ExprId) -> bool {
        self.scope.f.exprs.walk(condition).into_iter().all(|e| {
            !matches!(
                self.scope.f.exprs.get(e),
                Ir::Access { .. }
                    | Ir::IntegerAccess { .. }
                    | Ir::Reduce { .. }
                    | Ir::ArgReduce { .. }
                    | Ir::Softmax { .. }
            )
        })
    }
}

/// A whole exponent, with its sign.
fn whole(e: &Expr) -> Option<i32> {
    match &e.kind {
        ExprKind::Number(Number::Whole(n)) => i32::try_from(*n).ok(),
        ExprKind::Neg(a) => whole(a).map(|n| -n),
        ExprKind::Group(a) => whole(a),
        _ => None,
    }
}

fn unary(word: &str) -> Option<UnaryOp> {
    Some(match word {
        "exp" => UnaryOp::Exp,
        "ln" => UnaryOp::Ln,
        "log2" => UnaryOp::Log2,
        "log10" => UnaryOp::Log10,
        "log1p" => UnaryOp::Log1p,
        "expm1" => UnaryOp::Expm1,
        "sqrt" => UnaryOp::Sqrt,
        "recip" => UnaryOp::Recip,
        "abs" => UnaryOp::Abs,
        "sign" => UnaryOp::Sign,
        "floor" => UnaryOp::Floor,
        "ceil" => UnaryOp::Ceil,
        "round" => UnaryOp::Round,
        "sin" => UnaryOp::Sin,
        "cos" => UnaryOp::Cos,
        "tan" => UnaryOp::Tan,
        "asin" => UnaryOp::Asin,
        "acos" => UnaryOp::Acos,
        "atan" => UnaryOp::Atan,
        "sinh" => UnaryOp::Sinh,
        "cosh" => UnaryOp::Cosh,
        "tanh" => UnaryOp::Tanh,
        "erf" => UnaryOp::Erf,
        "sigmoid" => UnaryOp::Sigmoid,
        "relu" => UnaryOp::Relu,
        "softplus" => UnaryOp::Softplus,
        "silu" => UnaryOp::Silu,
        "gelu" => UnaryOp::Gelu,
        _ => return None,
    })
}

fn binary(word: &str) -> Option<BinaryOp> {
    Some(match word {
        "pow" => BinaryOp::Pow,
        "max" => BinaryOp::Max,
        "min" => BinaryOp::Min,
        "atan2" => BinaryOp::Atan2,
        _ => return None,
    })
}

fn reduction(word: &str) -> Option<(ReduceOp, &'static str)> {
    Some(match word {
        "sum" => (ReduceOp::Sum, "sum"),
        "mean" => (ReduceOp::Mean, "mean"),
        "prod" => (ReduceOp::Prod, "prod"),
        "max" => (ReduceOp::Max, "max"),
        "min" => (ReduceOp::Min, "min"),
        "logsumexp" => (ReduceOp::LogSumExp, "logsumexp"),
        "argmax" => (ReduceOp::ArgMax, "argmax"),
        "argmin" => (ReduceOp::ArgMin, "argmin"),
        _ => return None,
    })
}

// --- what a piece of syntax mentions

/// The expressions directly inside, without subscripts.
fn children(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Neg(a) | ExprKind::Group(a) => vec![a],
        ExprKind::Sum(parts) | ExprKind::Product(parts) => parts.iter().map(|(_, e)| e).collect(),
        ExprKind::Rem(a, b) | ExprKind::Pow(a, b) => vec![a, b],
        ExprKind::Indicator(c) => condition_children(c),
        ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        ExprKind::Reduction { body, .. } => vec![body],
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            let mut all = condition_children(condition);
            all.extend([&**then, &**otherwise]);
            all
        }
        _ => vec![],
    }
}

fn condition_children(c: &Cond) -> Vec<&Expr> {
    match &c.kind {
        CondKind::Compare { left, right, .. } => vec![left, right],
        CondKind::And(a, b) | CondKind::Or(a, b) => {
            [condition_children(a), condition_children(b)].concat()
        }
        CondKind::Not(a) => condition_children(a),
        CondKind::Error => vec![],
    }
}

fn positions(a: &Access) -> Vec<&Expr> {
    a.subscripts
        .iter()
        .map(|s| match &s.kind {
            SubscriptKind::Plain(e) => e,
            SubscriptKind::Wrapped { position, .. } => position,
        })
        .collect()
}

/// The names that an expression uses as a subscript or as a number, and no reduction in it binds.
pub(crate) fn mentions(e: &Expr) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = children(e).into_iter().flat_map(mentions).collect();
    match &e.kind {
        ExprKind::Name(n) => {
            out.insert(n.text.clone());
        }
        ExprKind::Access(a) => out.extend(positions(a).into_iter().flat_map(mentions)),
        ExprKind::Derivative { of, by } => {
            out.extend(
                positions(of)
                    .into_iter()
                    .chain(positions(by))
                    .flat_map(mentions),
            );
        }
        ExprKind::Reduction {
            function, indices, ..
        } => {
            let names = indices.iter().map(|a| a.index.text.clone());
            if words::NORMALISERS.contains(&function.text.as_str()) {
                out.extend(names);
            } else {
                names.for_each(|n| {
                    out.remove(&n);
                });
            }
        }
        _ => {}
    }
    out
}

/// Every access, outer ones first, and whether it stands in a branch.
pub(crate) fn accesses(e: &Expr) -> Vec<(Access, bool)> {
    let mut out = Vec::new();
    collect(e, false, &mut out);
    out
}

fn collect(e: &Expr, branch: bool, out: &mut Vec<(Access, bool)>) {
    match &e.kind {
        ExprKind::Access(a) => {
            out.push((a.clone(), branch));
            positions(a)
                .into_iter()
                .for_each(|p| collect(p, branch, out));
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            collect_condition(condition, branch, out);
            collect(then, true, out);
            collect(otherwise, true, out);
        }
        ExprKind::Indicator(c) => collect_condition(c, branch, out),
        _ => children(e)
            .into_iter()
            .for_each(|c| collect(c, branch, out)),
    }
}

fn collect_condition(c: &Cond, branch: bool, out: &mut Vec<(Access, bool)>) {
    match &c.kind {
        CondKind::Compare { left, right, .. } => {
            collect(left, branch, out);
            collect(right, branch, out);
        }
        CondKind::And(a, b) | CondKind::Or(a, b) => {
            collect_condition(a, branch, out);
            collect_condition(b, true, out);
        }
        CondKind::Not(a) => collect_condition(a, branch, out),
        CondKind::Error => {}
    }
}

/// The indices of an equation: names in subscripts, on the left, or bound by a reduction.
pub(crate) fn index_names(e: &Equation) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = e
        .left
        .subscripts
        .iter()
        .flat_map(|(s, _)| match &s.kind {
            SubscriptKind::Plain(e) => mentions(e),
            SubscriptKind::Wrapped { position, .. } => mentions(position),
        })
        .collect();
    out.extend(subscript_names(&e.right).into_iter().map(|n| n.text));
    bound(&e.right, &mut out);
    out
}

/// The plain names in subscripts.
pub(crate) fn subscript_names(e: &Expr) -> Vec<Name> {
    accesses(e)
        .iter()
        .flat_map(|(a, _)| {
            positions(a)
                .into_iter()
                .flat_map(bare_names)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn bound(e: &Expr, out: &mut BTreeSet<String>) {
    if let ExprKind::Reduction { indices, .. } = &e.kind {
        out.extend(indices.iter().map(|a| a.index.text.clone()));
    }
    children(e).into_iter().for_each(|c| bound(c, out));
}

/// The names without subscripts, those in subscripts apart.
pub(crate) fn bare_names(e: &Expr) -> Vec<Name> {
    let mut out: Vec<Name> = match &e.kind {
        ExprKind::Name(n) => vec![n.clone()],
        _ => vec![],
    };
    children(e)
        .into_iter()
        .for_each(|c| out.extend(bare_names(c)));
    out
}

/// The functions that an expression calls by a plain name.
pub(crate) fn calls(e: &Expr, out: &mut Vec<String>) {
    if let ExprKind::Call { function, .. } = &e.kind
        && function.segments.len() == 1
    {
        out.push(function.segments[0].text.clone());
    }
    children(e).into_iter().for_each(|c| calls(c, out));
}

/// Two indices that a subscript multiplies.
pub(crate) fn product_of_indices(e: &Expr) -> Option<(String, String)> {
    if let ExprKind::Product(parts) = &e.kind {
        let names: Vec<&str> = parts
            .iter()
            .filter_map(|(divides, e)| match &e.kind {
                ExprKind::Name(n) if !divides => Some(n.text.as_str()),
                _ => None,
            })
            .collect();
        if let [a, b, ..] = names[..] {
            return Some((a.to_string(), b.to_string()));
        }
    }
    children(e).into_iter().find_map(product_of_indices)
}

/// Whether some product of the expression has two factors that mention `name`.
fn summed_somewhere(e: &Expr, name: &str) -> bool {
    let here = match &e.kind {
        ExprKind::Product(parts) => {
            parts
                .iter()
                .filter(|(_, e)| mentions(e).contains(name))
                .count()
                > 1
        }
        _ => false,
    };
    here || children(e).into_iter().any(|c| summed_somewhere(c, name))
}

/// The first access along `name`, printed.
fn place_of(e: &Expr, name: &str) -> Option<String> {
    accesses(e)
        .iter()
        .find(|(a, _)| positions(a).into_iter().any(|p| mentions(p).contains(name)))
        .map(|(a, _)| message::access(a))
}

/// Calls `visit` with every tensor and bare name, with the number of its subscripts, in the order of the source.
pub(crate) fn in_order(e: &Expr, visit: &mut impl FnMut(&Name, usize)) {
    match &e.kind {
        ExprKind::Name(n) => visit(n, 0),
        ExprKind::Access(a) => {
            visit(&a.tensor, a.subscripts.len());
            positions(a).into_iter().for_each(|p| in_order(p, visit));
        }
        ExprKind::Derivative { of, by } => [of, by]
            .into_iter()
            .for_each(|a| visit(&a.tensor, a.subscripts.len())),
        _ => children(e).into_iter().for_each(|c| in_order(c, visit)),
    }
}
