//! Parameters that are changed: written in place where nothing needs what stood there, else at the end.

use super::block::is_wide;
use crate::ir::{Equation, Function, Op, TensorId};
use std::collections::BTreeSet;

/// The equations with those that write the parameters, and the parameters whose old values are added to.
pub(crate) fn updates(
    f: &mut Function,
    mut equations: Vec<Equation>,
    late: bool,
) -> (Vec<Equation>, BTreeSet<TensorId>) {
    let mut begun = BTreeSet::new();
    // Nothing is written before all is checked.
    let early = late || equations.iter().any(|e| f.returned(e).is_some());
    for (parameter, last) in f.updates.clone() {
        if parameter == last {
            continue;
        }
        match (!early)
            .then(|| in_place(f, &equations, parameter, last))
            .flatten()
        {
            Some(first) => {
                let map = [(last, parameter)].into();
                for e in &mut equations {
                    *e = f.redirected(e, &map);
                    if e.tensor == last {
                        e.tensor = parameter;
                    }
                }
                let e = &equations[first];
                let same = f.exprs.get(e.right).read();
                if same.is_some_and(|(t, at, _)| t == parameter && at == e.left) {
                    equations.remove(first);
                    begun.insert(parameter);
                }
            }
            None => {
                let end = f.copy(parameter, last);
                equations.push(end);
            }
        }
        f.updates.insert(parameter, parameter);
    }
    (equations, begun)
}

/// The first equation of the last value, if it can stand where the old one stood: every element is read where it is written,
/// and nothing reads it afterwards.
fn in_place(
    f: &Function,
    equations: &[Equation],
    parameter: TensorId,
    last: TensorId,
) -> Option<usize> {
    let first = equations.iter().position(|e| e.tensor == last)?;
    let e = &equations[first];
    let reads = |e: &Equation| f.reads_of(e).contains(&parameter);
    let own = |id| {
        let (tensor, at, _) = f.exprs.get(id).read()?;
        (tensor == parameter).then(|| at == e.left)
    };
    let here = f
        .exprs
        .walk(e.right)
        .into_iter()
        .filter_map(own)
        .all(|own| own);
    let reduces = f.exprs.reduces(e.right) && reads(e);
    // Rows of a block are read after others have been written.
    let blocks = equations.iter().any(|e| is_wide(f, e.tensor));
    let between = blocks && equations[..first].iter().any(reads);
    let fits = e.op == Op::Define && f.covers(e) && here && !reduces && !between;
    (fits && !equations[first + 1..].iter().any(reads)).then_some(first)
}
