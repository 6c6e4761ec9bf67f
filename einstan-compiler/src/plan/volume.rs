//! How large a tensor is, beside those that the user named.

use super::order::divides;
use crate::ir::{DimId, Expr, ExprId, Function, Length, Role};
use std::collections::BTreeSet;

/// Whether a tensor holds no more than the rows of a block.
pub(crate) fn in_block(f: &Function, axes: &[DimId]) -> bool {
    axes.iter()
        .any(|&d| matches!(f.dim(d).length, Length::Rows { .. }))
}

/// Whether a tensor that the user named has all these axes, so that one of this shape is no larger.
pub(crate) fn covered(f: &Function, axes: &[DimId]) -> bool {
    let made = |role: Role| {
        matches!(
            role,
            Role::Temporary | Role::Adjoint { .. } | Role::Slice { .. }
        )
    };
    covered_by(f, axes, |role| !made(role))
}

/// Whether a tensor of these has all these axes, or axes that these are merged of.
pub(crate) fn covered_by(f: &Function, axes: &[DimId], of: impl Fn(Role) -> bool) -> bool {
    let tensors = f.tensors.iter().filter(|t| of(t.role));
    // Mostly one of the first tensors has the very same ones.
    if tensors.clone().any(|t| t.axes == axes) {
        return true;
    }
    // Many tensors have few shapes.
    let shapes: BTreeSet<&[DimId]> = tensors.map(|t| &t.axes[..]).collect();
    let (names, number) = volume(f, axes);
    shapes.into_iter().any(|shape| {
        let (whole, most) = volume(f, shape);
        divides(&names, &whole) && number <= most.max(1.0)
    })
}

/// The product of some lengths: those with a name, and a number.
fn volume(f: &Function, axes: &[DimId]) -> (Vec<DimId>, f64) {
    let (mut names, mut number) = (Vec::new(), 1.0);
    for &d in axes {
        match f.dim(d).length {
            Length::Fixed(n) => number *= n as f64,
            Length::Computed(_) => {
                let length = f.length_as_polynomial(d);
                let mut terms = length.terms();
                let dims = |atoms: &[ExprId]| -> Option<Vec<DimId>> {
                    let dim = |&a: &ExprId| match *f.exprs.get(a) {
                        Expr::Len(d) => Some(d),
                        _ => None,
                    };
                    atoms.iter().map(dim).collect()
                };
                match (terms.next(), terms.next()) {
                    (Some((atoms, c)), None) if dims(atoms).is_some() => {
                        names.extend(dims(atoms).unwrap_or_default());
                        number *= c as f64;
                    }
                    _ => names.push(d),
                }
            }
            _ => names.push(d),
        }
    }
    (names, number)
}
