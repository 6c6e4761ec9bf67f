//! Nests that threads share: those whose loops write and read, of what they write, places of their own at each value.
//!
//! ```text
//! for i in n                          values of i are shared: no two of them touch the same place of Y
//!   Y[i,j] = softmax along j
//! ```

use super::cost::element_flops;
use super::fuse::Touch;
use super::{Share, Step, Stmt, distribute};
use crate::ir::{DimId, Element, Expr, ExprId, Function, IndexId, Subscript, TensorId, UnaryOp};
use std::collections::{BTreeMap, BTreeSet};

/// Of so many loops around each other one is shared, which is chosen when the function runs.
const MOST: usize = 3;
/// To read an element, or to write one, takes as long as so many operations, where many are.
const TOUCH: u64 = 8;

/// The steps, with nests that threads may share.
pub(crate) fn shared(f: &mut Function, steps: Vec<Step>) -> Vec<Step> {
    let mut out = Vec::new();
    for step in steps {
        match step {
            Step::Nest(body) => out.extend(nest(f, body)),
            Step::Block { rows, row, steps } => out.push(Step::Block {
                rows,
                row,
                steps: shared(f, steps),
            }),
            Step::Loop {
                index,
                descending,
                steps,
            } => out.push(Step::Loop {
                index,
                descending,
                steps: shared(f, steps),
            }),
            Step::When {
                condition,
                then,
                otherwise,
            } => out.push(Step::When {
                condition,
                then: shared(f, then),
                otherwise: shared(f, otherwise),
            }),
            Step::Choose(mut choose) => {
                for c in &mut choose.choices {
                    c.steps = shared(f, std::mem::take(&mut c.steps));
                }
                out.push(Step::Choose(choose));
            }
            Step::Once { way, value, steps } => out.push(Step::Once {
                way,
                value,
                steps: shared(f, steps),
            }),
            step => out.push(step),
        }
    }
    out
}

/// A nest as one step, or, where some of its loops can be shared, as several.
fn nest(f: &mut Function, body: Vec<Stmt>) -> Vec<Step> {
    let (mut out, mut alone) = (Vec::new(), Vec::new());
    for statement in body {
        let shared = shares(f, &statement);
        if shared.is_empty() {
            alone.push(statement);
            continue;
        }
        if !alone.is_empty() {
            out.push(Step::Nest(std::mem::take(&mut alone)));
        }
        out.extend(shared.into_iter().map(Step::Share));
    }
    if !alone.is_empty() {
        out.push(Step::Nest(alone));
    }
    out
}

/// A statement as threads share it, in one part or in two; none where they can't.
fn shares(f: &mut Function, statement: &Stmt) -> Vec<Share> {
    if let Some(share) = loops(f, statement).or_else(|| distribute::rows(f, statement)) {
        return vec![share];
    }
    let both = distribute::distributed(f, statement);
    both.into_iter().flatten().collect()
}

/// The places that a statement touches of the tensors that it writes; None where no threads may share it.
pub(super) fn touches(f: &Function, statement: &Stmt) -> Option<Vec<Touch>> {
    let (mut touches, mut written) = (Vec::new(), BTreeSet::new());
    statement.accesses(f, &mut touches);
    written.extend(touches.iter().filter(|t| t.writes).map(|t| t.tensor));
    // What the user's functions do beside computing a number, they do on the thread that calls.
    let mut foreign = false;
    statement.values(&mut |e| {
        let mut inside = f.exprs.walk(e).into_iter();
        foreign |= inside.any(|e| matches!(f.exprs.get(e), Expr::Foreign { .. }));
    });
    // Positions and bounds, which are integers, read nothing of what is written.
    let integer = |t: &TensorId| matches!(f.tensor(*t).element, Element::Integer(_));
    if foreign || written.iter().any(integer) {
        return None;
    }
    // What is written under another name too is touched anywhere.
    let bases: BTreeSet<TensorId> = written.iter().map(|&t| f.base(t)).collect();
    touches.retain(|t| bases.contains(&f.base(t.tensor)));
    if touches.iter().any(|t| !written.contains(&t.tensor)) || bases.len() < written.len() {
        return None;
    }
    Some(touches)
}

/// A loop whose values can be shared, with those right inside of it that can be too.
pub(super) fn loops(f: &mut Function, statement: &Stmt) -> Option<Share> {
    let touches = touches(f, statement)?;
    let (mut loops, mut axes) = (Vec::new(), BTreeMap::<TensorId, Vec<usize>>::new());
    let mut inside = std::slice::from_ref(statement);
    while let [
        Stmt::Loop {
            index,
            descending: false,
            body,
        },
    ] = inside
        && loops.len() < MOST
        && let Some(own) = axes_of(f, *index, &touches)
    {
        for (tensor, axis) in own {
            axes.entry(tensor).or_default().push(axis);
        }
        loops.push(*index);
        inside = body;
    }
    if loops.is_empty() {
        return None;
    }
    let work = work(f, statement);
    let mut body = inside.to_vec();
    let loops = loops.into_iter().enumerate().map(|(at, index)| {
        let own = f.index(index).clone();
        let own = f.add_index(own.name, own.dim);
        let places: BTreeMap<TensorId, usize> = axes.iter().map(|(&t, a)| (t, a[at])).collect();
        body.iter_mut().for_each(|s| s.within_part(f, &places, own));
        (index, own)
    });
    Some(Share {
        loops: loops.collect(),
        rows: vec![],
        axes: axes.into_iter().collect(),
        work,
        coalesced: None,
        body,
    })
}

/// The axis along which an index runs in each tensor that is written, from its beginning to its end: the same one wherever it
/// is touched.
pub(super) fn axes_of(
    f: &Function,
    index: IndexId,
    touches: &[Touch],
) -> Option<BTreeMap<TensorId, usize>> {
    let mut axes = BTreeMap::new();
    let dim = f.index(index).dim;
    for t in touches {
        let here = |axis: &usize| {
            t.subscripts.get(*axis) == Some(&Subscript::Index(index))
                && f.tensor(t.tensor).axes[*axis] == dim
        };
        let axis = match axes.get(&t.tensor) {
            Some(axis) => Some(*axis).filter(here),
            None => (0..t.subscripts.len()).find(here),
        };
        axes.insert(t.tensor, axis?);
    }
    Some(axes)
}

/// The work of a statement.
pub(super) fn work(f: &Function, statement: &Stmt) -> Vec<(u64, Vec<DimId>)> {
    let mut out = Vec::new();
    operations(f, statement, &mut vec![], &mut out);
    out
}

/// The operations of a statement, and what it takes to read and write its elements, as products of lengths.
fn operations(
    f: &Function,
    statement: &Stmt,
    around: &mut Vec<DimId>,
    out: &mut Vec<(u64, Vec<DimId>)>,
) {
    let mut add = |flops: u64, inside: &mut dyn Iterator<Item = IndexId>| {
        let dims = around.iter().copied();
        let dims = dims.chain(inside.map(|i| f.index(i).dim)).collect();
        out.push((flops, dims));
    };
    match statement {
        Stmt::Loop { index, body, .. } => {
            around.push(f.index(*index).dim);
            body.iter().for_each(|s| operations(f, s, around, out));
            around.pop();
        }
        Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
            body.iter().for_each(|s| operations(f, s, around, out));
        }
        Stmt::When {
            then, otherwise, ..
        } => {
            let inside = then.iter().chain(otherwise);
            inside.for_each(|s| operations(f, s, around, out));
        }
        Stmt::Store { row, value, .. } => {
            add(
                2 * TOUCH + element_flops(f, *value),
                &mut row.iter().copied(),
            );
        }
        Stmt::Reduce { over, body, .. } => {
            add(TOUCH + element_flops(f, *body), &mut over.iter().copied());
        }
        Stmt::Accumulate {
            row, over, body, ..
        } => {
            let mut inside = over.iter().copied().chain([*row]);
            add(TOUCH + element_flops(f, *body), &mut inside);
        }
        Stmt::Softmax { along, body, .. } => {
            let exp = UnaryOp::Exp.flops();
            add(
                2 * TOUCH + exp + element_flops(f, *body),
                &mut along.iter().copied(),
            );
        }
    }
}

impl Stmt {
    /// Reads and writes some tensors at an index of their part, along one axis of each.
    pub(super) fn within_part(
        &mut self,
        f: &mut Function,
        axes: &BTreeMap<TensorId, usize>,
        own: IndexId,
    ) {
        let place = |tensor: TensorId, left: &mut Vec<Subscript>| {
            if let Some(&axis) = axes.get(&tensor) {
                left[axis] = Subscript::Index(own);
            }
        };
        let mut change = |id: &mut ExprId| {
            *id = f.exprs.map(*id, &mut |e| match e {
                Expr::Access {
                    tensor,
                    mut subscripts,
                    guarded,
                } => {
                    place(tensor, &mut subscripts);
                    Expr::Access {
                        tensor,
                        subscripts,
                        guarded,
                    }
                }
                e => e,
            });
        };
        match self {
            Stmt::Loop { body, .. } | Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
                body.iter_mut().for_each(|s| s.within_part(f, axes, own));
            }
            Stmt::When {
                condition,
                then,
                otherwise,
            } => {
                change(condition);
                let inside = then.iter_mut().chain(otherwise);
                inside.for_each(|s| s.within_part(f, axes, own));
            }
            Stmt::Store {
                target,
                left,
                value: body,
                within,
                ..
            }
            | Stmt::Softmax {
                target,
                left,
                body,
                within,
                ..
            } => {
                change(body);
                let rest = within.iter_mut().filter_map(|w| w.otherwise.as_mut());
                rest.for_each(change);
                place(*target, left);
            }
            Stmt::Reduce {
                target, left, body, ..
            }
            | Stmt::Accumulate {
                target, left, body, ..
            } => {
                change(body);
                place(*target, left);
            }
        }
    }
}
