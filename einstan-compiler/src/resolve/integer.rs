//! Which expressions are integers.

use super::{Binding, Scope};
use crate::ast::{ElementType, Expr, ExprKind, Number};
use crate::ir::Element;
use std::collections::BTreeSet;

/// Whether an expression is one of integers throughout: comparisons of such are exact.
pub(crate) fn is(
    s: &Scope<'_>,
    e: &Expr,
    indices: &BTreeSet<String>,
    locals: &BTreeSet<String>,
) -> bool {
    let again = |e: &Expr| is(s, e, indices, locals);
    match &e.kind {
        ExprKind::Number(Number::Whole(_)) | ExprKind::Len(_) => true,
        ExprKind::Name(n) if locals.contains(&n.text) => false,
        ExprKind::Name(n) => indices.contains(&n.text) || of_integers(s, &n.text).is_some(),
        ExprKind::Access(a) => of_integers(s, &a.tensor.text).is_some(),
        ExprKind::Neg(a) | ExprKind::Group(a) => again(a),
        ExprKind::Sum(parts) => parts.iter().all(|(_, e)| again(e)),
        ExprKind::Product(parts) => parts.iter().all(|(divides, e)| !divides && again(e)),
        ExprKind::Rem(a, b) => again(a) && again(b),
        ExprKind::Reduction { function, .. } => {
            matches!(function.text.as_str(), "argmax" | "argmin")
        }
        ExprKind::If {
            then, otherwise, ..
        } => again(then) && again(otherwise),
        _ => false,
    }
}

/// The type of an integer tensor.
fn of_integers(s: &Scope<'_>, name: &str) -> Option<ElementType> {
    match s.tensors.get(name) {
        Some(Binding::Tensor { id, .. }) => match s.f.tensor(*id).element {
            Element::Integer(t) => Some(t),
            Element::Float => None,
        },
        _ => None,
    }
}

/// The type of the tensor that an equation with this right-hand side defines, if it is an integer tensor: an argmax, an
/// integer scalar, one access of an integer tensor, an `if` between such.
pub(crate) fn bare(s: &Scope<'_>, e: &Expr, indices: &BTreeSet<String>) -> Option<ElementType> {
    match &e.kind {
        ExprKind::Group(a) => bare(s, a, indices),
        ExprKind::If {
            then, otherwise, ..
        } => {
            bare(s, otherwise, indices)?;
            bare(s, then, indices)
        }
        ExprKind::Access(a) => of_integers(s, &a.tensor.text),
        ExprKind::Name(n) if !indices.contains(&n.text) => of_integers(s, &n.text),
        ExprKind::Reduction { function, .. }
            if matches!(function.text.as_str(), "argmax" | "argmin") =>
        {
            Some(ElementType::Usize)
        }
        _ => None,
    }
}
