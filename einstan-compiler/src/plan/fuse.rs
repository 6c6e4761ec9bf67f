//! Neighbouring nests with the same outer loop become one: their rows stay in cache between them.
//!
//! Two loops over the same dimension may become one if whatever one of them writes and the other one touches is
//! touched, in each iteration, only at the position of that iteration.

use super::{Mode, Step, Stmt, Within};
use crate::ir::{ExprId, Function, IndexId, Subscript, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// The steps with neighbours fused. Zeros move to the front of what does not touch them, out of the way, and so does a
/// row that begins a tensor and could not join its neighbour.
pub(crate) fn fuse(f: &mut Function, steps: Vec<Step>) -> Vec<Step> {
    let mut fused = Fused::default();
    for step in steps {
        match step {
            Step::Nest(next) => fused.nest(f, next),
            Step::Zero { tensor, mode } => fused.zero(f, tensor, mode),
            step => {
                let step = inside(f, step);
                fused.push(f, step);
            }
        }
    }
    fused.into_steps()
}

/// A step with what stands in it fused.
fn inside(f: &mut Function, step: Step) -> Step {
    match step {
        Step::When {
            condition,
            then,
            otherwise,
        } => Step::When {
            condition,
            then: fuse(f, then),
            otherwise: fuse(f, otherwise),
        },
        Step::Block { rows, row, steps } => Step::Block {
            rows,
            row,
            steps: fuse(f, steps),
        },
        Step::Loop {
            index,
            descending,
            steps,
        } => looped(index, descending, fuse(f, steps)),
        step => step,
    }
}

/// Steps that are fused one after the other. What each one asks of those before it is kept, so that none is looked at again.
#[derive(Default)]
struct Fused {
    /// Zeros before all other steps.
    front: Vec<Step>,
    /// The other steps, each with what was put right behind it.
    steps: Vec<(Step, Vec<Step>)>,
    /// How many of them there were when a tensor was last touched or written, and when a check or a call, which may fail, was last made.
    touched: BTreeMap<TensorId, usize>,
    written: BTreeMap<TensorId, usize>,
    checked: usize,
    /// The outer loop of the last nest.
    open: Option<Box<Open>>,
}

impl Fused {
    fn push(&mut self, f: &Function, step: Step) {
        let (mut written, mut read) = (Vec::new(), BTreeSet::new());
        step.writes(f, &mut written);
        step.reads(f, &mut read);
        let may_fail = matches!(step, Step::Check(_) | Step::Call { .. });
        self.steps.push((step, vec![]));
        self.open = None;
        self.note(&written, read.into_iter());
        if may_fail {
            self.checked = self.steps.len();
        }
    }

    /// The last step writes tensors, and touches others.
    fn note(&mut self, written: &[TensorId], touched: impl Iterator<Item = TensorId>) {
        let at = self.steps.len();
        let own = written.iter().copied();
        self.touched
            .extend(own.clone().chain(touched).map(|t| (t, at)));
        self.written.extend(own.map(|t| (t, at)));
    }

    fn nest(&mut self, f: &mut Function, mut next: Vec<Stmt>) {
        let last = match self.steps.last_mut() {
            Some((Step::Nest(last), zeros)) if zeros.is_empty() => last,
            _ => return self.early(f, next),
        };
        refresh(f, &mut next);
        let (tensors, written) = touches(f, &next);
        match join(f, last, &mut self.open, next) {
            Ok(()) => self.note(&written, tensors.into_iter()),
            Err(next) => self.early(f, next),
        }
    }

    /// A row that begins its tensor stands right behind the last step that writes what it reads, so that larger nests may join
    /// between which it would stand; any other nest stands last.
    fn early(&mut self, f: &Function, nest: Vec<Stmt>) {
        let (tensors, written) = touches(f, &nest);
        let last = |t: &TensorId| self.written.get(t).copied().unwrap_or(0);
        let place = tensors.iter().map(last).fold(self.checked, usize::max);
        let begins = |t: &TensorId| !self.touched.contains_key(t);
        let row = matches!(nest[..], [Stmt::Store { .. }]);
        if !row || place == self.steps.len() || !written.iter().all(begins) {
            return self.push(f, Step::Nest(nest));
        }
        self.behind(place).push(Step::Nest(nest));
        for &t in &tensors {
            let touched = self.touched.entry(t).or_default();
            *touched = place.max(*touched);
        }
        self.written.extend(written.into_iter().map(|t| (t, place)));
    }

    /// What stands behind so many steps, before the next one.
    fn behind(&mut self, place: usize) -> &mut Vec<Step> {
        match place {
            0 => &mut self.front,
            at => &mut self.steps[at - 1].1,
        }
    }

    /// Nothing is written before a check or a call that stands before it.
    fn zero(&mut self, f: &Function, tensor: TensorId, mode: Mode) {
        let touched = self.touched.get(&tensor).copied().unwrap_or(0);
        let place = touched.max(self.checked);
        let zeros = self.behind(place);
        let own = |s: &Step| matches!(*s, Step::Zero { tensor: t, .. } if f.base(t) == tensor);
        let at = zeros.iter().rposition(own).map_or(0, |p| p + 1);
        zeros.insert(at, Step::Zero { tensor, mode });
        let last = self.touched.entry(f.base(tensor)).or_default();
        *last = place.max(*last);
    }

    fn into_steps(self) -> Vec<Step> {
        let mut out = self.front;
        for (step, zeros) in self.steps {
            out.push(step);
            out.extend(zeros);
        }
        out
    }
}

/// The tensors in whose memory statements read and write, and those of these that they write.
fn touches(f: &Function, nest: &[Stmt]) -> (BTreeSet<TensorId>, Vec<TensorId>) {
    let (mut tensors, mut written) = (BTreeSet::new(), Vec::new());
    for s in nest {
        s.touches(f, &mut tensors);
        s.writes(&mut |t| written.push(f.base(t)));
    }
    (tensors, written)
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

/// A loop that stands last, to which others are joined.
struct Open {
    /// What its body touches.
    touched: Touched,
    /// The loop that stands last in its body.
    inside: Option<Box<Open>>,
}

/// Appends `next` to `last`, or gives it back where that is not allowed.
fn join(
    f: &mut Function,
    last: &mut [Stmt],
    open: &mut Option<Box<Open>>,
    mut next: Vec<Stmt>,
) -> Result<(), Vec<Stmt>> {
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
    if *down != *descending || f.index(a).dim != f.index(b).dim {
        return Err(next);
    }
    let open = open.get_or_insert_with(|| {
        let touched = Touched::by(f, first);
        let inside = None;
        Box::new(Open { touched, inside })
    });
    if !in_step(&open.touched, a, &Touched::by(f, second), b) {
        return Err(next);
    }
    let map = BTreeMap::from([(b, a)]);
    let second = std::mem::take(second);
    for mut statement in second {
        statement.rename(f, &map);
        open.touched.add(f, &statement);
        if let Err(rest) = join(f, first, &mut open.inside, vec![statement]) {
            first.extend(rest);
            open.inside = None;
        }
    }
    Ok(())
}

/// What statements touch, each access once, by the tensor in whose memory it lies.
#[derive(Default)]
struct Touched {
    reads: Accesses,
    writes: Accesses,
}

type Accesses = BTreeMap<TensorId, BTreeSet<(TensorId, Vec<Subscript>)>>;

impl Touched {
    fn by(f: &Function, body: &[Stmt]) -> Self {
        let mut touched = Touched::default();
        body.iter().for_each(|s| touched.add(f, s));
        touched
    }

    fn add(&mut self, f: &Function, statement: &Stmt) {
        let mut all = Vec::new();
        statement.accesses(f, &mut all);
        for touch in all {
            let accesses = match touch.writes {
                true => &mut self.writes,
                false => &mut self.reads,
            };
            let own = accesses.entry(f.base(touch.tensor)).or_default();
            own.insert((touch.tensor, touch.subscripts));
        }
    }
}

/// Whether iteration i of the loop over `b` touches nothing that another iteration of the loop over `a` writes, and
/// the other way round.
fn in_step(first: &Touched, a: IndexId, second: &Touched, b: IndexId) -> bool {
    let at_once = |x: &Accesses, y: &Accesses| {
        y.iter().all(|(memory, y)| {
            let mut x = x.get(memory).into_iter().flatten();
            x.all(|(tensor, p)| {
                y.iter().all(|(other, q)| {
                    // Two slices of one tensor are not one.
                    tensor == other
                        && p.iter()
                            .zip(q)
                            .any(|(p, q)| *p == Subscript::Index(a) && *q == Subscript::Index(b))
                })
            })
        })
    };
    at_once(&first.writes, &second.writes)
        && at_once(&first.writes, &second.reads)
        && at_once(&first.reads, &second.writes)
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
            Stmt::Loop { body, .. } | Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
                return body.iter().for_each(|s| s.accesses(f, out));
            }
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

    /// Adds the tensors in whose memory the statement reads and writes.
    fn touches(&self, f: &Function, out: &mut BTreeSet<TensorId>) {
        self.writes(&mut |t| out.extend([f.base(t)]));
        self.values(&mut |e| out.extend(f.exprs.tensors(e).iter().map(|&t| f.base(t))));
    }

    /// Replaces indices, those that the statement binds too.
    pub(crate) fn rename(&mut self, f: &mut Function, map: &BTreeMap<IndexId, IndexId>) {
        let to = |i: &mut IndexId| *i = map.get(i).copied().unwrap_or(*i);
        match self {
            Stmt::Loop { index, body, .. } => {
                to(index);
                body.iter_mut().for_each(|s| s.rename(f, map));
            }
            Stmt::Together { body } => body.iter_mut().for_each(|s| s.rename(f, map)),
            Stmt::Coalesced { run, body } => {
                run.loops.iter_mut().flatten().for_each(to);
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
            Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
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
    pub(crate) fn rename(&mut self, f: &mut Function, map: &BTreeMap<IndexId, IndexId>) {
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
