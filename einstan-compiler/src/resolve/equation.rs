//! One equation: its indices, their ranges, and the tensor that it defines.

use super::lower::{Lowering, Value};
use super::{
    Binding, ResultAxis, ResultInfo, Scope, integer, lower, message, signature, unsupported,
};
use crate::ast::{
    Access, AssignOp, ElementType, Equation, Expr, ExprKind, Name, Statement, SubscriptKind,
};
use crate::ir::{
    self, Check, DimId, Element, Expr as Ir, IndexId, Length, Op, Place, Role, Subscript, TensorId,
};
use crate::parse::words;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A place that gives an index its range.
#[derive(Clone, Debug)]
struct Range {
    dim: DimId,
    tensor: TensorId,
    axis: usize,
    /// The access as printed; the left-hand side likewise.
    shown: String,
    span: Span,
}

impl Scope<'_> {
    pub(crate) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Equation(e) => {
                let before = self.diagnostics.len();
                let name = e.left.tensor.text.clone();
                if self.equation(e).is_none() {
                    debug_assert!(
                        self.diagnostics.len() > before
                            || self.poisoned(&name)
                            || self.reads_poison(e),
                        "an equation fails with an error"
                    );
                    if !matches!(self.tensors.get(&name), Some(Binding::Tensor { .. })) {
                        self.tensors.insert(name, Binding::Poisoned);
                    }
                }
            }
            Statement::Call { results, span, .. } => {
                unsupported::report(self.diagnostics, *span, "a whole-tensor call");
                for name in results.iter().flatten() {
                    self.tensors
                        .entry(name.text.clone())
                        .or_insert(Binding::Poisoned);
                }
            }
        }
    }

    fn poisoned(&self, name: &str) -> bool {
        matches!(self.tensors.get(name), Some(Binding::Poisoned))
    }

    fn reads_poison(&self, e: &Equation) -> bool {
        lower::accesses(&e.right)
            .iter()
            .any(|(a, _)| self.poisoned(&a.tensor.text))
            || lower::bare_names(&e.right)
                .iter()
                .any(|n| self.poisoned(&n.text))
    }

    /// Adds an equation to the function; None where it is wrong, which has been reported.
    fn equation(&mut self, e: &Equation) -> Option<()> {
        let left = self.left_indices(e)?;
        self.may_define(e)?;
        self.whole_tensor(e)?;
        let indices = lower::index_names(e);
        for n in lower::bare_names(&e.right)
            .into_iter()
            .chain(lower::subscript_names(&e.right))
        {
            if indices.contains(&n.text)
                && matches!(self.tensors.get(&n.text), Some(Binding::Tensor { .. }))
            {
                let text = format!(
                    "`{0}` is an index of this equation and a tensor or scalar too: rename one",
                    n.text
                );
                self.diagnostics.error("index-and-scalar", n.span, text);
                return None;
            }
        }
        let ranges = self.ranges(e, &indices)?;
        for name in &left {
            if !ranges.contains_key(&name.text) {
                let text = format!(
                    "nothing gives the range of `{}`: no tensor on the right is read along it, and no dimension is \
                     declared for axis {} of `{}`",
                    name.text,
                    left.iter().position(|l| l.text == name.text).unwrap_or(0),
                    e.left.tensor.text
                );
                self.diagnostics.error("no-range", name.span, text);
                return None;
            }
        }
        let (right, subscripts, element) = self.right(e, &left, &indices, &ranges)?;
        self.define(e, &left, subscripts, right, element)
    }

    /// The left-hand side's indices: plain and distinct.
    fn left_indices(&mut self, e: &Equation) -> Option<Vec<Name>> {
        let mut names: Vec<Name> = Vec::new();
        for (s, dimension) in &e.left.subscripts {
            if let Some(d) = dimension {
                unsupported::report(
                    self.diagnostics,
                    d.span,
                    "a dimension annotation on the left-hand side",
                );
                return None;
            }
            match &s.kind {
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }) => {
                    if names.iter().any(|o| o.text == n.text) {
                        if e.op == AssignOp::Accumulate {
                            unsupported::report(
                                self.diagnostics,
                                n.span,
                                "a `+=` with a repeated index on the left",
                            );
                        } else {
                            let text = format!(
                                "`{0}` stands twice on the left-hand side of `{1}`: the left-hand side of `=` takes \
                                 distinct indices",
                                n.text, e.left.tensor.text
                            );
                            self.diagnostics.error("repeated-left", n.span, text);
                        }
                        return None;
                    }
                    names.push(n.clone());
                }
                _ if e.op == AssignOp::Accumulate => {
                    unsupported::report(
                        self.diagnostics,
                        s.span,
                        "a `+=` whose left-hand side is not plain indices",
                    );
                    return None;
                }
                _ => {
                    let text = "the left-hand side of `=` takes plain indices, like `Y[i, j]`";
                    self.diagnostics.error("repeated-left", s.span, text);
                    return None;
                }
            }
        }
        Some(names)
    }

    /// Whether this equation may write its tensor.
    fn may_define(&mut self, e: &Equation) -> Option<()> {
        let name = &e.left.tensor;
        let reads_itself = lower::accesses(&e.right)
            .iter()
            .any(|(a, _)| a.tensor.text == name.text)
            || lower::bare_names(&e.right)
                .iter()
                .any(|n| n.text == name.text && e.left.subscripts.is_empty());
        if reads_itself && e.op == AssignOp::Accumulate {
            let text = format!(
                "a `+=` may not read its own left-hand side, `{}`",
                name.text
            );
            self.diagnostics
                .error("accumulate-reads-itself", name.span, text);
            return None;
        }
        match self.tensors.get(&name.text) {
            Some(Binding::Tensor {
                parameter: true, ..
            }) => {
                let text = format!(
                    "`{}` is a parameter and can't be defined by an equation",
                    name.text
                );
                self.diagnostics.error("parameter-defined", name.span, text);
                None
            }
            Some(Binding::Tensor { .. }) if e.op == AssignOp::Define => {
                let text = format!(
                    "`{0}` is defined twice: add to it with `+=`, or use another name",
                    name.text
                );
                self.diagnostics.error("defined-twice", name.span, text);
                None
            }
            Some(Binding::Poisoned) => None,
            None if reads_itself => {
                let text = format!(
                    "`{}` is read in its own equation: recurrences are not supported in this version of einstan",
                    name.text
                );
                self.diagnostics.error("reads-itself", name.span, text);
                None
            }
            _ => Some(()),
        }
    }

    /// Refuses `H = f(A);`: a call of whole tensors.
    fn whole_tensor(&mut self, e: &Equation) -> Option<()> {
        let ExprKind::Call {
            function,
            arguments,
        } = &e.right.kind
        else {
            return Some(());
        };
        let name = &function.segments.last()?.text;
        let whole = |a: &Expr| match &a.kind {
            ExprKind::Name(n) => match self.tensors.get(&n.text) {
                Some(Binding::Tensor { id, .. }) => !self.f.tensor(*id).axes.is_empty(),
                _ => false,
            },
            _ => false,
        };
        let called = function.segments.len() > 1
            || self.functions.contains(name) && !self.scalars.contains_key(name);
        if e.left.subscripts.is_empty() && (called || arguments.iter().any(whole)) {
            let text = format!("the whole-tensor equation `{}`", e.text);
            unsupported::report(self.diagnostics, function.span, &text);
            return None;
        }
        Some(())
    }

    /// The declared result of this name.
    fn result(&self, name: &str) -> Option<&ResultInfo> {
        self.results.iter().find(|r| r.name.text == name)
    }

    /// The axes of the left-hand side as far as they are known before the equation.
    fn left_axes(&mut self, e: &Equation) -> Option<Vec<Option<DimId>>> {
        let given = e.left.subscripts.len();
        let (axes, what): (Vec<Option<DimId>>, &str) = match self.tensors.get(&e.left.tensor.text) {
            Some(Binding::Tensor { id, .. }) => (
                self.f.tensor(*id).axes.iter().copied().map(Some).collect(),
                "has",
            ),
            _ => match self.result(&e.left.tensor.text) {
                Some(r) => {
                    let axis = |a: &ResultAxis| match a {
                        ResultAxis::Known(d) => Some(*d),
                        ResultAxis::New(name, _) => self.dims.get(name).copied(),
                        ResultAxis::Poisoned => None,
                    };
                    (r.axes.iter().map(axis).collect(), "is declared with")
                }
                None => return Some(vec![None; given]),
            },
        };
        if axes.len() != given {
            let text = format!(
                "`{}` {what} {}, but the left-hand side has {}",
                e.left.tensor.text,
                count(axes.len(), "axis", "axes"),
                count(given, "index", "indices")
            );
            self.diagnostics.error("rank", e.left.tensor.span, text);
            return None;
        }
        Some(axes)
    }

    /// The dimension of every index of the equation.
    fn ranges(
        &mut self,
        e: &Equation,
        indices: &BTreeSet<String>,
    ) -> Option<BTreeMap<String, DimId>> {
        let axes = self.left_axes(e)?;
        let mut sure: BTreeMap<String, Vec<Range>> = BTreeMap::new();
        let mut branch: BTreeMap<String, Vec<Range>> = BTreeMap::new();
        let before = self.diagnostics.len();
        let mut poisoned = false;
        let mut own = Vec::new();
        for (axis, ((s, _), dim)) in e.left.subscripts.iter().zip(&axes).enumerate() {
            if let (
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }),
                Some(dim),
            ) = (&s.kind, dim)
            {
                own.push((n.text.clone(), axis, *dim, s.span));
            }
        }
        for (access, in_branch) in lower::accesses(&e.right) {
            match self.read(&access, indices) {
                Some((id, plain)) => {
                    for (axis, name, span) in plain {
                        let dim = self.f.tensor(id).axes[axis];
                        let shown = message::access(&access);
                        let list = if in_branch { &mut branch } else { &mut sure };
                        list.entry(name).or_default().push(Range {
                            dim,
                            tensor: id,
                            axis,
                            shown,
                            span,
                        });
                    }
                }
                None => poisoned = true,
            }
        }
        if poisoned || self.diagnostics.len() > before {
            return None;
        }
        for (name, axis, dim, span) in own {
            // The result's own name stands for it in messages; it may not have a tensor yet.
            let shown = crate::ast::print::left(&e.left);
            let tensor = TensorId(u32::MAX);
            sure.entry(name).or_default().push(Range {
                dim,
                tensor,
                axis,
                shown,
                span,
            });
        }
        let mut out = BTreeMap::new();
        for name in indices {
            let outside = sure.get(name);
            let Some(list) = outside.or_else(|| branch.get(name)) else {
                continue;
            };
            self.agree(e, name, list)?;
            // A length that names itself is better than a number.
            out.insert(name.clone(), list[0].dim);
        }
        Some(out)
    }

    /// All places that one index runs over agree, or are compared at entry.
    fn agree(&mut self, e: &Equation, name: &str, list: &[Range]) -> Option<()> {
        let first = &list[0];
        for other in &list[1..] {
            if other.dim == first.dim {
                continue;
            }
            let fixed = |d: DimId| matches!(self.f.dim(d).length, Length::Fixed(_));
            if fixed(first.dim) != fixed(other.dim) {
                let place = |r: &Range| Place {
                    tensor: r.tensor,
                    axis: r.axis,
                };
                self.f.checks.push(Check::Agree {
                    index: name.to_string(),
                    a: first.dim,
                    a_at: place(first),
                    b: other.dim,
                    b_at: place(other),
                });
                continue;
            }
            let tensor = |r: &Range| match r.tensor {
                TensorId(u32::MAX) => e.left.tensor.text.clone(),
                t => self.f.tensor(t).name.clone(),
            };
            let mut text = format!(
                "index `{name}` runs over `{}` in `{}` (axis {}) and over `{}` in `{}` (axis {})",
                self.dim_name(first.dim),
                tensor(first),
                first.axis,
                self.dim_name(other.dim),
                tensor(other),
                other.axis
            );
            text.push_str(&message::echo(
                &e.text,
                &[first.shown.clone(), other.shown.clone()],
            ));
            if let Some(swapped) = self
                .swapped(other, first.dim)
                .or_else(|| self.swapped(first, other.dim))
            {
                text.push_str(&format!("\nhelp: did you mean `{swapped}`?"));
            }
            self.diagnostics.error("axis-mismatch", other.span, text);
            return None;
        }
        Some(())
    }

    /// The access with two subscripts exchanged, where that puts the index on an axis of dimension `wanted`.
    fn swapped(&self, r: &Range, wanted: DimId) -> Option<String> {
        if r.tensor == TensorId(u32::MAX) {
            return None;
        }
        let axes = &self.f.tensor(r.tensor).axes;
        let axis = axes.iter().position(|&d| d == wanted)?;
        let (name, inside) = r.shown.split_once('[')?;
        let mut subs: Vec<&str> = inside
            .trim_end_matches(']')
            .split(',')
            .map(str::trim)
            .collect();
        if subs.len() != axes.len() || axis == r.axis {
            return None;
        }
        subs.swap(axis, r.axis);
        Some(format!("{name}[{}]", subs.join(",")))
    }

    /// Checks the tensor of a read; returns it with its plain subscripts as (axis, index, span).
    #[allow(clippy::type_complexity)]
    fn read(
        &mut self,
        a: &Access,
        indices: &BTreeSet<String>,
    ) -> Option<(TensorId, Vec<(usize, String, Span)>)> {
        let id = match self.tensors.get_mut(&a.tensor.text) {
            Some(Binding::Tensor { id, read, .. }) => {
                *read = true;
                *id
            }
            Some(Binding::Poisoned) => return None,
            None => {
                self.unknown(&a.tensor);
                return None;
            }
        };
        let rank = self.f.tensor(id).axes.len();
        if rank != a.subscripts.len() {
            let what = if rank == 0 {
                "is a scalar".to_string()
            } else {
                format!("has {}", count(rank, "axis", "axes"))
            };
            let text = format!(
                "`{}` {what}, but is read with {}{}",
                a.tensor.text,
                count(a.subscripts.len(), "subscript", "subscripts"),
                self.shape(id)
            );
            self.diagnostics.error("rank", a.tensor.span, text);
            return None;
        }
        let mut plain = Vec::new();
        for (axis, s) in a.subscripts.iter().enumerate() {
            match &s.kind {
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }) if indices.contains(&n.text) => {
                    plain.push((axis, n.text.clone(), s.span));
                }
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Number(crate::ast::Number::Whole(_)),
                    ..
                }) => {}
                _ => {
                    self.refuse_subscript(a, s);
                    return None;
                }
            }
        }
        Some((id, plain))
    }

    /// `: it is declared as X[n, m]`
    fn shape(&self, id: TensorId) -> String {
        let t = self.f.tensor(id);
        if t.axes.is_empty() {
            return String::new();
        }
        let dims: Vec<String> = t.axes.iter().map(|&d| self.dim_name(d)).collect();
        format!(": it is `{}[{}]`", t.name, dims.join(", "))
    }

    /// Names what a subscript is that this version does not take.
    fn refuse_subscript(&mut self, a: &Access, s: &crate::ast::Subscript) {
        let shown = message::access(a);
        let text = match &s.kind {
            SubscriptKind::Wrapped { word, .. } => {
                format!("`{}` in the subscript of `{shown}`", word.text)
            }
            SubscriptKind::Plain(e) => {
                if let Some((i, j)) = lower::product_of_indices(e) {
                    let text = format!(
                        "the subscript of `{shown}` multiplies two indices, `{i}` and `{j}`"
                    );
                    self.diagnostics.error("subscript", s.span, text);
                    return;
                }
                let gathered =
                    !lower::accesses(e).is_empty() || matches!(e.kind, ExprKind::Name(_));
                let what = if gathered {
                    "a gathered subscript"
                } else {
                    "an affine subscript"
                };
                format!("{what}, as in `{shown}`,")
            }
        };
        unsupported::report(self.diagnostics, s.span, &text);
    }

    /// Reports an unknown tensor.
    pub(crate) fn unknown(&mut self, name: &Name) {
        let known: Vec<&str> = self.tensors.keys().map(String::as_str).collect();
        let near = words::nearest(&name.text, known.iter().copied());
        let help = near
            .map(|n| format!("\nhelp: did you mean `{n}`?"))
            .unwrap_or_default();
        let text = format!(
            "`{}` is not defined: no parameter and no equation above has this name{help}",
            name.text
        );
        self.diagnostics.error("unknown-name", name.span, text);
    }

    /// The right-hand side, lowered, with the left-hand side's subscripts.
    fn right(
        &mut self,
        e: &Equation,
        left: &[Name],
        indices: &BTreeSet<String>,
        ranges: &BTreeMap<String, DimId>,
    ) -> Option<(ir::ExprId, Vec<Subscript>, Element)> {
        let declared = self.result(&e.left.tensor.text).map(|r| r.element);
        let existing = match self.tensors.get(&e.left.tensor.text) {
            Some(Binding::Tensor { id, .. }) => Some(self.f.tensor(*id).element),
            _ => None,
        };
        let bare = integer::bare(self, &e.right, indices);
        let element = match (existing, declared) {
            (Some(element), _) => element,
            (None, Some(Some(t))) if signature::element(Some(t)) != Element::Float => {
                Element::Integer(t)
            }
            (None, Some(_)) if bare.is_some() => {
                let text = format!(
                    "`{}` is declared as a number, and this is an integer: declare `{}: usize`, or make it a number \
                     by arithmetic",
                    e.left.tensor.text, e.left.tensor.text
                );
                self.diagnostics.error("integer-kind", e.right.span, text);
                return None;
            }
            (None, Some(_)) => Element::Float,
            (None, None) => bare.map_or(Element::Float, Element::Integer),
        };
        let tensor = e.left.tensor.text.clone();
        let mut lowering = Lowering::new(self, e, indices, ranges);
        let subscripts: Vec<Subscript> = left
            .iter()
            .map(|n| Subscript::Index(lowering.bind(&n.text)))
            .collect();
        let right = match element {
            Element::Float => lowering.number(&e.right)?,
            Element::Integer(_) => match lowering.value(&e.right)? {
                Value::Integer(id) => id,
                Value::Number(_) => {
                    let text = format!("`{tensor}` is an integer tensor, and this is a number");
                    lowering
                        .scope
                        .diagnostics
                        .error("integer-kind", e.right.span, text);
                    return None;
                }
            },
        };
        Some((right, subscripts, element))
    }

    /// Adds the equation and its tensor.
    fn define(
        &mut self,
        e: &Equation,
        left: &[Name],
        subscripts: Vec<Subscript>,
        right: ir::ExprId,
        element: Element,
    ) -> Option<()> {
        let name = e.left.tensor.text.clone();
        let axes: Vec<DimId> = subscripts
            .iter()
            .map(|s| match s {
                Subscript::Index(i) => self.f.index(*i).dim,
                Subscript::Constant(_) => unreachable!("left-hand sides have indices"),
            })
            .collect();
        self.new_dimensions(&name, left, &axes)?;
        let (id, op, right) = match self.tensors.get(&name) {
            Some(Binding::Tensor {
                id, read: false, ..
            }) => (*id, Op::Accumulate, right),
            Some(Binding::Tensor { id, .. }) => {
                // It has been read: what is added now makes a new version of it.
                let old = *id;
                let (new, right) = self.version(old, &subscripts, right, element);
                (new, Op::Define, right)
            }
            _ => {
                let declared = self.declared_axes(&name, &axes);
                let id = self
                    .f
                    .add_tensor(&name, declared, element, Role::Intermediate);
                (
                    id,
                    if e.op == AssignOp::Define {
                        Op::Define
                    } else {
                        Op::Accumulate
                    },
                    right,
                )
            }
        };
        for check in &mut self.f.checks {
            let places = match check {
                Check::Agree { a_at, b_at, .. } => vec![&mut a_at.tensor, &mut b_at.tensor],
                Check::NonEmpty { tensor, .. } => vec![tensor],
                Check::Inside { .. } | Check::Within { .. } => vec![],
            };
            places
                .into_iter()
                .filter(|t| **t == TensorId(u32::MAX))
                .for_each(|t| *t = id);
        }
        self.f.equations.push(ir::Equation {
            tensor: id,
            left: subscripts,
            op,
            right,
        });
        let binding = Binding::Tensor {
            id,
            parameter: false,
            read: false,
        };
        self.tensors.insert(name, binding);
        Some(())
    }

    /// The axes of a result as declared, where a number stands for a name or the other way round.
    fn declared_axes(&self, name: &str, axes: &[DimId]) -> Vec<DimId> {
        let Some(r) = self.result(name) else {
            return axes.to_vec();
        };
        r.axes
            .iter()
            .zip(axes)
            .map(|(a, &dim)| match a {
                ResultAxis::Known(_) | ResultAxis::New(..) | ResultAxis::Poisoned => dim,
            })
            .collect()
    }

    /// `T' = T + right`
    fn version(
        &mut self,
        old: TensorId,
        subscripts: &[Subscript],
        right: ir::ExprId,
        element: Element,
    ) -> (TensorId, ir::ExprId) {
        let t = self.f.tensor(old).clone();
        let new = self
            .f
            .add_tensor(&t.name, t.axes, element, Role::Intermediate);
        let (tensor, subscripts) = (old, subscripts.to_vec());
        let right = match element {
            Element::Float => {
                let access = self.f.exprs.add(Ir::Access {
                    tensor,
                    subscripts,
                    guarded: false,
                });
                self.f.exprs.binary(ir::BinaryOp::Add, access, right)
            }
            Element::Integer(_) => {
                let access = self.f.exprs.add(Ir::IntegerAccess {
                    tensor,
                    subscripts,
                    guarded: false,
                });
                self.f.exprs.add(Ir::IntegerAdd(access, right))
            }
        };
        (new, right)
    }

    /// New names for dimensions of a result get the lengths that the equation gives.
    fn new_dimensions(&mut self, name: &str, left: &[Name], axes: &[DimId]) -> Option<()> {
        let Some(r) = self.result(name).cloned() else {
            return Some(());
        };
        for (axis, (declared, &dim)) in r.axes.iter().zip(axes).enumerate() {
            let ResultAxis::New(new, span) = declared else {
                continue;
            };
            if self.dims.get(new).is_some_and(|&d| d == dim) {
                continue;
            }
            if !matches!(self.f.dim(dim).length, Length::Fixed(_)) {
                let text = format!(
                    "axis {axis} of `{name}` is declared as `{new}`, which no parameter names, but `{}` runs over \
                     `{}`\nhelp: write `{}` there",
                    left[axis].text,
                    self.dim_name(dim),
                    self.dim_name(dim)
                );
                self.diagnostics.error("unknown-dimension", *span, text);
                return None;
            }
            self.dims.insert(new.clone(), dim);
        }
        Some(())
    }

    /// A new index of this name and dimension.
    pub(crate) fn add_index(&mut self, name: &str, dim: DimId) -> IndexId {
        self.f.add_index(name, dim)
    }
}

/// `1 axis`, `2 axes`
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The type of an integer element.
pub(crate) fn integer_element(element: Element) -> Option<ElementType> {
    match element {
        Element::Float => None,
        Element::Integer(t) => Some(t),
    }
}
