//! Reads that may lie beyond the edges of a tensor, as reads of a copy with a border.
//!
//! ```text
//! if 0 <= i - r && i - r < len { dY[i - r] } else { 0 }        i - r >= -2 for r < 3
//!
//! F[u] = if 0 <= u - 2 && u - 2 < len { dY[u - 2] } else { 0 }
//! F[i - r + 2]
//! ```
//!
//! So is one at every second position, where the copy is zero between. If none of these lies beyond the copy, they are put there
//! one by one:
//!
//! ```text
//! if (i - r) % 2 == 0 && 0 <= (i - r)/2 && (i - r)/2 < len { dY[(i - r)/2] } else { 0 }
//!
//! F[u] = 0
//! F[2*y + 2] = dY[y]
//! F[i - r + 2]
//! ```

use super::Step;
use super::contraction::temporary;
use super::nest;
use super::region::{self, Region};
use super::scheduler::Scheduler;
use crate::ir::{CmpOp, DimId, Expr, ExprId, Function, IndexId, Polynomial, Subscript, TensorId};
use std::collections::BTreeMap;

/// The largest step of an index along an axis: with larger ones the copy would be much larger than what is read of it.
const STEP: i64 = 4;

/// Whether a position runs along with indices, in small steps or in such as lengths say.
fn is_near(f: &Function, position: ExprId) -> bool {
    let all = Polynomial::of(&f.exprs, position);
    let moves = |a: &ExprId| !f.exprs.free_indices(*a).is_empty();
    let length = |a: &ExprId| matches!(f.exprs.get(*a), Expr::Len(_));
    let mut steps = all
        .terms()
        .filter(|(atoms, _)| atoms.iter().any(moves))
        .peekable();
    steps.peek().is_some()
        && steps.all(|(atoms, c)| {
            let others = atoms.iter().filter(|a| !length(a)).count();
            others == 1 && c.abs() <= STEP
        })
}

/// Where reads may lie beyond the edges of their tensors, all of which have the same lengths.
pub(crate) struct Edge {
    subscripts: Vec<Subscript>,
    dims: Vec<DimId>,
    axes: Vec<Axis>,
    /// Where the reads lie inside.
    pub region: Region,
}

/// An axis of it.
enum Axis {
    /// Read at an index, or at one place.
    Plain(Subscript),
    /// Read at positions from `low` to `high`, or at their quotients by a step where there is no remainder.
    Beyond {
        position: ExprId,
        step: Option<ExprId>,
        low: Polynomial,
        high: Polynomial,
    },
}

/// A position, or what it is the quotient of and the divisor.
fn divided(f: &Function, position: ExprId) -> (ExprId, Option<ExprId>) {
    match *f.exprs.get(position) {
        Expr::IntegerDiv(a, step) if f.exprs.free_indices(step).is_empty() => (a, Some(step)),
        _ => (position, None),
    }
}

/// Where a position by a step lies in an axis: without a remainder, and inside of it.
fn bounds(f: &mut Function, position: ExprId, step: Option<ExprId>, dim: DimId) -> Option<Region> {
    let mut region = Region::new();
    let place = match step {
        Some(step) => {
            let rest = f.exprs.add(Expr::IntegerRem(position, step));
            let zero = f.exprs.add(Expr::Integer(0));
            let exact = f.exprs.compare_integers(CmpOp::Equal, rest, zero);
            region.extend(f.bounds(exact, true)?);
            f.exprs.add(Expr::IntegerDiv(position, step))
        }
        None => position,
    };
    for condition in f.inside(place, dim) {
        region.extend(f.bounds(condition, true)?);
    }
    Some(region)
}

/// The guarded read that an expression is.
fn guarded(f: &Function, read: ExprId) -> Option<(TensorId, &[Subscript])> {
    match f.exprs.get(read) {
        Expr::Access {
            tensor,
            subscripts,
            guarded: true,
        } => Some((*tensor, subscripts)),
        _ => None,
    }
}

impl Edge {
    /// The edge at a guarded read, if its positions are near each other.
    fn at(f: &mut Function, read: ExprId) -> Option<Edge> {
        let (tensor, subscripts) = guarded(f, read)?;
        let (subscripts, dims) = (subscripts.to_vec(), f.tensor(tensor).axes.clone());
        let (mut axes, mut said) = (Vec::new(), Region::new());
        for (&subscript, &dim) in subscripts.iter().zip(&dims) {
            let Subscript::At(position) = subscript else {
                axes.push(Axis::Plain(subscript));
                continue;
            };
            let (position, step) = divided(f, position);
            if !f.exprs.is_affine(position) || !is_near(f, position) {
                return None;
            }
            said.extend(bounds(f, position, step, dim)?);
            let reach = f.reach(position)?;
            axes.push(Axis::Beyond {
                position,
                step,
                low: reach.low,
                high: reach.high,
            });
        }
        (!said.is_empty()).then_some(Edge {
            subscripts,
            dims,
            axes,
            region: said,
        })
    }

    /// The edge at a guarded read that lies inside of its tensor where a region says so, which says nothing else.
    pub(crate) fn of(f: &mut Function, read: ExprId, region: &Region) -> Option<Edge> {
        Edge::at(f, read).filter(|edge| edge.region == *region)
    }

    /// When no read lies beyond the edge, where lengths can tell: where these are not negative.
    pub(crate) fn margins(&self, f: &mut Function) -> Option<Region> {
        let mut margins = Region::new();
        for (axis, &dim) in self.axes.iter().zip(&self.dims) {
            let Axis::Beyond {
                step, low, high, ..
            } = axis
            else {
                continue;
            };
            let last = f.length_as_polynomial(dim).minus(high)?;
            let last = last.minus(&Polynomial::constant(1))?;
            margins.extend(step.is_none().then(|| [low.clone(), last])?);
        }
        Some(margins)
    }

    /// Whether another guarded read has this edge too.
    pub(crate) fn has(&self, f: &Function, read: ExprId) -> bool {
        guarded(f, read).is_some_and(|(tensor, subscripts)| {
            subscripts == self.subscripts && f.tensor(tensor).axes == self.dims
        })
    }

    /// Whether some position moves in other steps than 1: loops over rows do not leave out what lies beyond.
    pub(crate) fn is_strided(&self, f: &Function) -> bool {
        self.axes.iter().any(|axis| match axis {
            Axis::Plain(_) => false,
            Axis::Beyond { position, step, .. } => {
                let all = Polynomial::of(&f.exprs, *position);
                let moves = |a: &ExprId| !f.exprs.free_indices(*a).is_empty();
                let mut steps = all.terms().filter(|(atoms, _)| atoms.iter().any(moves));
                step.is_some() || steps.any(|(atoms, c)| atoms.len() > 1 || c.abs() != 1)
            }
        })
    }

    /// The steps that copy a value, whose guarded reads have this edge, with a border of another number, and the read of the copy
    /// in its place.
    pub(crate) fn copied(
        &self,
        s: &mut Scheduler<'_>,
        value: ExprId,
        outside: f64,
    ) -> (Vec<Step>, ExprId) {
        let border = Border::of(s, self);
        let (target, copy) = temporary(s, "F", &border.order);
        let inside = self.moved(s.f, value, &border.from);
        let inside = region::selected(s.f, &border.region, inside, outside);
        let mut steps = vec![nest::map(s.f, target.clone(), inside)];
        if outside == 0.0
            && let Some((left, from, condition)) = self.apart(s.f)
        {
            let inside = self.moved(s.f, value, &from);
            let zero = nest::zero(s.f, &target);
            let target = nest::Target { left, ..target };
            let then = vec![zero, nest::map(s.f, target, inside)];
            steps = vec![Step::When {
                condition,
                then,
                otherwise: steps,
            }];
        }
        let Expr::Access { tensor, .. } = *s.f.exprs.get(copy.expr) else {
            unreachable!("a temporary is read");
        };
        let read = s.f.exprs.add(Expr::Access {
            tensor,
            subscripts: border.to,
            guarded: false,
        });
        (steps, read)
    }

    /// A value with its reads at this edge at other subscripts.
    fn moved(&self, f: &mut Function, value: ExprId, to: &[Subscript]) -> ExprId {
        let beyond = to.iter().any(|s| !matches!(s, Subscript::Index(_)));
        let mut moved = BTreeMap::new();
        for e in f.exprs.walk(value) {
            if self.has(f, e)
                && let Some((tensor, _)) = guarded(f, e)
            {
                let read = Expr::Access {
                    tensor,
                    subscripts: to.to_vec(),
                    guarded: beyond,
                };
                moved.insert(e, f.exprs.add(read));
            }
        }
        f.exprs.replace(value, &mut |_, e| moved.get(&e).copied())
    }

    /// Where each element of what is copied belongs in a copy of zeros, if some step leaves places between; with subscripts of
    /// the elements, and the condition that none of them lies beyond the copy.
    fn apart(&self, f: &mut Function) -> Option<(Vec<Subscript>, Vec<Subscript>, ExprId)> {
        let (mut left, mut from, mut inside) = (Vec::new(), Vec::new(), Vec::new());
        let mut strided = false;
        for (axis, &dim) in self.axes.iter().zip(&self.dims) {
            match axis {
                Axis::Plain(Subscript::Index(i)) => {
                    let own = f.add_index(f.index(*i).name.clone(), dim);
                    left.push(Subscript::Index(own));
                    from.push(Subscript::Index(own));
                }
                Axis::Plain(_) => return None,
                Axis::Beyond {
                    step, low, high, ..
                } => {
                    strided |= step.is_some();
                    let own = f.add_index("y", dim);
                    let at = f.exprs.add(Expr::IndexValue(own));
                    let position = match *step {
                        Some(step) => f.exprs.add(Expr::IntegerMul(at, step)),
                        None => at,
                    };
                    let place = Polynomial::of(&f.exprs, position).minus(low)?;
                    let reach = f.reach(position)?;
                    inside.extend([reach.low.minus(low)?, high.minus(&reach.high)?]);
                    left.push(Subscript::At(place.build(&mut f.exprs)));
                    from.push(Subscript::Index(own));
                }
            }
        }
        if !strided {
            return None;
        }
        let condition = region::condition(f, &inside.into_iter().collect())?;
        Some((left, from, condition))
    }
}

/// How a copy with a border is made and read.
struct Border {
    /// Its indices.
    order: Vec<IndexId>,
    /// The subscripts of what is copied, by these, and where they lie inside.
    from: Vec<Subscript>,
    region: Region,
    /// The subscripts of the copy where it is read.
    to: Vec<Subscript>,
}

impl Border {
    fn of(s: &mut Scheduler<'_>, edge: &Edge) -> Border {
        let mut border = Border {
            order: vec![],
            from: vec![],
            region: Region::new(),
            to: vec![],
        };
        for (axis, &dim) in edge.axes.iter().zip(&edge.dims) {
            match axis {
                Axis::Plain(Subscript::Index(i)) => {
                    let own = s.f.add_index(s.f.index(*i).name.clone(), dim);
                    border.order.push(own);
                    border.from.push(Subscript::Index(own));
                    border.to.push(Subscript::Index(*i));
                }
                Axis::Plain(place) => border.from.push(*place),
                Axis::Beyond {
                    position,
                    step,
                    low,
                    high,
                } => {
                    let length = high
                        .minus(low)
                        .and_then(|n| n.plus(&Polynomial::constant(1)));
                    let length = length.unwrap_or_default().build(&mut s.f.exprs);
                    let whole = s.f.computed(length);
                    let own = s.f.add_index("u", whole);
                    border.order.push(own);
                    let low = low.build(&mut s.f.exprs);
                    let at = s.f.exprs.add(Expr::IndexValue(own));
                    let at = s.f.exprs.add(Expr::IntegerAdd(at, low));
                    let at = s.f.exprs.collected_integer(at);
                    let inside = bounds(s.f, at, *step, dim).unwrap_or_default();
                    border.region.extend(inside);
                    let own = match *step {
                        Some(step) => s.f.exprs.add(Expr::IntegerDiv(at, step)),
                        None => at,
                    };
                    border.from.push(Subscript::At(own));
                    let back = s.f.exprs.add(Expr::IntegerNeg(low));
                    let place = s.f.exprs.add(Expr::IntegerAdd(*position, back));
                    border
                        .to
                        .push(Subscript::At(s.f.exprs.collected_integer(place)));
                }
            }
        }
        border
    }
}
