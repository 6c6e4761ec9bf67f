//! `ln(sum[j](exp(..)))`, which is infinite where the largest exponential is.

use super::Warned;
use crate::ir::{Expr, Function, IndexId, ReduceOp, UnaryOp};
use crate::op::BinaryOp;
use crate::resolve::Resolved;
use crate::rule::Warning;

pub(super) fn by_hand(resolved: &Resolved, out: &mut Vec<Warned>) {
    let f = &resolved.function;
    for (&id, &span) in &resolved.written.places {
        let Some(indices) = log_of_a_sum(f, f.exprs.get(id)) else {
            continue;
        };
        let names: Vec<&str> = indices.iter().map(|&i| f.index(i).name.as_str()).collect();
        let names = names.join(",");
        out.push(Warned {
            warning: Warning::LogSumExp,
            span,
            message: format!(
                "`ln(sum[{names}](exp(..)))` is infinite where one of the exponentials is\nhelp: write `logsumexp[{names}](..)`"
            ),
        });
    }
}

/// The indices of `ln(sum[..](exp(e)))`.
fn log_of_a_sum<'f>(f: &'f Function, e: &Expr) -> Option<&'f [IndexId]> {
    let Expr::Unary(UnaryOp::Ln, a) = *e else {
        return None;
    };
    let Expr::Reduce {
        op: ReduceOp::Sum,
        indices,
        body,
    } = f.exprs.get(a)
    else {
        return None;
    };
    let Expr::Unary(UnaryOp::Exp, exponent) = *f.exprs.get(*body) else {
        return None;
    };
    // Less what all have in common it may be meant so.
    if let Expr::Binary(BinaryOp::Sub, _, b) = *f.exprs.get(exponent)
        && !f.exprs.free(b).iter().any(|i| indices.contains(i))
    {
        return None;
    }
    Some(indices)
}
