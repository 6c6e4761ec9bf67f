//! Sums of differences and the like, for which each pair of rows is gone through: a factor is transposed, so that many
//! elements of the target are computed side by side.
//!
//! ```text
//! D[i,j] = sum[k]((X[i,k] - Y[j,k])^2)        Z[k,j] = Y[j,k]
//!                                             D[i,j] = sum[k]((X[i,k] - Z[k,j])^2), a vector of j at a time
//! ```

use super::Step;
use super::contraction::temporary;
use super::nest::{self, Target};
use super::scheduler::Scheduler;
use super::stencil;
use crate::ir::{CmpOp, Expr, ExprId, Function, IndexId, ReduceOp, Subscript, are_plain};
use std::collections::BTreeMap;

/// With fewer elements side by side, or fewer that read the same, it is not worth while.
const WIDE: i64 = 16;
const OFTEN: i64 = 8;

/// The steps of `target = sum[over](body)` as loops.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: Target,
    over: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    let Some(Across { row, reads, often }) = across(s.f, &target, body) else {
        return stencil::sum(s, target, over, body);
    };
    let (mut then, mut turned) = (Vec::new(), BTreeMap::new());
    for e in reads {
        let Expr::Access { subscripts, .. } = s.f.exprs.get(e) else {
            continue;
        };
        let mut axes = s.f.exprs.indices_of(subscripts);
        axes.retain(|&i| i != row);
        axes.push(row);
        let (copy, read) = temporary(s, "Z", &axes);
        then.push(nest::map(s.f, copy, e));
        turned.insert(e, read.expr);
    }
    let side = s.f.exprs.replace(body, &mut |_, e| turned.get(&e).copied());
    then.push(nest::accumulated(
        s.f,
        target.clone(),
        ReduceOp::Sum,
        over.clone(),
        side,
        row,
    ));
    let [wide, often] = [(row, WIDE), (often, OFTEN)].map(|(index, least)| {
        let length = s.f.length_of(s.f.index(index).dim);
        let (length, least) = (s.f.exprs.add(length), s.f.exprs.add(Expr::Integer(least)));
        let compare = Expr::IntegerCompare(CmpOp::GreaterEqual, length, least);
        s.f.exprs.add(compare)
    });
    vec![Step::When {
        condition: s.f.exprs.add(Expr::And(wide, often)),
        then,
        otherwise: nest::sum(s.f, target, over, body),
    }]
}

/// What a body reads across the rows of its target.
struct Across {
    /// The last index of the target.
    row: IndexId,
    /// The reads along it, none of which it runs through in memory.
    reads: Vec<ExprId>,
    /// Another index of the target, at all values of which these are the same.
    often: IndexId,
}

/// Where a body reads tensors across the last index of the target, and nothing else along it.
fn across(f: &Function, target: &Target, body: ExprId) -> Option<Across> {
    let Some(&Subscript::Index(row)) = target.left.last() else {
        return None;
    };
    if !target.is_filled(f) {
        return None;
    }
    let mut often = target.indices(f);
    often.retain(|&i| i != row);
    let mut reads = Vec::new();
    for e in f.exprs.walk(body) {
        match f.exprs.get(e) {
            Expr::Select { .. }
            | Expr::Indicator(_)
            | Expr::IntegerAccess { .. }
            | Expr::Foreign { .. } => return None,
            Expr::Access {
                subscripts,
                guarded,
                ..
            } => {
                if *guarded || !are_plain(subscripts) {
                    return None;
                }
                let indices = f.exprs.indices_of(subscripts);
                if !indices.contains(&row) {
                    continue;
                }
                if indices.last() == Some(&row) || indices.len() < subscripts.len() {
                    return None;
                }
                often.retain(|i| !indices.contains(i));
                reads.push(e);
            }
            _ => {}
        }
    }
    let often = *often.first()?;
    (!reads.is_empty()).then_some(Across { row, reads, often })
}
