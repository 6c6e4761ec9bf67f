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
use crate::ir::{CmpOp, Expr, ExprId, Function, IndexId, Subscript, TensorId, are_plain};
use std::collections::{BTreeMap, BTreeSet};

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
    let Some((row, reads)) = across(s.f, &target, body) else {
        return nest::sum(s.f, target, over, body);
    };
    let kept = target.indices(s.f);
    let mut often: BTreeSet<IndexId> = kept.iter().copied().filter(|&i| i != row).collect();
    let (mut then, mut turned) = (Vec::new(), BTreeMap::new());
    for (e, tensor, indices) in reads {
        often.retain(|i| !indices.contains(i));
        let mut axes: Vec<IndexId> = indices.iter().copied().filter(|&i| i != row).collect();
        axes.push(row);
        let (copy, read) = temporary(s, "Z", &axes);
        let value = Expr::Access {
            tensor,
            subscripts: indices.iter().map(|&i| Subscript::Index(i)).collect(),
            guarded: false,
        };
        let value = s.f.exprs.add(value);
        then.push(nest::map(s.f, copy, value));
        turned.insert(e, read.expr);
    }
    let Some(&often) = often.first() else {
        return nest::sum(s.f, target, over, body);
    };
    let side = s.f.exprs.replace(body, &mut BTreeMap::new(), &mut |_, e| {
        turned.get(&e).copied()
    });
    then.push(nest::accumulated(
        s.f,
        target.clone(),
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

/// The last index of the target, if a body reads tensors that it runs across, and nothing else along it: these reads, each
/// with its indices.
#[allow(clippy::type_complexity)] // reads, by their expression
fn across(
    f: &Function,
    target: &Target,
    body: ExprId,
) -> Option<(IndexId, Vec<(ExprId, TensorId, Vec<IndexId>)>)> {
    let Some(&Subscript::Index(row)) = target.left.last() else {
        return None;
    };
    if !target.is_filled(f) {
        return None;
    }
    let mut reads = Vec::new();
    for e in f.exprs.walk(body) {
        match f.exprs.get(e) {
            Expr::Select { .. }
            | Expr::Indicator(_)
            | Expr::IntegerAccess { .. }
            | Expr::Foreign { .. } => return None,
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            } => {
                if *guarded || !are_plain(subscripts) {
                    return None;
                }
                let indices = f.exprs.indices_of(subscripts);
                if indices.contains(&row) {
                    let last = indices.last() == Some(&row);
                    if last || indices.len() < subscripts.len() {
                        return None;
                    }
                    reads.push((e, *tensor, indices));
                }
            }
            _ => {}
        }
    }
    (!reads.is_empty()).then_some((row, reads))
}
