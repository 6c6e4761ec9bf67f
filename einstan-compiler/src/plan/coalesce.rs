//! Loops around a row that are one with it: where every tensor has their axes side by side, and in memory these go on like one
//! axis, the row runs over all of their elements at once.
//!
//! ```text
//! for y in h                                      Y[i,k,0,v] = .. along v in h·w
//!   Y[i,k,y,x] = (X[i,k,y,x] - mu[k]) .. along x
//! ```
//!
//! How tensors lie in memory is known when the function runs: the loops stand there once, for either.

use super::{Share, Step, Stmt};
use crate::ir::{Expr, ExprId, Function, IndexId, Subscript, TensorId, positions};
use std::collections::BTreeMap;

/// Loops that may be one with the rows in them.
#[derive(Clone, Debug)]
pub struct Coalesced {
    /// Of each statement the indices of its loops, the row last. All have the same dimensions.
    pub loops: Vec<Vec<IndexId>>,
    /// The tensors that have these axes, and the first of them.
    pub tensors: Vec<(TensorId, usize)>,
}

/// Marks the loops of a step that may be one with their rows.
pub(crate) fn coalesce(f: &Function, step: &mut Step) {
    match step {
        Step::Nest(body) => body.iter_mut().for_each(|s| statement(f, s)),
        Step::Share(shared) => share(f, shared),
        _ => {}
    }
}

/// Loops that threads share are one with the rows where no thread takes a part of them.
fn share(f: &Function, share: &mut Share) {
    if !share.rows.is_empty() {
        return;
    }
    let own: BTreeMap<IndexId, IndexId> = share.loops.iter().map(|&(i, own)| (own, i)).collect();
    let shared: Vec<IndexId> = share.loops.iter().map(|&(i, _)| i).collect();
    let mut stores = Vec::new();
    if share
        .body
        .iter()
        .all(|s| stores_in(s, &shared, &mut stores))
    {
        share.coalesced = (0..shared.len()).find_map(|first| coalesced(f, &stores, first, &own));
    }
    if share.coalesced.is_none() {
        share.body.iter_mut().for_each(|s| statement(f, s));
    }
}

fn statement(f: &Function, s: &mut Stmt) {
    if let Some(run) = alone(f, s) {
        let body = vec![s.clone()];
        *s = Stmt::Coalesced { run, body };
        return;
    }
    match s {
        Stmt::Loop { body, .. } => body.iter_mut().for_each(|s| statement(f, s)),
        Stmt::When {
            then, otherwise, ..
        } => {
            let inside = then.iter_mut().chain(otherwise);
            inside.for_each(|s| statement(f, s));
        }
        _ => {}
    }
}

/// The outermost loop of a statement, or some of those over which it reduces, as one with all inside.
fn alone(f: &Function, s: &Stmt) -> Option<Coalesced> {
    let none = BTreeMap::new();
    match s {
        Stmt::Reduce { .. } => summed(f, std::slice::from_ref(s)),
        Stmt::Together { body } => summed(f, body),
        Stmt::Loop { .. } => {
            let mut stores = Vec::new();
            stores_in(s, &[], &mut stores).then_some(())?;
            coalesced(f, &stores, 0, &none)
        }
        _ => None,
    }
}

/// Some of the loops over which statements reduce.
fn summed(f: &Function, reductions: &[Stmt]) -> Option<Coalesced> {
    let rows = reductions.iter().map(|s| match s {
        Stmt::Reduce {
            over,
            windows,
            body,
            ..
        } if windows.is_empty() => Some(Rows {
            loops: over.clone(),
            left: None,
            value: *body,
        }),
        _ => None,
    });
    let rows: Vec<Rows<'_>> = rows.collect::<Option<_>>()?;
    let most = rows.first()?.loops.len();
    (0..most - 1).find_map(|first| coalesced(f, &rows, first, &BTreeMap::new()))
}

/// A value along a row, and the loops around it.
struct Rows<'a> {
    /// The row last.
    loops: Vec<IndexId>,
    /// Where it is written, if it is along these loops.
    left: Option<(TensorId, &'a [Subscript])>,
    value: ExprId,
}

/// Collects what a statement stores; false if it does anything else.
fn stores_in<'a>(s: &'a Stmt, around: &[IndexId], out: &mut Vec<Rows<'a>>) -> bool {
    match s {
        Stmt::Loop {
            index,
            descending: false,
            body,
        } => {
            let around = [around, &[*index]].concat();
            body.iter().all(|s| stores_in(s, &around, out))
        }
        Stmt::Store {
            target,
            left,
            row: Some(row),
            value,
            within: None,
            ..
        } => {
            out.push(Rows {
                loops: [around, &[*row]].concat(),
                left: Some((*target, left)),
                value: *value,
            });
            true
        }
        _ => false,
    }
}

/// The loops from the `first` one on as one, if every tensor has all of their axes side by side, or none of them. An index of
/// `own` stands for that of a loop.
fn coalesced(
    f: &Function,
    rows: &[Rows<'_>],
    first: usize,
    own: &BTreeMap<IndexId, IndexId>,
) -> Option<Coalesced> {
    let dims = |r: &Rows<'_>| Vec::from_iter(r.loops.iter().map(|&i| f.index(i).dim));
    let all = dims(rows.first()?);
    if first + 1 >= all.len() || rows.iter().any(|r| dims(r) != all) {
        return None;
    }
    let mut tensors = BTreeMap::new();
    for r in rows {
        let loops = &r.loops[first..];
        let mut note = |tensor: TensorId, subscripts: &[Subscript]| {
            let at = first_axis(f, tensor, subscripts, loops, own)?;
            (*tensors.entry(tensor).or_insert(at) == at).then_some(at)
        };
        let mut all = vec![r.value];
        if let Some((target, left)) = r.left {
            note(target, left)??;
            all.extend(positions(left));
        }
        for e in all.into_iter().flat_map(|e| f.exprs.walk(e)) {
            let x = f.exprs.get(e);
            if let Some((tensor, subscripts, guarded)) = x.read() {
                note(tensor, subscripts)?;
                let along = || f.exprs.free(e).iter().any(|i| loops.contains(i));
                (!guarded || !along()).then_some(())?;
            }
            if matches!(x, Expr::IndexValue(i) if loops.contains(i)) {
                return None;
            }
        }
    }
    let tensors: Vec<_> = tensors
        .into_iter()
        .filter_map(|(t, at)| Some((t, at?)))
        .collect();
    let loops = rows.iter().map(|r| r.loops[first..].to_vec()).collect();
    (!tensors.is_empty()).then_some(Coalesced { loops, tensors })
}

/// The first of the axes along which loops run, or none where no axis does; None where they are not side by side.
fn first_axis(
    f: &Function,
    tensor: TensorId,
    subscripts: &[Subscript],
    loops: &[IndexId],
    own: &BTreeMap<IndexId, IndexId>,
) -> Option<Option<usize>> {
    let index = |s: &Subscript| match s {
        Subscript::Index(i) => Some(*own.get(i).unwrap_or(i)),
        _ => None,
    };
    let along: Vec<usize> = (0..subscripts.len())
        .filter(|&axis| index(&subscripts[axis]).is_some_and(|i| loops.contains(&i)))
        .collect();
    let Some(&first) = along.first() else {
        return Some(None);
    };
    let dims = &f.tensor(tensor).axes;
    let fits = along.len() == loops.len()
        && along
            .iter()
            .zip(loops)
            .enumerate()
            .all(|(at, (&axis, &i))| {
                axis == first + at
                    && index(&subscripts[axis]) == Some(i)
                    && dims[axis] == f.index(i).dim
            });
    fits.then_some(Some(first))
}
