//! Subscripts: positions as integer expressions, and what is read where one lies outside.

use super::{Lowering, Value};
use crate::ast::{self, Access, Expr, ExprKind, Name, Number, SubscriptKind, Wrapper};
use crate::ir::{
    CmpOp, DimId, Element, Expr as Ir, ExprId, Place, Polynomial, Subscript, TensorId,
};
use crate::resolve::message;
use crate::resolve::recurrence::Read;
use crate::resolve::{Binding, mention};
use crate::rule::Rule;
use proc_macro2::Span;

/// An access with its positions.
pub(crate) struct Placed {
    pub tensor: TensorId,
    pub subscripts: Vec<Subscript>,
    /// Of the axes that are padded.
    pub pads: Vec<Pad>,
}

/// Where a padded position lies inside, and what is read elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pad {
    pub inside: ExprId,
    outside: Option<ExprId>,
}

impl Pad {
    /// The same with nothing outside.
    pub(super) fn of_zero(self) -> Pad {
        Pad {
            outside: None,
            ..self
        }
    }
}

impl Lowering<'_, '_, '_> {
    /// An access.
    pub(super) fn access(&mut self, a: &Access) -> Option<Value> {
        let placed = self.place(a)?;
        self.note_read(a, &placed);
        let value = self.element(placed.tensor, placed.subscripts, !placed.pads.is_empty());
        Some(self.padded(value, &placed.pads))
    }

    /// Notes a read of a tensor of the recurrence at hand.
    fn note_read(&mut self, a: &Access, placed: &Placed) {
        if self.scope.recurrence.is_new(placed.tensor) {
            let read = Read {
                equation: self.scope.f.equations.len(),
                tensor: placed.tensor,
                subscripts: placed.subscripts.clone(),
                branch: self.branch.clone().unwrap_or_default(),
                shown: message::access(a),
                span: a.span,
            };
            self.scope.recurrence.reads.push(read);
        }
    }

    /// The value where all positions lie inside; where several lie outside, the first one's value.
    pub(crate) fn padded(&mut self, value: Value, pads: &[Pad]) -> Value {
        pads.iter().rev().fold(value, |value, pad| {
            let zero = match value {
                Value::Number(_) => self.scope.f.exprs.real(0.0),
                Value::Integer(_) => self.add(Ir::Integer(0)),
            };
            let select = Ir::Select {
                condition: pad.inside,
                then: value.id(),
                otherwise: pad.outside.unwrap_or(zero),
            };
            let select = self.add(select);
            match value {
                Value::Number(_) => Value::Number(select),
                Value::Integer(_) => Value::Integer(select),
            }
        })
    }

    /// The tensor and the subscripts of an access, its positions noted for `check`.
    pub(super) fn place(&mut self, a: &Access) -> Option<Placed> {
        let tensor = match self.scope.tensors.get(&a.tensor.text) {
            Some(Binding::Tensor { id, .. }) => *id,
            _ => return None,
        };
        let mut placed = Placed {
            tensor,
            subscripts: vec![],
            pads: vec![],
        };
        let axes = self.scope.f.tensor(tensor).axes.clone();
        let mut good = true;
        for (axis, (s, dim)) in a.subscripts.iter().zip(axes).enumerate() {
            let Some((subscript, pad)) = self.subscript(a, s, (tensor, axis), dim) else {
                good = false;
                continue;
            };
            if pad.is_none() {
                self.position(a, Place { tensor, axis }, subscript, s.span);
            }
            placed.pads.extend(pad);
            placed.subscripts.push(subscript);
        }
        good.then_some(placed)
    }

    /// A subscript of an axis, and where it lies inside if it is padded.
    pub(crate) fn subscript(
        &mut self,
        a: &Access,
        s: &ast::Subscript,
        (tensor, axis): (TensorId, usize),
        dim: DimId,
    ) -> Option<(Subscript, Option<Pad>)> {
        let (e, wrapper, outside) = match &s.kind {
            SubscriptKind::Plain(e) => (e, None, &None),
            SubscriptKind::Wrapped {
                wrapper,
                position,
                outside,
                ..
            } => (position, Some(*wrapper), outside),
        };
        if wrapper.is_none()
            && let Some(n) = mention::plain_index(s).filter(|n| self.indices.contains(&n.text))
        {
            let i = self.index(n)?;
            let limits = &self.ranges.limits;
            let limited = limits.contains(&(tensor, axis, n.text.clone()))
                && self.scope.f.index(i).dim != dim;
            let subscript = match limited {
                true => Subscript::At(self.add(Ir::IndexValue(i))),
                false => Subscript::Index(i),
            };
            return Some((subscript, None));
        }
        let position = self.integer_position(a, e)?;
        self.fitting(position, e)?;
        let position = self.scope.f.exprs.collected_integer(position);
        match (wrapper, self.scope.f.exprs.get(position)) {
            (None, Ir::Integer(c)) if *c >= 0 => Some((Subscript::Constant(*c as u64), None)),
            (None, _) => Some((Subscript::At(position), None)),
            (Some(Wrapper::Clamp), _) => Some((self.clamped(position, dim), None)),
            (Some(Wrapper::Wrap), _) => Some((self.wrapped(position, dim), None)),
            (Some(Wrapper::Pad), _) => {
                let inside = self.inside(position, dim);
                let outside = match outside {
                    Some(e) => Some(self.outside(tensor, e)?),
                    None => None,
                };
                Some((Subscript::At(position), Some(Pad { inside, outside })))
            }
        }
    }

    fn length(&mut self, dim: DimId) -> ExprId {
        let length = self.scope.f.length_of(dim);
        self.add(length)
    }

    /// `max(min(position, len - 1), 0)`
    fn clamped(&mut self, position: ExprId, dim: DimId) -> Subscript {
        let (length, less) = (self.length(dim), self.add(Ir::Integer(-1)));
        let last = self.add(Ir::IntegerAdd(length, less));
        let last = self.scope.f.exprs.collected_integer(last);
        let least = self.add(Ir::IntegerMin(position, last));
        let zero = self.add(Ir::Integer(0));
        Subscript::At(self.add(Ir::IntegerMax(least, zero)))
    }

    /// `position % max(len, 1)`
    fn wrapped(&mut self, position: ExprId, dim: DimId) -> Subscript {
        let (length, one) = (self.length(dim), self.add(Ir::Integer(1)));
        let around = self.add(Ir::IntegerMax(length, one));
        Subscript::At(self.add(Ir::IntegerRem(position, around)))
    }

    /// `position >= 0 && position < len`
    fn inside(&mut self, position: ExprId, dim: DimId) -> ExprId {
        let (length, zero) = (self.length(dim), self.add(Ir::Integer(0)));
        let low = self.add(Ir::IntegerCompare(CmpOp::GreaterEqual, position, zero));
        let high = self.add(Ir::IntegerCompare(CmpOp::Less, position, length));
        self.add(Ir::And(low, high))
    }

    /// The constant that is read outside.
    fn outside(&mut self, tensor: TensorId, e: &Expr) -> Option<ExprId> {
        let value = self.value(e)?;
        let constant = |id: ExprId| {
            let f = &self.scope.f;
            f.exprs.free_indices(id).is_empty() && f.exprs.tensors(id).is_empty()
        };
        if !constant(value.id()) {
            let text = "what `pad` reads outside of the tensor is a constant";
            self.error(Rule::Subscript, e.span, text);
            return None;
        }
        match (self.scope.f.tensor(tensor).element, value) {
            (Element::Float, Value::Number(id)) => Some(self.scope.f.exprs.simple(id)),
            (Element::Float, Value::Integer(id)) => Some(self.as_number(id)),
            (Element::Integer(_), Value::Integer(id)) => Some(id),
            (Element::Integer(_), Value::Number(_)) => {
                let text = format!(
                    "`{}` holds integers, and `{}` is a number",
                    self.scope.f.tensor(tensor).name,
                    ast::print::expr(e)
                );
                self.error(Rule::IntegerKind, e.span, text);
                None
            }
        }
    }

    /// A position as an integer expression.
    fn integer_position(&mut self, a: &Access, e: &Expr) -> Option<ExprId> {
        match &e.kind {
            ExprKind::Number(Number::Whole(n)) => {
                let n = i64::try_from(*n).unwrap_or(i64::MAX);
                Some(self.add(Ir::Integer(n)))
            }
            ExprKind::Name(n) => self.position_of_name(a, n),
            ExprKind::Len(n) => self.len(n).map(Value::id),
            ExprKind::Access(inner) => match self.access(inner)? {
                Value::Integer(id) => Some(id),
                Value::Number(_) => {
                    self.not_integer(a, &inner.tensor.text, inner.span);
                    None
                }
            },
            ExprKind::Group(inner) => self.integer_position(a, inner),
            ExprKind::Neg(inner) => {
                let inner = self.integer_position(a, inner)?;
                Some(self.add(Ir::IntegerNeg(inner)))
            }
            ExprKind::Sum(parts) => {
                let mut total = None;
                for (plus, part) in parts {
                    let mut part = self.integer_position(a, part)?;
                    if !plus {
                        part = self.add(Ir::IntegerNeg(part));
                    }
                    total = Some(match total {
                        Some(total) => self.add(Ir::IntegerAdd(total, part)),
                        None => part,
                    });
                }
                total
            }
            ExprKind::Product(parts) => self.multiple(a, e, parts),
            ExprKind::Rem(x, by) => {
                let (x, divisor) = (self.integer_position(a, x)?, self.divisor(a, by)?);
                Some(self.add(Ir::IntegerRem(x, divisor)))
            }
            ExprKind::Error => {
                self.scope.failed = true;
                None
            }
            _ => {
                let shown = message::access(a);
                let text = match e.kind {
                    ExprKind::Number(_) => format!("`{shown}`: a position is a whole number"),
                    _ => format!(
                        "`{}` in `{shown}` is no position: a subscript is made of indices, whole numbers, lengths and \
                         integer tensors with `+ - * / %`, where `/` rounds down",
                        ast::print::expr(e)
                    ),
                };
                self.error(Rule::Subscript, e.span, text);
                None
            }
        }
    }

    /// An index, or the value of an integer scalar.
    fn position_of_name(&mut self, a: &Access, n: &Name) -> Option<ExprId> {
        match self.name(n)? {
            Value::Integer(id) => Some(id),
            Value::Number(_) => {
                self.not_integer(a, &n.text, n.span);
                None
            }
        }
    }

    fn not_integer(&mut self, a: &Access, name: &str, span: Span) {
        let shown = message::access(a);
        let known = self.scope.tensors.get(name);
        let help = match known {
            Some(Binding::Tensor {
                parameter: true, ..
            }) => format!(
                "declare it as integers, `{}: usize`",
                self.scope.signature_of(name)
            ),
            _ if self.scope.result(name).is_some() => {
                format!(
                    "declare it as integers, `{}: usize`",
                    self.scope.signature_of(name)
                )
            }
            _ => format!(
                "`{name}` is an intermediate, which has the kind of its equation: integers are an `argmax`, an element \
                 of an integer tensor, an `if` between such"
            ),
        };
        let text = format!(
            "`{name}` stands in the subscript of `{shown}` and holds numbers\nhelp: {help}"
        );
        self.error(Rule::IntegerKind, span, text);
    }

    /// `2*i`, `i*len(m)`, `i / 2`: one factor moves, the others are whole numbers and lengths.
    fn multiple(&mut self, a: &Access, e: &Expr, parts: &[(bool, Expr)]) -> Option<ExprId> {
        let mut total: Option<ExprId> = None;
        for (divides, factor) in parts {
            if *divides {
                let divisor = self.divisor(a, factor)?;
                total = Some(self.scope.quotient(total?, divisor, factor)?);
                continue;
            }
            let value = self.integer_position(a, factor)?;
            total = Some(match total {
                None => value,
                Some(total) => {
                    let moves = |id: ExprId| !self.is_constant(id);
                    match (moves(total), moves(value)) {
                        (true, true) => return self.two_factors(a, e),
                        (true, false) => self.coefficient(value, factor),
                        (false, true) => self.coefficient(total, e),
                        (false, false) => {}
                    }
                    self.add(Ir::IntegerMul(total, value))
                }
            });
        }
        total
    }

    /// Whether an integer depends on lengths and numbers alone.
    fn is_constant(&self, id: ExprId) -> bool {
        let f = &self.scope.f;
        f.exprs.free_indices(id).is_empty() && f.exprs.tensors(id).is_empty()
    }

    /// A coefficient is never 0: one of lengths is compared when the function is entered.
    fn coefficient(&mut self, value: ExprId, e: &Expr) {
        let polynomial = Polynomial::of(&self.scope.f.exprs, value);
        if polynomial.value().is_none() {
            let value = polynomial.build(&mut self.scope.f.exprs);
            let shown = crate::ir::print::expr(&self.scope.f, value);
            let zero = self.add(Ir::Integer(0));
            let fails = self.add(Ir::IntegerCompare(CmpOp::Equal, value, zero));
            let fault = crate::ir::Fault::NotPositive { shown, value };
            self.scope.check_at_entry(fails, fault);
        } else if polynomial.value() == Some(0) {
            let text = "a coefficient of an index is not 0";
            self.error(Rule::Subscript, e.span, text);
        }
    }

    fn two_factors(&mut self, a: &Access, e: &Expr) -> Option<ExprId> {
        let shown = message::access(a);
        let given = |name: &&String| !self.indices.contains(*name);
        let text = match mention::product_of_indices(e) {
            Some((i, j)) => match [&i, &j].into_iter().find(given) {
                Some(k) => message::scaled_by_a_value(a, k),
                None => {
                    format!("the subscript of `{shown}` multiplies two indices, `{i}` and `{j}`")
                }
            },
            None => format!(
                "`{}` in the subscript of `{shown}` multiplies two positions: coefficients are whole numbers and lengths",
                ast::print::expr(e)
            ),
        };
        self.error(Rule::Subscript, e.span, text);
        None
    }

    /// A divisor: a positive number or length.
    fn divisor(&mut self, a: &Access, e: &Expr) -> Option<ExprId> {
        let divisor = self.integer_position(a, e)?;
        let divisor = self.scope.f.exprs.collected_integer(divisor);
        let known = Polynomial::of(&self.scope.f.exprs, divisor).value();
        if !self.is_constant(divisor) || known.is_some_and(|n| n <= 0) {
            let text = format!(
                "`{}` divides in the subscript of `{}`: a divisor is a positive number or length",
                ast::print::expr(e),
                message::access(a)
            );
            self.error(Rule::Subscript, e.span, text);
            return None;
        }
        if known.is_none() {
            self.scope.positive(divisor, &ast::print::expr(e));
        }
        Some(divisor)
    }
}
