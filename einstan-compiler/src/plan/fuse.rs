//! Neighbouring nests with the same outer loop become one: their rows stay in cache between them.
//!
//! Two loops over the same dimension may become one if whatever one of them writes and the other one touches is
//! touched, in each iteration, only at the position of that iteration.

use super::{Step, Stmt, Within};
use crate::ir::{ExprId, Function, IndexId, Subscript, TensorId};
use std::collections::BTreeMap;

/// The steps with neighbours fused. Zeros move to the front of what does not touch them, out of the way.
pub(crate) fn fuse(f: &mut Function, steps: Vec<Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for step in steps {
        match (step, out.last_mut()) {
            (Step::Nest(mut next), Some(Step::Nest(last))) => {
                refresh(f, &mut next);
                if let Err(next) = join(f, last, next) {
                    out.push(Step::Nest(next));
                }
            }
            (Step::Zero { tensor, mode }, _) => {
                let at = out
                    .iter()
                    .rposition(|s| touches(f, s, tensor))
                    .map_or(0, |p| p + 1);
                out.insert(at, Step::Zero { tensor, mode });
            }
            (
                Step::When {
                    condition,
                    then,
                    otherwise,
                },
                _,
            ) => out.push(Step::When {
                condition,
                then: fuse(f, then),
                otherwise: fuse(f, otherwise),
            }),
            (Step::Block { rows, row, steps }, _) => {
                let steps = fuse(f, steps);
                out.push(Step::Block { rows, row, steps });
            }
            (
                Step::Loop {
                    index,
                    descending,
                    steps,
                },
                _,
            ) => out.push(looped(index, descending, fuse(f, steps))),
            (step, _) => out.push(step),
        }
    }
    out
}

/// The loop of a recurrence; where nests alone stand in it, a nest.
fn looped(index: IndexId, descending: bool, steps: Vec<Step>) -> Step {
    if steps.iter().any(|s| !matches!(s, Step::Nest(_))) {
        return Step::Loop {
            index,
            descending,
            steps,
        };
    }
    let bodies = steps.into_iter().filter_map(|s| match s {
        Step::Nest(body) => Some(body),
        _ => None,
    });
    Step::Nest(vec![Stmt::Loop {
        index,
        descending,
        body: bodies.flatten().collect(),
    }])
}

/// Nothing is written before a check that stands before it.
fn touches(f: &Function, step: &Step, tensor: TensorId) -> bool {
    if let Step::Check(_) = step {
        return true;
    }
    let (mut writes, mut reads) = (Vec::new(), Default::default());
    step.writes(f, &mut writes);
    step.reads(f, &mut reads);
    writes.contains(&tensor) || reads.contains(&tensor)
}

/// Appends `next` to `last`, or gives it back where that is not allowed.
fn join(f: &mut Function, last: &mut [Stmt], mut next: Vec<Stmt>) -> Result<(), Vec<Stmt>> {
    let (
        Some(Stmt::Loop {
            index: a,
            descending: down,
            body: first,
        }),
        [
            Stmt::Loop {
                index: b,
                descending,
                body: second,
            },
        ],
    ) = (last.last_mut(), next.as_mut_slice())
    else {
        return Err(next);
    };
    let (a, b) = (*a, *b);
    let one_way = *down == *descending;
    if !one_way || f.index(a).dim != f.index(b).dim || !in_step(f, first, a, second, b) {
        return Err(next);
    }
    let map = BTreeMap::from([(b, a)]);
    let second = std::mem::take(second);
    for mut statement in second {
        statement.rename(f, &map);
        if let Err(rest) = join(f, first, vec![statement]) {
            first.extend(rest);
        }
    }
    Ok(())
}

/// Whether iteration i of the loop over `b` touches nothing that another iteration of the loop over `a` writes, and
/// the other way round.
fn in_step(f: &Function, first: &[Stmt], a: IndexId, second: &[Stmt], b: IndexId) -> bool {
    let (mut one, mut two) = (Vec::new(), Vec::new());
    first.iter().for_each(|s| s.accesses(f, &mut one));
    second.iter().for_each(|s| s.accesses(f, &mut two));
    one.iter().all(|x| {
        two.iter()
            .filter(|y| f.base(x.tensor) == f.base(y.tensor) && (x.writes || y.writes))
            .all(|y| {
                // Two slices of one tensor are not one.
                x.tensor == y.tensor
                    && x.subscripts
                        .iter()
                        .zip(&y.subscripts)
                        .any(|(p, q)| *p == Subscript::Index(a) && *q == Subscript::Index(b))
            })
    })
}

/// One access of a statement.
pub(crate) struct Touch {
    pub tensor: TensorId,
    pub subscripts: Vec<Subscript>,
    pub writes: bool,
}

/// Adds the reads of an expression.
fn touched(f: &Function, e: ExprId, out: &mut Vec<Touch>) {
    for id in f.exprs.walk(e) {
        if let Some((tensor, subscripts, _)) = f.exprs.get(id).read() {
            out.push(Touch {
                tensor,
                subscripts: subscripts.to_vec(),
                writes: false,
            });
        }
    }
}

impl Stmt {
    pub(crate) fn accesses(&self, f: &Function, out: &mut Vec<Touch>) {
        let (target, left) = match self {
            Stmt::Loop { body, .. } => return body.iter().for_each(|s| s.accesses(f, out)),
            Stmt::When {
                condition,
                then,
                otherwise,
            } => {
                touched(f, *condition, out);
                let inside = then.iter().chain(otherwise);
                return inside.for_each(|s| s.accesses(f, out));
            }
            Stmt::Store { target, left, .. }
            | Stmt::Reduce { target, left, .. }
            | Stmt::Accumulate { target, left, .. }
            | Stmt::Softmax { target, left, .. } => (*target, left.clone()),
        };
        out.push(Touch {
            tensor: target,
            subscripts: left,
            writes: true,
        });
        self.values(&mut |e| touched(f, e, out));
    }

    /// Replaces indices, those that the statement binds too.
    fn rename(&mut self, f: &mut Function, map: &BTreeMap<IndexId, IndexId>) {
        let to = |i: &mut IndexId| *i = map.get(i).copied().unwrap_or(*i);
        match self {
            Stmt::Loop { index, body, .. } => {
                to(index);
                body.iter_mut().for_each(|s| s.rename(f, map));
            }
            Stmt::When {
                condition,
                then,
                otherwise,
            } => {
                *condition = f.rename(*condition, map);
                let inside = then.iter_mut().chain(otherwise);
                inside.for_each(|s| s.rename(f, map));
            }
            Stmt::Store {
                left,
                row,
                value,
                within,
                ..
            } => {
                *left = f.renamed(left, map);
                row.iter_mut().for_each(to);
                *value = f.rename(*value, map);
                within.iter_mut().for_each(|w| w.rename(f, map));
            }
            Stmt::Accumulate {
                left,
                row,
                over,
                body,
                ..
            } => {
                *left = f.renamed(left, map);
                to(row);
                over.iter_mut().for_each(to);
                *body = f.rename(*body, map);
            }
            Stmt::Reduce {
                left,
                over,
                windows,
                body,
                ..
            } => {
                *left = f.renamed(left, map);
                over.iter_mut().for_each(to);
                *windows = std::mem::take(windows)
                    .into_iter()
                    .map(|(mut i, w)| {
                        to(&mut i);
                        (i, w.map(|e| f.rename(e, map)))
                    })
                    .collect();
                *body = f.rename(*body, map);
            }
            Stmt::Softmax {
                left,
                along,
                body,
                within,
                ..
            } => {
                *left = f.renamed(left, map);
                along.iter_mut().for_each(to);
                *body = f.rename(*body, map);
                within.iter_mut().for_each(|w| w.rename(f, map));
            }
        }
    }

    /// The indices that the statement binds.
    fn bound(&self, out: &mut Vec<IndexId>) {
        match self {
            Stmt::Loop { index, body, .. } => {
                out.push(*index);
                body.iter().for_each(|s| s.bound(out));
            }
            Stmt::When {
                then, otherwise, ..
            } => then.iter().chain(otherwise).for_each(|s| s.bound(out)),
            Stmt::Store { row, .. } => out.extend(row),
            Stmt::Reduce { over, .. } => out.extend(over),
            Stmt::Accumulate { row, over, .. } => {
                out.push(*row);
                out.extend(over);
            }
            // Those along which it runs are left-hand indices: no loop around it binds them.
            Stmt::Softmax { along, .. } => out.extend(along),
        }
    }
}

impl Within {
    fn rename(&mut self, f: &mut Function, map: &BTreeMap<IndexId, IndexId>) {
        self.window = self.window.map(|e| f.rename(e, map));
        self.otherwise = self.otherwise.map(|e| f.rename(e, map));
    }
}

/// Gives a nest indices of its own, so that one of another nest can take the place of its outer loop's.
fn refresh(f: &mut Function, nest: &mut [Stmt]) {
    let mut bound = Vec::new();
    nest.iter().for_each(|s| s.bound(&mut bound));
    let mut map = BTreeMap::new();
    for i in bound {
        let index = f.index(i).clone();
        map.entry(i)
            .or_insert_with(|| f.add_index(index.name, index.dim));
    }
    nest.iter_mut().for_each(|s| s.rename(f, &map));
}
