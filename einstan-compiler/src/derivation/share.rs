//! Long definitions in parts: what stands in one several times gets a name, so that no line grows with the number of ways
//! through its expression.

use super::inline::{occurrences, size};
use super::system::{Definition, System};
use crate::ir::{Element, Expr, ExprId, Exprs, IndexId, Role, Subscript};
use std::collections::BTreeMap;

/// A definition with more nodes than this is divided.
const LONG: usize = 160;
/// What is shorter than this is written again each time.
const SHORT: usize = 8;

impl System {
    /// Divides long definitions.
    pub fn share(&mut self) {
        let mut out: Vec<Definition> = Vec::new();
        for mut d in std::mem::take(&mut self.definitions) {
            while let Some(part) = self.largest_part(d.right) {
                let (named, right) = self.divide(d.right, part);
                out.push(named);
                d.right = right;
            }
            out.push(d);
        }
        self.definitions = out;
    }

    /// What is written several times in a long expression, the one of which there is most; a part of it comes later.
    fn largest_part(&self, id: ExprId) -> Option<ExprId> {
        let mut sizes = BTreeMap::new();
        if size(&self.f.exprs, id, &mut sizes) <= LONG {
            return None;
        }
        occurrences(&self.f.exprs, id)
            .into_iter()
            .filter(|&(e, times)| {
                times > 1
                    && e != id
                    && sizes[&e] >= SHORT
                    && sizes[&e] <= LONG
                    && is_number(&self.f.exprs, e)
            })
            .max_by_key(|&(e, times)| (sizes[&e].saturating_mul(times as usize - 1), e))
            .map(|(e, _)| e)
    }

    /// The definition of a part, and `id` with a read of it in its place.
    fn divide(&mut self, id: ExprId, part: ExprId) -> (Definition, ExprId) {
        let f = &mut self.f;
        let left: Vec<IndexId> = f.exprs.free_indices(part).into_iter().collect();
        let axes = left.iter().map(|&i| f.index(i).dim).collect();
        let tensor = f.add_tensor("part", axes, Element::Float, Role::Temporary);
        let read = f.exprs.add(Expr::Access {
            tensor,
            subscripts: left.iter().map(|&i| Subscript::Index(i)).collect(),
            guarded: false,
        });
        let right = f.exprs.replace(id, &mut BTreeMap::new(), &mut |_, e| {
            (e == part).then_some(read)
        });
        let named = Definition {
            tensor,
            left,
            right: part,
        };
        (named, right)
    }
}

/// Whether an expression is a number that is computed.
fn is_number(exprs: &Exprs, id: ExprId) -> bool {
    matches!(
        exprs.get(id),
        Expr::Unary(..)
            | Expr::Binary(..)
            | Expr::PowI(..)
            | Expr::Reduce { .. }
            | Expr::Softmax { .. }
            | Expr::Indicator(_)
    )
}
