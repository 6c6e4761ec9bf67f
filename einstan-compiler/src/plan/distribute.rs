//! A loop as two, where threads can share both and not the one: what is written at a place of the loop's own, and what is added
//! up over it, of which threads take parts of the rows.
//!
//! ```text
//! for i in n                                 for i in n, shared
//!   g[j] += X[i,j]*Y[i,j]                      Z[i,k] = ..
//!   Z[i,k] = ..                              for parts of j in m, shared
//!                                              for i in n
//!                                                g[j] += X[i,j]*Y[i,j]
//! ```

use super::fuse::Touch;
use super::share::{self, axes_of};
use super::{Mode, Share, Stmt};
use crate::ir::{DimId, Function, IndexId, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// The two loops as they are shared.
pub(super) fn distributed(f: &mut Function, statement: &Stmt) -> Option<[Share; 2]> {
    let Stmt::Loop {
        index,
        descending: false,
        body,
    } = statement
    else {
        return None;
    };
    let sums: Vec<bool> = body.iter().map(|s| is_sum(f, s, *index)).collect();
    if !sums.contains(&true) || !sums.contains(&false) || !are_apart(f, body, &sums) {
        return None;
    }
    let part = |sum: bool| {
        let own = body.iter().zip(&sums).filter(|(_, s)| **s == sum);
        Stmt::Loop {
            index: *index,
            descending: false,
            body: own.map(|(s, _)| s.clone()).collect(),
        }
    };
    let (own, mut added) = (part(false), part(true));
    // Each loop has an index of its own.
    let dim = f.index(*index).clone();
    let new = f.add_index(dim.name, dim.dim);
    added.rename(f, &BTreeMap::from([(*index, new)]));
    Some([share::loops(f, &own)?, rows(f, &added)?])
}

/// Whether a statement adds rows to a tensor, all values of the loop to the same places.
fn is_sum(f: &Function, s: &Stmt, index: IndexId) -> bool {
    let Stmt::Store {
        left,
        mode: Mode::Add,
        row: Some(_),
        ..
    } = s
    else {
        return false;
    };
    !f.exprs.indices_of(left).contains(&index)
}

/// Whether what is added up can be, once all else is written: that touches none of its tensors, and writes none that a sum
/// has read before.
fn are_apart(f: &Function, body: &[Stmt], sums: &[bool]) -> bool {
    let bases = |s: &Stmt, written: bool| -> BTreeSet<TensorId> {
        let mut touches = Vec::new();
        s.accesses(f, &mut touches);
        let all = touches.iter().filter(|t| t.writes || !written);
        all.map(|t| f.base(t.tensor)).collect()
    };
    let each = || body.iter().zip(sums);
    let added: BTreeSet<TensorId> = each()
        .filter(|(_, sum)| **sum)
        .flat_map(|(s, _)| bases(s, true))
        .collect();
    let mut read = BTreeSet::new();
    each().all(|(s, &sum)| {
        if sum {
            read.extend(bases(s, false));
            return true;
        }
        bases(s, false).is_disjoint(&added) && bases(s, true).is_disjoint(&read)
    })
}

/// Statements of whose rows threads take parts: each writes one tensor, along its row, which no other one touches.
pub(super) fn rows(f: &mut Function, statement: &Stmt) -> Option<Share> {
    share::touches(f, statement)?;
    let mut stores = Vec::new();
    stores_of(statement, &mut stores)?;
    let (mut axes, mut dims) = (Vec::new(), BTreeSet::<DimId>::new());
    let mut touched = BTreeSet::new();
    for (store, target, row) in &stores {
        let mut touches: Vec<Touch> = Vec::new();
        store.accesses(f, &mut touches);
        let base = f.base(*target);
        let all: BTreeSet<TensorId> = touches.iter().map(|t| f.base(t.tensor)).collect();
        touches.retain(|t| f.base(t.tensor) == base);
        let own = axes_of(f, *row, &touches)?;
        axes.push((*target, vec![*own.get(target)?]));
        dims.insert(f.index(*row).dim);
        touched.extend(all.into_iter().filter(|t| *t != base));
    }
    let written: BTreeSet<TensorId> = axes.iter().map(|(t, _)| f.base(*t)).collect();
    if dims.len() != 1 || written.len() != axes.len() || !written.is_disjoint(&touched) {
        return None;
    }
    let work = share::work(f, statement);
    let (mut body, mut rows) = (statement.clone(), Vec::new());
    parted(f, &mut body, &axes, &mut rows);
    Some(Share {
        loops: vec![],
        rows,
        axes,
        work,
        coalesced: None,
        body: vec![body],
    })
}

/// Gives each row that a statement stores an index of its own, of which threads take parts: the one that it has may be used in
/// other statements too.
fn parted(
    f: &mut Function,
    statement: &mut Stmt,
    axes: &[(TensorId, Vec<usize>)],
    rows: &mut Vec<(IndexId, IndexId)>,
) {
    let (target, row) = match statement {
        Stmt::Loop { body, .. } => {
            let each = body.iter_mut();
            return each.for_each(|s| parted(f, s, axes, rows));
        }
        Stmt::Store {
            target,
            row: Some(row),
            ..
        } => (*target, *row),
        _ => unreachable!("the statements of a share of rows are stores"),
    };
    let old = f.index(row).clone();
    let new = f.add_index(old.name.clone(), old.dim);
    let own = f.add_index(old.name, old.dim);
    statement.rename(f, &BTreeMap::from([(row, new)]));
    let along = axes.iter().filter(|(tensor, _)| *tensor == target);
    let places = along.map(|(tensor, axes)| (*tensor, axes[0])).collect();
    statement.within_part(f, &places, own);
    rows.push((new, own));
}

/// The rows that a statement stores, with their tensors and indices; None where it does something else.
fn stores_of<'s>(statement: &'s Stmt, out: &mut Vec<(&'s Stmt, TensorId, IndexId)>) -> Option<()> {
    match statement {
        Stmt::Loop { body, .. } => body.iter().try_for_each(|s| stores_of(s, out)),
        Stmt::Store {
            target,
            row: Some(row),
            within: None,
            ..
        } => {
            out.push((statement, *target, *row));
            Some(())
        }
        _ => None,
    }
}
