//! Left-hand sides: what stands at each axis, its range, and where it may write.

use super::range::Found;
use super::{ResultAxis, Scope, mention, message};
use crate::ast::{self, Access, AssignOp, Equation, Expr, ExprKind, Name, Number, SubscriptKind};
use crate::check::Position;
use crate::ir::{DimId, Place, Subscript, TensorId};
use crate::rule::Rule;
use std::collections::BTreeSet;

/// A subscript on the left.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    Index(Name),
    Constant(u64),
    /// A position that is computed.
    At(Box<ast::Subscript>),
}

impl Slot {
    pub fn name(&self) -> Option<&str> {
        match self {
            Slot::Index(n) => Some(&n.text),
            Slot::Constant(_) | Slot::At(_) => None,
        }
    }

    /// The indices of `indices` in it.
    pub fn names(&self, indices: &BTreeSet<String>) -> Vec<String> {
        match self {
            Slot::Index(n) => vec![n.text.clone()],
            Slot::Constant(_) => vec![],
            Slot::At(s) => {
                let all = mention::mentions(mention::position(s)).into_iter();
                all.filter(|n| indices.contains(n)).collect()
            }
        }
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.name().is_some() && self.name() == other.name()
    }
}

impl Scope<'_> {
    /// The left-hand side: plain and distinct indices, of a `+=` constants and repeated indices too.
    pub(crate) fn left_slots(&mut self, e: &Equation) -> Option<Vec<Slot>> {
        let mut slots: Vec<Slot> = Vec::new();
        for (s, _) in &e.left.subscripts {
            let adds = e.op == AssignOp::Accumulate;
            let slot = match &s.kind {
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Name(n),
                    ..
                }) if !adds || !self.is_integer_scalar(&n.text) => Slot::Index(n.clone()),
                SubscriptKind::Plain(Expr {
                    kind: ExprKind::Number(Number::Whole(c)),
                    ..
                }) if adds => Slot::Constant(*c),
                _ if adds => Slot::At(Box::new(s.clone())),
                _ => {
                    let text = format!(
                        "`{}` is no plain index: the left-hand side of `=` takes those, like `Y[i, j]`{}",
                        ast::print::subscript(s),
                        written_by_adding(e)
                    );
                    self.diagnostics.error(Rule::RepeatedLeft, s.span, text);
                    return None;
                }
            };
            if !adds && slots.contains(&slot) {
                let text = format!(
                    "`{}` stands twice on the left-hand side of `{}`: the left-hand side of `=` takes distinct indices{}",
                    slot.name().unwrap_or_default(),
                    e.left.tensor.text,
                    written_by_adding(e)
                );
                self.diagnostics.error(Rule::RepeatedLeft, s.span, text);
                return None;
            }
            slots.push(slot);
        }
        Some(slots)
    }

    /// Reports an index on the left that nothing gives a range.
    pub(crate) fn left_has_ranges(
        &mut self,
        e: &Equation,
        left: &[Slot],
        indices: &BTreeSet<String>,
        ranges: &Found,
    ) -> Option<()> {
        let mut all = left.iter().enumerate().flat_map(|(axis, s)| {
            let names = s.names(indices).into_iter();
            names.map(move |name| (axis, name))
        });
        let Some((axis, name)) = all.find(|(_, name)| !ranges.contains_key(name)) else {
            return Some(());
        };
        if let Some((a, k)) = self.scaled(e, &name) {
            let text = message::scaled_by_a_value(&a, &k);
            self.diagnostics.error(Rule::Subscript, a.span, text);
            return None;
        }
        let declared = self.result(&e.left.tensor.text);
        let help = match declared.and_then(|r| r.axes.get(axis)) {
            // Its length was declared, and that is an error of its own.
            Some(ResultAxis::Poisoned) => {
                self.failed = true;
                return None;
            }
            Some(ResultAxis::New(new, _)) => format!(
                "`{new}` is a length that `{}` alone has: let the caller give it, `dim {new}`, name it in a parameter, or \
                 write the number that it is",
                e.left.tensor.text
            ),
            _ => format!(
                "say it where the index stands, by a number or a dimension: `{}`",
                message::annotated(&e.left, axis)
            ),
        };
        let span = e.left.subscripts[axis].0.span;
        let text = format!(
            "nothing gives the range of `{name}`: no tensor on the right is read along it, and no dimension is declared for \
             axis {axis} of `{}`\nhelp: {help}",
            e.left.tensor.text
        );
        self.diagnostics.error(Rule::NoRange, span, text);
        None
    }

    /// A read that would give an index its range, were it not multiplied by a scalar, and that.
    fn scaled(&self, e: &Equation, index: &str) -> Option<(Access, String)> {
        mention::accesses(&e.right).into_iter().find_map(|(a, _)| {
            let products = mention::positions(&a).into_iter();
            let (i, j) = products.filter_map(mention::product_of_indices).next()?;
            let k = match (i == index, j == index) {
                (true, _) => j,
                (_, true) => i,
                _ => return None,
            };
            self.is_integer_scalar(&k).then_some((a, k))
        })
    }

    /// Notes the subscripts of the left-hand side, where its axes are declared, for `check`.
    pub(crate) fn left_positions(
        &mut self,
        e: &Equation,
        axes: &[Option<DimId>],
        subscripts: &[Subscript],
        padded: &BTreeSet<usize>,
        tensor: TensorId,
    ) {
        for (axis, (&subscript, dim)) in subscripts.iter().zip(axes).enumerate() {
            let Some(dim) = dim.filter(|_| !padded.contains(&axis)) else {
                continue;
            };
            self.written.positions.push(Position {
                equation: self.written.equations.len() - 1,
                subscript,
                place: Place { tensor, axis },
                dim,
                shown: ast::print::left(&e.left),
                position: ast::print::subscript(&e.left.subscripts[axis].0),
                span: e.left.subscripts[axis].0.span,
                branch: None,
                write: true,
            });
        }
    }
}

/// That `+=` takes the left-hand side of an equation as it stands.
fn written_by_adding(e: &Equation) -> String {
    let adds = Equation {
        op: AssignOp::Accumulate,
        ..e.clone()
    };
    let written = ast::print::equation(&adds);
    format!("\nhelp: `+=` takes any positions, and adds to what stands there, or to 0: `{written}`")
}
