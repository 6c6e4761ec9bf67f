//! An index that runs over the smallest of several lengths, whichever that is when the function runs: what is longer is
//! left out without a word. Of one length it is no question: the pairs of `x[2*i] + x[2*i + 1]` are as many as there are.

use super::Warned;
use crate::check::Position;
use crate::ir::{self, DimId, Expr, ExprId, Function, IndexId, Length, Subscript};
use crate::resolve::Resolved;
use crate::rule::Warning;
use std::collections::BTreeSet;

pub(super) fn implied(resolved: &Resolved, out: &mut Vec<Warned>) {
    let (f, written) = (&resolved.function, &resolved.written);
    let mut told: BTreeSet<IndexId> = BTreeSet::new();
    // A call has no tensor of its own.
    let own = |p: &&Position| written.equations[p.equation].tensor.is_some();
    for p in written.positions.iter().filter(own) {
        let Subscript::At(position) = p.subscript else {
            continue;
        };
        for &i in f.exprs.free(position) {
            let Length::Computed(length) = f.dim(f.index(i).dim).length else {
                continue;
            };
            let mut dims: Vec<BTreeSet<DimId>> = Vec::new();
            of_several(f, length, &mut dims);
            dims.dedup();
            if dims.len() < 2 || !told.insert(i) {
                continue;
            }
            let (name, length) = (&f.index(i).name, ir::print::length(f, length));
            out.push(Warned {
                warning: Warning::ImpliedRange,
                span: p.span,
                message: format!(
                    "`{name}` runs over `{length}`, the smallest of what several subscripts allow: what is longer is left \
                     out\nhelp: say which it is where `{name}` is introduced, `{name}: ..`, or by the dimension of a result"
                ),
            });
        }
    }
}

/// The dimensions in each of the lengths of which one is the smallest.
fn of_several(f: &Function, length: ExprId, out: &mut Vec<BTreeSet<DimId>>) {
    if let Expr::IntegerMin(a, b) = *f.exprs.get(length) {
        of_several(f, a, out);
        of_several(f, b, out);
        return;
    }
    let named = f.exprs.walk(length).into_iter();
    let named = named.filter_map(|e| match *f.exprs.get(e) {
        Expr::Len(d) => Some(d),
        _ => None,
    });
    out.push(named.collect());
}
