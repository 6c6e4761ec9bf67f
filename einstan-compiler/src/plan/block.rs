//! Tensors that would be larger than every argument and result hold some rows at a time, if nothing needs them as a whole.
//!
//! The equations that define and read such a temporary run in blocks of one of its indices: each block computes its rows,
//! and what reads them writes its own rows, or adds up what it sums.
//!
//! ```text
//! T[i,j] = sum[k](X[i,k]*Y[j,k]);         for each block of i:
//! y[i]   = sum[j](exp(T[i,j])*w[j]);          T[i,j] = ..; y[i] = ..; s += sum[i](..)
//! s      = sum[i,j](T[i,j]);
//! ```

use super::recurrence::Recurrence;
use super::volume::{covered, covered_by};
use crate::ir::{
    DimId, Equation, Expr, ExprId, Function, IndexId, Length, Op, ReduceOp, Role, Subscript,
    TensorId,
};
use std::collections::{BTreeMap, BTreeSet};

/// A part of a body.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Equation(Equation),
    Block(Block),
    Recurrence(Recurrence),
    /// One of the function's checks.
    Check(usize),
}

/// Equations that run for some rows at a time.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The dimension of the rows of one block.
    pub rows: DimId,
    /// The axes of each temporary besides its rows.
    pub row: Vec<Vec<DimId>>,
    pub equations: Vec<Equation>,
    /// Tensors that the block adds to, from all rows.
    pub sums: BTreeSet<TensorId>,
}

/// Puts equations with wide tensors into blocks. Those of `elsewhere` are needed as a whole.
pub(crate) fn blocks(
    f: &mut Function,
    equations: Vec<Equation>,
    elsewhere: &BTreeSet<TensorId>,
) -> Vec<Part> {
    for at in 0..equations.len() {
        let tensor = equations[at].tensor;
        let begun = || equations[..at].iter().any(|e| e.tensor == tensor);
        let checked = || f.checked().contains(&tensor);
        if elsewhere.contains(&tensor)
            || !is_wide(f, tensor)
            || !f.covers(&equations[at])
            || begun()
            || checked()
        {
            continue;
        }
        let rank = f.tensor(tensor).axes.len();
        // Of one row, best no more than an argument has.
        let row = |axis: usize| without(&f.tensor(tensor).axes, axis);
        let small = |axis: &usize| covered_by(f, &row(*axis), is_outer);
        let mut axes: Vec<usize> = (0..rank).filter(small).collect();
        if is_large(f, tensor) {
            axes.extend((0..rank).filter(|a| !small(a) && covered(f, &row(*a))));
        }
        if let Some(group) = axes
            .into_iter()
            .find_map(|a| group(f, &equations, at, a, elsewhere))
        {
            let mut parts: Vec<Part> = group.before.into_iter().map(Part::Equation).collect();
            let block = block(f, tensor, group.axis, group.members, elsewhere);
            parts.push(Part::Block(block));
            parts.extend(blocks(f, group.after, elsewhere));
            return parts;
        }
    }
    equations.into_iter().map(Part::Equation).collect()
}

/// Whether a temporary may be larger than every tensor that the user named.
pub(crate) fn is_large(f: &Function, tensor: TensorId) -> bool {
    let t = f.tensor(tensor);
    matches!(t.role, Role::Temporary | Role::Adjoint { .. }) && !covered(f, &t.axes)
}

/// Whether a tensor may be larger than every argument and result: where nothing needs it as a whole, some rows of it at a
/// time stay in cache, and need no memory of that size.
pub(crate) fn is_wide(f: &Function, tensor: TensorId) -> bool {
    let t = f.tensor(tensor);
    let changed = f.is_output(tensor) || f.updates.contains_key(&tensor);
    !is_outer(t.role) && !changed && !covered_by(f, &t.axes, is_outer)
}

/// Whether a tensor of this role is an argument, a result or the like.
pub(crate) fn is_outer(role: Role) -> bool {
    !matches!(
        role,
        Role::Temporary | Role::Adjoint { .. } | Role::Intermediate | Role::Slice { .. }
    )
}

fn without(axes: &[DimId], axis: usize) -> Vec<DimId> {
    let mut rest = axes.to_vec();
    rest.remove(axis);
    rest
}

/// Equations around a large temporary: those of the block, each with the index that runs over its rows, and the others.
struct Group {
    axis: usize,
    before: Vec<Equation>,
    members: Vec<(Equation, IndexId)>,
    after: Vec<Equation>,
}

/// What is known of tensors while a group is put together.
struct Grouping<'a> {
    f: &'a Function,
    dim: DimId,
    /// Large temporaries, which only members read, and the axis of their rows.
    local: BTreeMap<TensorId, usize>,
    /// Other tensors that members write row by row.
    sliced: BTreeMap<TensorId, usize>,
    /// Tensors that are complete only after the block.
    late: BTreeSet<TensorId>,
    /// Tensors that other parts of the body need as a whole.
    elsewhere: &'a BTreeSet<TensorId>,
}

/// Where an equation goes.
enum Place {
    Before,
    Member(IndexId),
    After,
    /// It needs what is complete only after the block, and a large temporary: there can be no block.
    Nowhere,
}

/// The group of the large temporary that `equations[at]` defines, in blocks of its `axis`; None where a part of the
/// equations needs it as a whole.
fn group(
    f: &Function,
    equations: &[Equation],
    at: usize,
    axis: usize,
    elsewhere: &BTreeSet<TensorId>,
) -> Option<Group> {
    let tensor = equations[at].tensor;
    let mut grouping = Grouping {
        f,
        dim: f.tensor(tensor).axes[axis],
        local: BTreeMap::from([(tensor, axis)]),
        sliced: BTreeMap::new(),
        late: BTreeSet::new(),
        elsewhere,
    };
    let row = index_at(&equations[at].left, axis)?;
    if !grouping.can_slice(&equations[at], row) {
        return None;
    }
    let mut group = Group {
        axis,
        before: equations[..at].to_vec(),
        members: vec![(equations[at].clone(), row)],
        after: Vec::new(),
    };
    let mut rest = equations[at + 1..].to_vec();
    while rest.iter().any(|e| grouping.touches_local(e)) {
        let e = rest.remove(0);
        match grouping.place(&e) {
            Place::Before => group.before.push(e),
            Place::Member(i) => {
                grouping.pull(&mut group, &e, i);
                group.members.push((e, i));
            }
            Place::After => group.after.push(e),
            Place::Nowhere => return None,
        }
    }
    group.after.extend(rest);
    Some(group)
}

fn index_at(subscripts: &[Subscript], axis: usize) -> Option<IndexId> {
    match subscripts[axis] {
        Subscript::Index(i) => Some(i),
        Subscript::Constant(_) | Subscript::At(_) => None,
    }
}

impl Grouping<'_> {
    /// Whether a tensor is held in rows.
    fn fits_in_rows(&self, tensor: TensorId) -> bool {
        is_wide(self.f, tensor) && !self.elsewhere.contains(&tensor)
    }

    fn touches_local(&self, e: &Equation) -> bool {
        let reads = self.f.reads_of(e);
        self.local.contains_key(&e.tensor) || reads.iter().any(|t| self.local.contains_key(t))
    }

    fn place(&mut self, e: &Equation) -> Place {
        let reads = self.f.reads_of(e);
        let any = |set: &BTreeMap<TensorId, usize>| reads.iter().any(|t| set.contains_key(t));
        let (local, sliced) = (any(&self.local), any(&self.sliced));
        let late = reads.iter().any(|t| self.late.contains(t));
        let written = self.sliced.contains_key(&e.tensor) || self.late.contains(&e.tensor);
        if let Some(&axis) = self.local.get(&e.tensor)
            && !local
            && !sliced
        {
            // Another contribution to the rows of the block.
            let row = index_at(&e.left, axis).filter(|&i| {
                !late && self.f.index(i).dim == self.dim && self.f.covers(e) && self.can_slice(e, i)
            });
            return row.map_or(Place::Nowhere, Place::Member);
        }
        if !local && !sliced && !late && !written {
            return Place::Before;
        }
        if (local || sliced)
            && !late
            && let Some(member) = self.member(e, local)
        {
            return member;
        }
        if local || self.local.contains_key(&e.tensor) {
            return Place::Nowhere;
        }
        self.late.insert(e.tensor);
        Place::After
    }

    /// Large temporaries that a member reads by its row `i` and that stand before the block come into it, if no other
    /// equation needs them.
    fn pull(&mut self, group: &mut Group, member: &Equation, i: IndexId) {
        for tensor in self.f.reads(member.right) {
            if self.local.contains_key(&tensor) || !self.fits_in_rows(tensor) {
                continue;
            }
            let uses = |e: &&Equation| e.tensor == tensor || self.f.reads_of(e).contains(&tensor);
            let at = group.before.iter().position(|e| e.tensor == tensor);
            let members = group.members.iter().map(|(e, _)| e);
            let alone = group.before.iter().chain(members).filter(uses).count() == 1;
            let (Some(at), Some(axis), true) = (at, self.axis_of(member, tensor, i), alone) else {
                continue;
            };
            let definition = group.before[at].clone();
            let Some(row) = index_at(&definition.left, axis) else {
                continue;
            };
            let same = self.f.index(row).dim == self.dim;
            if same && self.f.covers(&definition) && self.can_slice(&definition, row) {
                group.before.remove(at);
                self.local.insert(tensor, axis);
                self.pull(group, &definition, row);
                group.members.push((definition, row));
            }
        }
    }

    /// The axis at which every read of a tensor in an equation has the index `i`.
    fn axis_of(&self, e: &Equation, tensor: TensorId, i: IndexId) -> Option<usize> {
        let mut axes = BTreeSet::new();
        for id in self.f.exprs.walk(e.right) {
            if let Expr::Access {
                tensor: t,
                subscripts,
                ..
            } = self.f.exprs.get(id)
                && *t == tensor
            {
                axes.insert(subscripts.iter().position(|s| *s == Subscript::Index(i))?);
            }
        }
        let axis = axes.pop_first()?;
        axes.is_empty().then_some(axis)
    }

    /// The equation as one of the block, if it can be one: it reads rows by one index, which it keeps or sums over.
    fn member(&mut self, e: &Equation, local: bool) -> Option<Place> {
        let i = self.row_index(e)?;
        let kept = e.left.iter().filter(|s| **s == Subscript::Index(i)).count();
        match kept {
            0 => {
                let Expr::Reduce {
                    op: ReduceOp::Sum,
                    indices,
                    ..
                } = self.f.exprs.get(e.right)
                else {
                    return None;
                };
                // What only reads rows that stay in memory can wait.
                if !local || !indices.contains(&i) {
                    return None;
                }
                self.late.insert(e.tensor);
            }
            1 if self.f.covers(e) => {
                let axis = e.left.iter().position(|s| *s == Subscript::Index(i))?;
                let known = if self.fits_in_rows(e.tensor) {
                    &mut self.local
                } else {
                    &mut self.sliced
                };
                if *known.entry(e.tensor).or_insert(axis) != axis {
                    return None;
                }
            }
            _ => return None,
        }
        Some(Place::Member(i))
    }

    /// The one index by which an equation reads the rows of the block.
    fn row_index(&self, e: &Equation) -> Option<IndexId> {
        let mut found = BTreeSet::new();
        for id in self.f.exprs.walk(e.right) {
            let (Expr::Access {
                tensor, subscripts, ..
            }
            | Expr::IntegerAccess {
                tensor, subscripts, ..
            }) = self.f.exprs.get(id)
            else {
                continue;
            };
            if let Some(&axis) = self.local.get(tensor).or_else(|| self.sliced.get(tensor)) {
                found.insert(index_at(subscripts, axis)?);
            }
        }
        let i = found.pop_first()?;
        (found.is_empty() && self.f.index(i).dim == self.dim && self.can_slice(e, i)).then_some(i)
    }

    /// Whether every tensor that is read along `i` has a row for each of its values, and no normalisation runs along it.
    fn can_slice(&self, e: &Equation, i: IndexId) -> bool {
        self.f
            .exprs
            .walk(e.right)
            .into_iter()
            .all(|id| match self.f.exprs.get(id) {
                Expr::Access {
                    tensor,
                    subscripts,
                    guarded,
                }
                | Expr::IntegerAccess {
                    tensor,
                    subscripts,
                    guarded,
                } => {
                    let axes = self.f.tensor(*tensor).axes.iter();
                    let beyond = |(s, &dim): (&Subscript, &DimId)| {
                        *s == Subscript::Index(i) && dim != self.dim
                    };
                    !*guarded || !subscripts.iter().zip(axes).any(beyond)
                }
                Expr::Returned { .. } => false,
                Expr::Softmax { along, .. } => !along.contains(&i),
                Expr::Reduce { op, indices, .. } => *op == ReduceOp::Sum || !indices.contains(&i),
                Expr::ArgReduce { index, .. } => *index != i,
                _ => true,
            })
    }
}

/// The block of some equations: their row indices run over the rows of a block, and tensors that are not local are read and
/// written through slices.
fn block(
    f: &mut Function,
    largest: TensorId,
    axis: usize,
    members: Vec<(Equation, IndexId)>,
    elsewhere: &BTreeSet<TensorId>,
) -> Block {
    let axes = f.tensor(largest).axes.clone();
    let of = axes[axis];
    let name = f.dim(of).name.clone();
    let local = |f: &Function, t: TensorId| is_wide(f, t) && !elsewhere.contains(&t);
    let whole = !members
        .iter()
        .any(|(e, _)| local(f, e.tensor) && is_large(f, e.tensor));
    let rows = f.add_dim(format!("rows of {name}"), Length::Rows { of, whole });
    let mut slices = Slices {
        rows,
        made: BTreeMap::new(),
        local: members
            .iter()
            .map(|(e, _)| e.tensor)
            .filter(|&t| local(f, t))
            .collect(),
    };
    let rest = |f: &Function, t: TensorId| -> Vec<DimId> {
        let axes = f.tensor(t).axes.iter().copied();
        axes.filter(|&d| d != rows).collect()
    };
    let mut sums = BTreeSet::new();
    let mut equations = Vec::new();
    for (e, i) in members {
        let mut e = e;
        if !e.left.contains(&Subscript::Index(i)) {
            sums.insert(e.tensor);
            e.op = Op::Accumulate;
        }
        equations.push(slices.equation(f, e, i));
    }
    let mut row: Vec<Vec<DimId>> = slices.local.iter().map(|&t| rest(f, t)).collect();
    row.sort();
    row.dedup();
    Block {
        rows,
        row,
        equations,
        sums,
    }
}

/// The slices of tensors in one block.
struct Slices {
    rows: DimId,
    made: BTreeMap<(TensorId, usize), TensorId>,
    local: BTreeSet<TensorId>,
}

impl Slices {
    fn equation(&mut self, f: &mut Function, e: Equation, i: IndexId) -> Equation {
        let row = f.add_index(f.index(i).name.clone(), self.rows);
        let map = BTreeMap::from([(i, row)]);
        let left = f.renamed(&e.left, &map);
        let right = f.rename(e.right, &map);
        let tensor = self.slice(f, e.tensor, &left, row);
        let right = self.reads(f, right, row);
        Equation {
            tensor,
            left,
            right,
            ..e
        }
    }

    /// `id` with reads along `row` made reads of slices.
    fn reads(&mut self, f: &mut Function, id: ExprId, row: IndexId) -> ExprId {
        let mut to = BTreeMap::new();
        for e in f.exprs.walk(id) {
            if let Expr::Access {
                tensor, subscripts, ..
            }
            | Expr::IntegerAccess {
                tensor, subscripts, ..
            } = f.exprs.get(e).clone()
                && subscripts.contains(&Subscript::Index(row))
            {
                to.insert(e, self.slice(f, tensor, &subscripts, row));
            }
        }
        f.exprs.replace(id, &mut |exprs, id| {
            let tensor = *to.get(&id)?;
            let mut e = exprs.get(id).clone();
            *e.tensor_mut()? = tensor;
            Some(exprs.add(e))
        })
    }

    /// A tensor with the axes at which `row` stands cut to the rows of the block.
    fn slice(
        &mut self,
        f: &mut Function,
        tensor: TensorId,
        subscripts: &[Subscript],
        row: IndexId,
    ) -> TensorId {
        let mut tensor = tensor;
        for (axis, s) in subscripts.iter().enumerate() {
            if *s != Subscript::Index(row) {
                continue;
            }
            if self.local.contains(&tensor) {
                f.tensors[tensor.index()].axes[axis] = self.rows;
                continue;
            }
            tensor = match self.made.get(&(tensor, axis)) {
                Some(&slice) => slice,
                None => {
                    let mut t = f.tensor(tensor).clone();
                    t.axes[axis] = self.rows;
                    let role = Role::Slice { of: tensor, axis };
                    let slice = f.add_tensor(&t.name, t.axes, t.element, role);
                    self.made.insert((tensor, axis), slice);
                    slice
                }
            };
        }
        tensor
    }
}
