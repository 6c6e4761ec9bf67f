//! One equation: what it may define, its indices, and the order in which its parts are resolved.

use super::define::Target;
use super::left::Slot;
use super::lower::{Lowering, Pad, Value};
use super::range::Ranges;
use super::whole::{Call, Whole};
use super::{Binding, Scope, integer, mention, signature};
use crate::ast::{self, AssignOp, Equation, Name, Statement};
use crate::check::Line;
use crate::ir::{DimId, Element, ExprId, Meeting, Subscript};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeSet;

/// An equation in the ir, but for its tensor.
struct Lowered {
    subscripts: Vec<Subscript>,
    /// The axes on the left that are padded.
    padded: BTreeSet<usize>,
    /// None where it is wrong, which has been reported.
    right: Option<ExprId>,
}

impl Scope<'_> {
    pub(crate) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Equation(e) => match self.whole(e) {
                Ok(None) => self.indexed(e),
                Ok(Some(Whole::Elementwise(e))) => self.indexed(&e),
                Ok(Some(Whole::Call(call))) => self.called(&call),
                Err(()) => self.poison(&e.left.tensor),
            },
            Statement::Call {
                results,
                function,
                arguments,
                ..
            } => self.called(&Call {
                results: results.iter().map(Option::as_ref).collect(),
                function,
                arguments,
                text: ast::print::statement(statement),
            }),
        }
    }

    /// An equation with its indices.
    pub(crate) fn indexed(&mut self, e: &Equation) {
        let before = self.diagnostics.len();
        if self.equation(e).is_none() {
            let name = &e.left.tensor;
            let told = self.diagnostics.len() > before
                || self.failed
                || self.poisoned(&name.text)
                || self.reads_poison(e);
            debug_assert!(told, "an equation fails with an error");
            if !told {
                let text = "einstan internal error: this equation is refused, and nothing says why";
                self.diagnostics.error(Rule::Syntax, e.left.span, text);
            }
            self.poison(name);
        }
    }

    /// A call of a function of tensors.
    fn called(&mut self, call: &Call<'_>) {
        if self.call_and_update(call).is_none() {
            call.results
                .iter()
                .flatten()
                .for_each(|name| self.poison(name));
        }
    }

    /// A name whose equation is wrong means nothing, unless it has a meaning already.
    fn poison(&mut self, name: &Name) {
        self.tensors
            .entry(name.text.clone())
            .or_insert(Binding::Poisoned);
    }

    fn poisoned(&self, name: &str) -> bool {
        matches!(self.tensors.get(name), Some(Binding::Poisoned))
    }

    fn reads_poison(&self, e: &Equation) -> bool {
        mention::accesses_of(e)
            .iter()
            .any(|(a, _)| self.poisoned(&a.tensor.text))
            || mention::bare_names(&e.right)
                .iter()
                .any(|n| self.poisoned(&n.text))
    }

    /// Adds an equation to the function; None where it is wrong, which has been reported.
    fn equation(&mut self, e: &Equation) -> Option<()> {
        self.written.equations.push(Line {
            text: e.text.clone(),
            tensor: None,
        });
        let left = self.left_slots(e)?;
        self.may_define(e)?;
        let indices = self.indices(e, &left);
        self.index_and_scalar(e, &indices)?;
        let axes = self.left_axes(e)?;
        let axes = self.annotated_axes(e, &left, axes)?;
        let rounds = self.ranges(e, &axes, &indices)?;
        self.left_has_ranges(e, &left, &indices, &rounds.found)?;
        let element = self.element(e, &indices)?;
        let target = self.target(e, &left, &axes, &rounds.found, element)?;
        let ranges = rounds.placed(e, target.tensor);
        self.right(e, &left, &axes, &indices, &ranges, target)
    }

    pub(crate) fn is_integer_scalar(&self, name: &str) -> bool {
        match self.tensors.get(name) {
            Some(Binding::Tensor { id, .. }) => {
                let t = self.f.tensor(*id);
                t.axes.is_empty() && t.element != Element::Float
            }
            _ => false,
        }
    }

    /// The names of the equation's indices: those on the left and those that reductions bind, and in subscripts those that
    /// are no integer scalars.
    pub(crate) fn indices(&self, e: &Equation, left: &[Slot]) -> BTreeSet<String> {
        let mut out = mention::index_names(e);
        let plain = left.iter().filter_map(Slot::name);
        let fixed: BTreeSet<&str> = plain.collect();
        let bound = mention::bound_names(&e.right);
        out.retain(|n| {
            fixed.contains(n.as_str()) || bound.contains(n) || !self.is_integer_scalar(n)
        });
        out
    }

    /// The axes with those that an annotation on the left gives at a computed position.
    pub(crate) fn annotated_axes(
        &mut self,
        e: &Equation,
        left: &[Slot],
        mut axes: Vec<Option<DimId>>,
    ) -> Option<Vec<Option<DimId>>> {
        for (axis, (_, dimension)) in e.left.subscripts.iter().enumerate() {
            let (Slot::At(_) | Slot::Constant(_), Some(dimension)) = (&left[axis], dimension)
            else {
                continue;
            };
            let dim = self.dimension_of(dimension)?;
            match axes[axis] {
                Some(known) if self.f.meeting(known, dim) == Meeting::Never => {
                    let text = format!(
                        "axis {axis} of `{}` is `{}`, and is given the dimension `{}` here",
                        e.left.tensor.text,
                        self.dim_name(known),
                        self.dim_name(dim)
                    );
                    self.diagnostics
                        .error(Rule::AxisMismatch, dimension.span, text);
                    return None;
                }
                Some(_) => {}
                None => axes[axis] = Some(dim),
            }
        }
        Some(axes)
    }

    /// A bare name is an index of the equation, or a scalar.
    fn index_and_scalar(&mut self, e: &Equation, indices: &BTreeSet<String>) -> Option<()> {
        let scalar = |name: &str, only_integer: bool| match self.tensors.get(name) {
            Some(Binding::Tensor { id, .. }) => {
                let t = self.f.tensor(*id);
                t.axes.is_empty() && (t.element != Element::Float || !only_integer)
            }
            _ => false,
        };
        let bare = mention::bare_names(&e.right);
        let bare = bare.into_iter().map(|n| (scalar(&n.text, false), n));
        let subscripts = mention::subscript_names(&e.right);
        let subscripts = subscripts.into_iter().map(|n| (scalar(&n.text, true), n));
        let both = bare
            .chain(subscripts)
            .find(|(both, n)| *both && indices.contains(&n.text));
        let Some((_, both)) = both else {
            return Some(());
        };
        let text = format!(
            "`{0}` is an index of this equation and a scalar too: rename one",
            both.text
        );
        self.diagnostics
            .error(Rule::IndexAndScalar, both.span, text);
        None
    }

    /// Whether this equation may write its tensor.
    fn may_define(&mut self, e: &Equation) -> Option<()> {
        let name = &e.left.tensor;
        let reads_itself = mention::accesses(&e.right)
            .iter()
            .any(|(a, _)| a.tensor.text == name.text)
            || mention::bare_names(&e.right)
                .iter()
                .any(|n| n.text == name.text && e.left.subscripts.is_empty());
        if self.mutable.contains_key(&name.text) {
            return (!self.poisoned(&name.text)).then_some(());
        }
        if reads_itself && e.op == AssignOp::Accumulate {
            let text = format!(
                "a `+=` may not read its own left-hand side, `{0}`\nhelp: read what it adds from a tensor of another name; \
                 or take `{0}` as a parameter that is changed in place, `mut {0}`, of which the values from before are read",
                name.text
            );
            self.diagnostics
                .error(Rule::AccumulateReadsItself, name.span, text);
            return None;
        }
        let new = self.recurrence.begins(&name.text);
        if !new && (e.op == AssignOp::Define || self.is_parameter(&name.text)) {
            self.may_be_defined(name)?;
        }
        match self.tensors.get(&name.text) {
            Some(Binding::Poisoned) => None,
            None if reads_itself => {
                let text = format!(
                    "`{}` is read in its own equation: a recurrence needs an index, and an offset of it\nhelp: `{0} += ..` \
                     adds to what the equations above define; a sum over an index is `sum[i](..)`",
                    name.text
                );
                self.diagnostics.error(Rule::ReadsItself, name.span, text);
                None
            }
            _ => Some(()),
        }
    }

    fn is_parameter(&self, name: &str) -> bool {
        matches!(
            self.tensors.get(name),
            Some(Binding::Tensor {
                parameter: true,
                ..
            })
        )
    }

    /// Whether `=` may define a tensor of this name.
    pub(crate) fn may_be_defined(&mut self, name: &Name) -> Option<()> {
        match self.tensors.get(&name.text) {
            None => return Some(()),
            Some(Binding::Poisoned) => {}
            Some(Binding::Tensor {
                parameter: true, ..
            }) => {
                let text = format!(
                    "`{0}` is a parameter and can't be defined by an equation\nhelp: give what is new another name; or \
                     declare `mut {0}`, which the caller passes by `&mut` and the function changes",
                    name.text
                );
                self.diagnostics
                    .error(Rule::ParameterDefined, name.span, text);
            }
            Some(Binding::Tensor { .. }) => {
                let text = format!(
                    "`{0}` is defined twice: add to it with `+=`, or use another name",
                    name.text
                );
                let mut defined = self.written.defined.iter();
                let first = defined.find(|d| d.name.text == name.text);
                let first = first.map_or(name.span, |d| d.name.span);
                self.defined_twice(name, text, first);
            }
        }
        None
    }

    /// Reports a second definition, at both.
    pub(crate) fn defined_twice(&mut self, name: &Name, text: String, first: Span) {
        let other = (first, format!("`{}` is defined here first", name.text));
        self.diagnostics
            .error_beside(Rule::DefinedTwice, name.span, text, other);
    }

    /// What the elements of the equation's tensor are.
    fn element(&mut self, e: &Equation, indices: &BTreeSet<String>) -> Option<Element> {
        if let Some(Binding::Tensor { id, .. }) = self.tensors.get(&e.left.tensor.text) {
            return Some(self.f.tensor(*id).element);
        }
        let bare = integer::bare(self, &e.right, indices);
        let Some(declared) = self.result(&e.left.tensor.text).map(|r| r.element) else {
            return Some(bare.map_or(Element::Float, Element::Integer));
        };
        let element = signature::element(declared);
        if element == Element::Float && bare.is_some() {
            let text = format!(
                "`{}` is declared as a number, and `{}` is an integer\nhelp: declare `{}: usize`, or make it a number by \
                 arithmetic, `1.0 * {1}`",
                e.left.tensor.text,
                ast::print::expr(&e.right),
                self.signature_of(&e.left.tensor.text)
            );
            self.diagnostics
                .error(Rule::IntegerKind, e.right.span, text);
            return None;
        }
        Some(element)
    }

    /// Lowers both sides, and adds the equation. On the right the name stands for what it was.
    fn right(
        &mut self,
        e: &Equation,
        left: &[Slot],
        axes: &[Option<DimId>],
        indices: &BTreeSet<String>,
        ranges: &Ranges,
        target: Target,
    ) -> Option<()> {
        let lowered = self.lowered(e, left, indices, ranges, &target);
        let name = &e.left.tensor;
        let is_right = matches!(&lowered, Some(Lowered { right: Some(_), .. }));
        // Without indices, what was meant may be a whole tensor.
        if is_right || !e.left.subscripts.is_empty() || self.tensors.contains_key(&name.text) {
            self.bind(name, target.tensor);
        }
        let Lowered {
            subscripts,
            padded,
            right,
        } = lowered?;
        self.left_positions(e, axes, &subscripts, &padded, target.tensor);
        self.add(target, subscripts, right?);
        Some(())
    }

    fn lowered(
        &mut self,
        e: &Equation,
        left: &[Slot],
        indices: &BTreeSet<String>,
        ranges: &Ranges,
        target: &Target,
    ) -> Option<Lowered> {
        self.exhausted = false;
        let mut lowering = Lowering::new(self, e, indices, ranges);
        for name in left.iter().flat_map(|s| s.names(indices)) {
            lowering.bind_once(&name);
        }
        let (mut subscripts, mut pads) = (Vec::new(), Vec::new());
        let access = e.left.access();
        for (axis, s) in left.iter().enumerate() {
            subscripts.push(match s {
                Slot::Index(n) => Subscript::Index(lowering.bind_once(&n.text)),
                Slot::Constant(c) => Subscript::Constant(*c),
                Slot::At(s) => {
                    let place = (target.tensor, axis);
                    let dim = lowering.scope.f.tensor(target.tensor).axes[axis];
                    let (subscript, pad) = lowering.subscript(&access, s, place, dim)?;
                    pads.extend(pad.map(|pad| (axis, pad)));
                    subscript
                }
            });
        }
        let right = match target.element {
            Element::Float => lowering.number(&e.right).map(Value::Number),
            Element::Integer(_) => match lowering.value(&e.right) {
                Some(Value::Number(_)) => {
                    let text = format!(
                        "`{0}` is an integer tensor, and `{1}` is a number\
                         \nhelp: for numbers declare `{2}` without its type; integers are made of indices, whole numbers, \
                         lengths, `argmax` and integer tensors",
                        e.left.tensor.text,
                        ast::print::expr(&e.right),
                        lowering.scope.signature_of(&e.left.tensor.text)
                    );
                    lowering.error(Rule::IntegerKind, e.right.span, text);
                    None
                }
                value => value,
            },
        };
        // What falls outside is dropped.
        let all: Vec<Pad> = pads.iter().map(|(_, pad)| *pad).collect();
        Some(Lowered {
            subscripts,
            right: right.map(|value| lowering.padded(value, &all).id()),
            padded: pads.into_iter().map(|(axis, _)| axis).collect(),
        })
    }
}
