//! How the part of a product that is stored lies in memory: so that what is multiplied with it next can be read along with
//! it.
//!
//! ```text
//! M[i,r] = T[i,j,k]*B[j,r]*C[k,r]    P[r,j,k] = B[j,r]*C[k,r]: in M[i,r] = T[i,j,k]*P[r,j,k] the axes j and k are one
//! ```

use super::factors::Factor;
use super::nest;
use crate::ir::{Expr, ExprId, Function, IndexId};
use std::collections::BTreeSet;

/// The axes of a part with these indices that is multiplied with `other`, `next` being what the result of that depends on:
/// first what stays and both have, then what is summed, in the order of the other factor, after or before what it does not
/// have. If the part is a `product` of which nothing is summed, its rows decide.
pub(crate) fn of_part(
    f: &Function,
    part: &BTreeSet<IndexId>,
    other: &Factor,
    next: &BTreeSet<IndexId>,
    product: Option<ExprId>,
) -> Vec<IndexId> {
    let both: Vec<IndexId> = axes(f, other)
        .into_iter()
        .filter(|i| part.contains(i))
        .collect();
    let (batch, summed): (Vec<IndexId>, Vec<IndexId>) =
        both.iter().copied().partition(|i| next.contains(i));
    let own: Vec<IndexId> = part.iter().copied().filter(|i| !both.contains(i)).collect();
    let score = |order: &[IndexId]| match (product, order.last()) {
        (Some(product), Some(&row)) => nest::score(f, product, row),
        _ => 0,
    };
    let last = [&batch[..], &own, &summed].concat();
    let first = [&batch[..], &summed, &own].concat();
    if score(&first) > score(&last) {
        first
    } else {
        last
    }
}

/// The indices of a factor as they lie in memory.
fn axes(f: &Function, factor: &Factor) -> Vec<IndexId> {
    match f.exprs.get(factor.expr) {
        Expr::Access { subscripts, .. } => f.exprs.indices_of(subscripts),
        _ => factor.indices.iter().copied().collect(),
    }
}
