//! Loop nests of single equations: which index is the vectorised row, and which loops stand around it.

use super::region::Region;
use super::statement;
use super::{Mode, Step, Stmt};
use crate::ir::{
    Element, Equation, Expr, ExprId, Function, IndexId, Length, Op, ReduceOp, Subscript, TensorId,
    are_plain,
};

/// Where an equation writes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub tensor: TensorId,
    pub left: Vec<Subscript>,
    pub mode: Mode,
    /// Where it is needed.
    pub needed: Region,
}

impl Target {
    /// The indices on the left, each once, in order.
    pub fn indices(&self, f: &Function) -> Vec<IndexId> {
        f.exprs.indices_of(&self.left)
    }

    /// Whether nothing has to be written outside of a region where zero belongs there.
    pub fn spares(&self, f: &mut Function, region: &Region) -> bool {
        let needed = &self.needed;
        self.mode == Mode::Add || !needed.is_empty() && region.iter().all(|p| f.follows(p, needed))
    }

    /// Whether every element of the target, or of it at the position of a loop around, is written, and once.
    pub fn is_filled(&self, f: &Function) -> bool {
        f.fills(&Equation {
            tensor: self.tensor,
            left: self.left.clone(),
            op: Op::Define,
            right: ExprId(0),
        })
    }

    /// Whether a row of this index lies in consecutive memory of the target, as far as the subscripts tell.
    fn ends_with(&self, index: IndexId) -> bool {
        self.left.last() == Some(&Subscript::Index(index))
    }
}

/// How well `index` serves as the row of `body`: accesses that run along it in memory count for it, strided ones
/// against it.
pub(crate) fn score(f: &Function, body: ExprId, index: IndexId) -> i32 {
    f.exprs
        .walk(body)
        .into_iter()
        .map(|e| match f.exprs.get(e) {
            Expr::Access { subscripts, .. } | Expr::IntegerAccess { subscripts, .. } => {
                row_score(f, subscripts, index)
            }
            _ => 0,
        })
        .sum()
}

fn row_score(f: &Function, subscripts: &[Subscript], index: IndexId) -> i32 {
    let mut axes = subscripts.iter().enumerate().filter_map(|(axis, s)| {
        let way = Way::of(f, *s, index)?;
        Some((axis, way))
    });
    match (axes.next(), axes.next()) {
        (None, _) => 0,
        (Some((axis, Way::Next)), None) if axis + 1 == subscripts.len() => 2,
        (Some((_, Way::Anywhere)), _) | (_, Some((_, Way::Anywhere))) => -6,
        _ => -3,
    }
}

/// How a subscript moves with an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// To the next position.
    Next,
    /// By a fixed step.
    Step,
    Anywhere,
}

impl Way {
    /// None where it stays.
    fn of(f: &Function, s: Subscript, index: IndexId) -> Option<Way> {
        match s {
            Subscript::Index(i) => (i == index).then_some(Way::Next),
            Subscript::Constant(_) => None,
            Subscript::At(e) if !f.exprs.free(e).contains(&index) => None,
            Subscript::At(e) => Some(match f.exprs.is_linear_in(e, index) {
                Some(linear) if linear.coefficient.value() == Some(1) => Way::Next,
                Some(_) => Way::Step,
                None => Way::Anywhere,
            }),
        }
    }
}

/// Moves the row to the end of the loops and takes it off.
fn split_row(mut loops: Vec<IndexId>, row: IndexId) -> (Vec<IndexId>, IndexId) {
    loops.retain(|&i| i != row);
    (loops, row)
}

fn wrap(loops: Vec<IndexId>, body: Vec<Stmt>) -> Vec<Stmt> {
    loops.into_iter().rev().fold(body, |body, index| {
        let descending = false;
        vec![Stmt::Loop {
            index,
            descending,
            body,
        }]
    })
}

/// `T[left] mode value`: loops over the left indices, the best of them innermost.
pub(crate) fn map(f: &mut Function, target: Target, value: ExprId) -> Step {
    let indices = target.indices(f);
    let row = indices
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|&(at, i)| (score(f, value, i) + row_score(f, &target.left, i), at))
        .map(|(_, i)| i);
    let loops = indices.into_iter().filter(|&i| Some(i) != row).collect();
    Step::Nest(wrap(loops, vec![statement::store(f, target, row, value)]))
}

/// `T[left] mode op[indices](body)`, an accumulator for each element of the target.
pub(crate) fn reduction(
    f: &mut Function,
    target: Target,
    op: ReduceOp,
    indices: Vec<IndexId>,
    body: ExprId,
) -> Step {
    if let Some(row) = beside(f, &target, op, &indices, body) {
        return accumulated(f, target, op, indices, body, row);
    }
    let row = best_row(f, body, &indices);
    let (mut over, row) = split_row(indices, row);
    over.push(row);
    let loops = target.indices(f);
    Step::Nest(wrap(
        loops,
        vec![statement::reduce(f, target, op, over, body)],
    ))
}

/// The most terms that are few: a row of them would cost less than what stands around it.
const FEW: u64 = 8;

/// The index of the target along which reductions of a few terms each are computed side by side.
fn beside(
    f: &Function,
    target: &Target,
    op: ReduceOp,
    indices: &[IndexId],
    body: ExprId,
) -> Option<IndexId> {
    let number = |i: IndexId| match f.dim(f.index(i).dim).length {
        Length::Fixed(n) => Some(n),
        _ => None,
    };
    let terms = indices
        .iter()
        .try_fold(1u64, |all, &i| all.checked_mul(number(i)?))?;
    let outside = |e: ExprId| matches!(f.exprs.get(e), Expr::Foreign { .. });
    let fits = terms <= FEW
        && !op.is_arg()
        && f.tensor(target.tensor).element == Element::Float
        && f.matches(target.tensor, &target.left)
        && !f.exprs.walk(body).into_iter().any(outside);
    let short = |i: IndexId| number(i).is_some_and(|n| n <= FEW);
    let along = |i: IndexId| {
        let own = target
            .left
            .iter()
            .filter(|s| f.exprs.indices_of(&[**s]).contains(&i));
        own.eq([&Subscript::Index(i)])
    };
    let rows = target.indices(f).into_iter().enumerate();
    let rows = rows.filter(|&(_, i)| fits && !short(i) && along(i));
    rows.max_by_key(|&(at, i)| (score(f, body, i) + row_score(f, &target.left, i), at))
        .map(|(_, i)| i)
}

fn best_row(f: &Function, body: ExprId, indices: &[IndexId]) -> IndexId {
    indices
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|&(at, i)| (score(f, body, i), at))
        .map(|(_, i)| i)
        .expect("a reduction has an index")
}

/// `T[left] mode sum[indices](body)` as loops: with an accumulator where the summed index runs along memory, else row
/// by row of the target.
pub(crate) fn sum(
    f: &mut Function,
    target: Target,
    indices: Vec<IndexId>,
    body: ExprId,
) -> Vec<Step> {
    if let Some(row) = beside(f, &target, ReduceOp::Sum, &indices, body) {
        return vec![accumulated(f, target, ReduceOp::Sum, indices, body, row)];
    }
    let inner = best_row(f, body, &indices);
    let outer = target
        .indices(f)
        .into_iter()
        .filter(|&i| target.ends_with(i) && target.is_filled(f))
        .map(|i| (score(f, body, i) + 1, i))
        .max();
    match outer {
        Some((outer_score, row))
            if outer_score > score(f, body, inner) + 1 && is_reused(f, &target, body, row) =>
        {
            vec![accumulated(f, target, ReduceOp::Sum, indices, body, row)]
        }
        Some((outer_score, row)) if outer_score > score(f, body, inner) + 1 => {
            let zero = zero(f, &target);
            let (mut loops, row) = split_row(target.indices(f), row);
            loops.extend(indices);
            let mode = target.mode;
            let target = Target {
                mode: Mode::Add,
                ..target
            };
            let store = statement::store(f, target, Some(row), body);
            let mut steps = vec![Step::Nest(wrap(loops, vec![store]))];
            if mode != Mode::Add {
                steps.insert(0, zero);
            }
            steps
        }
        _ => vec![reduction(f, target, ReduceOp::Sum, indices, body)],
    }
}

/// Whether what a body reads along a row is read again for other elements of the target, so that it stays in cache: then the
/// sums of some elements of the row are computed one after the other, in registers. What depends on conditions is computed
/// term by term.
fn is_reused(f: &Function, target: &Target, body: ExprId, row: IndexId) -> bool {
    let others = target.indices(f);
    let mut reads = false;
    for e in f.exprs.walk(body) {
        match f.exprs.get(e) {
            Expr::Select { .. } | Expr::Indicator(_) => return false,
            Expr::Access {
                subscripts,
                guarded,
                ..
            } => {
                let own = f.exprs.indices_of(subscripts);
                reads |= own.contains(&row) && others.iter().any(|i| !own.contains(i));
                if *guarded || !are_plain(subscripts) {
                    return false;
                }
            }
            Expr::IntegerAccess { .. } | Expr::Foreign { .. } => return false,
            _ => {}
        }
    }
    reads
}

/// `T[left] mode op[over](body)`, those of a vector of elements along a row side by side.
pub(crate) fn accumulated(
    f: &mut Function,
    target: Target,
    op: ReduceOp,
    over: Vec<IndexId>,
    body: ExprId,
    row: IndexId,
) -> Step {
    let (loops, row) = split_row(target.indices(f), row);
    let accumulate = Stmt::Accumulate {
        target: target.tensor,
        left: target.left,
        mode: target.mode,
        op,
        row,
        over,
        body,
    };
    Step::Nest(wrap(loops, vec![accumulate]))
}

/// Zeros in a target, or in it at the position of a loop around.
pub(crate) fn zero(f: &mut Function, target: &Target) -> Step {
    if are_plain(&target.left) {
        return Step::Zero {
            tensor: target.tensor,
            mode: target.mode,
        };
    }
    let zero = f.exprs.real(0.0);
    map(f, target.clone(), zero)
}

/// `T[left] = softmax[along](body)`; where it is not zero in a part alone, this is given.
pub(crate) fn softmax(
    f: &mut Function,
    target: Target,
    along: Vec<IndexId>,
    body: ExprId,
    log: bool,
    part: Option<(Region, ExprId)>,
) -> Step {
    let row = along
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|&(at, i)| (score(f, body, i) + row_score(f, &target.left, i), at))
        .map(|(_, i)| i)
        .expect("a softmax has an index");
    let (mut order, row) = split_row(along.clone(), row);
    order.push(row);
    let loops = target
        .indices(f)
        .into_iter()
        .filter(|i| !along.contains(i))
        .collect();
    let softmax = statement::softmax(f, target, order, body, log, part);
    Step::Nest(wrap(loops, vec![softmax]))
}
