//! Long definitions in parts: what stands in one several times gets a name, so that no line grows with the number of ways
//! through its expression.

use super::inline::occurrences;
use super::system::{Definition, System};
use crate::ir::{Element, Expr, ExprId, Exprs, Function, IndexId, Role, Subscript};
use std::cmp::Ordering;
use std::collections::HashMap;

/// A definition with more nodes than this is divided.
const LONG: usize = 160;
/// What is shorter than this is written again each time.
const SHORT: usize = 8;

impl System {
    /// Divides long definitions.
    pub fn share(&mut self) {
        let mut out: Vec<Definition> = Vec::new();
        for d in std::mem::take(&mut self.definitions) {
            let (parts, right) = divided(&mut self.f, d.right);
            out.extend(parts);
            out.push(Definition { right, ..d });
        }
        self.definitions = out;
    }
}

/// A right-hand side in parts, if it is long: definitions, and what remains.
pub(super) fn divided(f: &mut Function, id: ExprId) -> (Vec<Definition>, ExprId) {
    let (mut parts, mut right) = (Vec::new(), id);
    while let Some(part) = largest_part(f, right) {
        let definition = named(f, part);
        let read = f.exprs.add(Expr::Access {
            tensor: definition.tensor,
            subscripts: definition
                .left
                .iter()
                .map(|&i| Subscript::Index(i))
                .collect(),
            guarded: false,
        });
        right = with(&mut f.exprs, right, (part, read), &mut HashMap::new());
        parts.push(definition);
    }
    (parts, right)
}

/// `id` with a part of it replaced. What is older than the part does not contain it, and is not looked at.
fn with(
    exprs: &mut Exprs,
    id: ExprId,
    (part, read): (ExprId, ExprId),
    done: &mut HashMap<ExprId, ExprId>,
) -> ExprId {
    match id.cmp(&part) {
        Ordering::Less => return id,
        Ordering::Equal => return read,
        Ordering::Greater => {}
    }
    if let Some(&new) = done.get(&id) {
        return new;
    }
    let new = exprs.map_children(id, &mut |exprs, child| {
        with(exprs, child, (part, read), done)
    });
    done.insert(id, new);
    new
}

/// Whether an expression is so long that it is shown in parts only.
pub(super) fn is_long(f: &Function, id: ExprId) -> bool {
    f.exprs.size(id) > LONG
}

/// What is written several times in a long expression, the one of which there is most; a part of it comes later.
fn largest_part(f: &Function, id: ExprId) -> Option<ExprId> {
    if !is_long(f, id) {
        return None;
    }
    occurrences(&f.exprs, id)
        .into_iter()
        .filter(|&(e, times)| {
            times > 1
                && e != id
                && (SHORT..=LONG).contains(&f.exprs.size(e))
                && is_number(&f.exprs, e)
        })
        .max_by_key(|&(e, times)| (f.exprs.size(e).saturating_mul(times as usize - 1), e))
        .map(|(e, _)| e)
}

/// A definition of a part of an expression.
fn named(f: &mut Function, part: ExprId) -> Definition {
    let left: Vec<IndexId> = f.exprs.free_indices(part).into_iter().collect();
    let axes = left.iter().map(|&i| f.index(i).dim).collect();
    Definition {
        tensor: f.add_tensor("part", axes, Element::Float, Role::Temporary),
        left,
        right: part,
    }
}

/// Whether an expression is a number that is computed.
fn is_number(exprs: &Exprs, id: ExprId) -> bool {
    matches!(
        exprs.get(id),
        Expr::Unary(..)
            | Expr::Binary(..)
            | Expr::PowI(..)
            | Expr::Foreign { .. }
            | Expr::Reduce { .. }
            | Expr::Softmax { .. }
            | Expr::Indicator(_)
    )
}
