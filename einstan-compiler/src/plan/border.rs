//! Products of a factor that is zero beyond the edges of its tensor: it is copied with a border of zeros, and what was a
//! condition at each element is a matrix product.
//!
//! ```text
//! dX[i] = sum[r](if 0 <= i - r && i - r < len { dY[i - r]*K[r] } else { 0 })
//!
//! F[u] = if 0 <= u - 2 && u - 2 < len { dY[u - 2] } else { 0 }        i - r >= -2 for r < 3
//! dX[i] = F[i - r + 2] * K[r]
//! ```
//!
//! So is one that is read at every second position, and zero between:
//!
//! ```text
//! dX[i] = sum[r](if (i - r) % 2 == 0 && 0 <= (i - r)/2 && (i - r)/2 < len { dY[(i - r)/2]*K[r] } else { 0 })
//!
//! F[u] = if (u - 2) % 2 == 0 && 0 <= (u - 2)/2 && (u - 2)/2 < len { dY[(u - 2)/2] } else { 0 }
//! dX[i] = F[i - r + 2] * K[r]
//! ```
//!
//! What a condition leaves out is not multiplied by anything, be that infinite or NaN: if the other factor is not finite, the
//! sum is computed as it is written. A factor that is itself zero there, as `pad` is, is multiplied like any other.

use super::Step;
use super::contraction::{self, temporary};
use super::factors::{self, Factor, Product};
use super::nest::{self, Target};
use super::region::{self, Region};
use super::scheduler::Scheduler;
use crate::ir::{
    BinaryOp, CmpOp, DimId, Expr, ExprId, Function, IndexId, Polynomial, Subscript, TensorId,
};

/// The steps of `target = sum[over](body)`, where the body is the product `inside` of two factors in a region that says no
/// more than that one of them is read inside of its tensor.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    body: ExprId,
    region: &Region,
    inside: ExprId,
) -> Option<Vec<Step>> {
    let Product { alpha, factors } = factors::product(s.f, inside);
    let [a, b] = <[Factor; 2]>::try_from(factors).ok()?;
    // Nothing times a number that is infinite is not nothing.
    if let Some(alpha) = alpha
        && !matches!(s.f.exprs.get(alpha), Expr::Real(r) if r.value().is_finite())
    {
        return None;
    }
    // Rows and columns, else it is no product of matrices.
    let kept = target.indices(s.f);
    let alone = |x: &Factor, y: &Factor| {
        let mut own = kept.iter().filter(|i| x.indices.contains(i));
        own.any(|i| !y.indices.contains(i))
    };
    let mentioned = |i: &IndexId| a.indices.contains(i) || b.indices.contains(i);
    if !kept.iter().chain(over).all(mentioned) {
        return None;
    }
    let matrices = alone(&a, &b) && alone(&b, &a);
    let (edge, read, other) = match (Edge::of(s.f, a.expr, region), Edge::of(s.f, b.expr, region)) {
        (Some(edge), _) => (edge, a, b),
        (None, Some(edge)) => (edge, b, a),
        (None, None) => return None,
    };
    if !factors::is_access(s.f, other.expr) || !matrices && !edge.is_strided(s.f) {
        return None;
    }
    let (mut steps, expr) = edge.copied(s);
    let (test, condition) = finite(s, &other);
    steps.extend(test);
    let factors = vec![Factor { expr, ..read }, other];
    let whole = Product { alpha, factors }.expr(s.f);
    steps.push(Step::When {
        condition,
        then: s.inside(|s| contraction::sum(s, target.clone(), over.to_vec(), whole)),
        otherwise: nest::sum(s.f, target.clone(), over.to_vec(), body),
    });
    Some(steps)
}

/// A factor that is zero beyond the edges of a tensor, as a read of a copy with a border, and the steps that make that.
pub(crate) fn factor(s: &mut Scheduler<'_>, factor: ExprId) -> Option<(Vec<Step>, ExprId)> {
    let (region, inside) = region::peeled(s.f, factor, 0.0);
    let edge = Edge::of(s.f, inside, &region)?;
    Some(edge.copied(s))
}

/// The same of a factor whose position moves in other steps than 1.
pub(crate) fn strided(s: &mut Scheduler<'_>, factor: Factor) -> (Vec<Step>, Factor) {
    let (region, inside) = region::peeled(s.f, factor.expr, 0.0);
    match Edge::of(s.f, inside, &region).filter(|edge| edge.is_strided(s.f)) {
        Some(edge) => {
            let (steps, expr) = edge.copied(s);
            (steps, Factor { expr, ..factor })
        }
        None => (vec![], factor),
    }
}

/// Steps that find out whether all elements of a factor are finite, and the condition that they are.
fn finite(s: &mut Scheduler<'_>, factor: &Factor) -> (Vec<Step>, ExprId) {
    let (target, sum) = temporary(s, "finite", &[]);
    // Zero, or NaN.
    let nothing = Expr::Binary(BinaryOp::Sub, factor.expr, factor.expr);
    let nothing = s.f.exprs.add(nothing);
    let over = factor.indices.iter().copied().collect();
    let steps = nest::sum(s.f, target, over, nothing);
    let zero = s.f.exprs.real(0.0);
    let condition = Expr::Compare(CmpOp::Equal, sum.expr, zero);
    (steps, s.f.exprs.add(condition))
}

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

/// A read that may lie beyond the edges of its tensor.
struct Edge {
    tensor: TensorId,
    axes: Vec<Axis>,
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

impl Edge {
    /// A guarded read that lies inside of its tensor where a region says so, which says nothing else.
    fn of(f: &mut Function, read: ExprId, region: &Region) -> Option<Edge> {
        let Expr::Access {
            tensor,
            subscripts,
            guarded: true,
        } = f.exprs.get(read).clone()
        else {
            return None;
        };
        let dims = f.tensor(tensor).axes.clone();
        let (mut axes, mut said) = (Vec::new(), Region::new());
        for (&subscript, dim) in subscripts.iter().zip(dims) {
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
        let beyond = !said.is_empty() && said == *region;
        beyond.then_some(Edge { tensor, axes })
    }

    /// Whether some position moves in other steps than 1: loops over rows do not leave out what lies beyond.
    fn is_strided(&self, f: &Function) -> bool {
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

    /// The steps that copy the tensor with a border, and the read of the copy.
    fn copied(&self, s: &mut Scheduler<'_>) -> (Vec<Step>, ExprId) {
        let (mut order, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
        let mut region = Region::new();
        let dims = s.f.tensor(self.tensor).axes.clone();
        for (axis, dim) in self.axes.iter().zip(dims) {
            match axis {
                Axis::Plain(Subscript::Index(i)) => {
                    let name = s.f.index(*i).name.clone();
                    let own = s.f.add_index(name, dim);
                    order.push(own);
                    from.push(Subscript::Index(own));
                    to.push(Subscript::Index(*i));
                }
                Axis::Plain(place) => from.push(*place),
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
                    order.push(own);
                    let low = low.build(&mut s.f.exprs);
                    let at = s.f.exprs.add(Expr::IndexValue(own));
                    let at = s.f.exprs.add(Expr::IntegerAdd(at, low));
                    let at = s.f.exprs.collected_integer(at);
                    region.extend(bounds(s.f, at, *step, dim).unwrap_or_default());
                    let own = match *step {
                        Some(step) => s.f.exprs.add(Expr::IntegerDiv(at, step)),
                        None => at,
                    };
                    from.push(Subscript::At(own));
                    let back = s.f.exprs.add(Expr::IntegerNeg(low));
                    let place = s.f.exprs.add(Expr::IntegerAdd(*position, back));
                    to.push(Subscript::At(s.f.exprs.collected_integer(place)));
                }
            }
        }
        let (target, copy) = temporary(s, "F", &order);
        let value = s.f.exprs.add(Expr::Access {
            tensor: self.tensor,
            subscripts: from,
            guarded: true,
        });
        let value = region::selected(s.f, &region, value, 0.0);
        let step = nest::map(s.f, target, value);
        let Expr::Access { tensor, .. } = *s.f.exprs.get(copy.expr) else {
            unreachable!("a temporary is read");
        };
        let read = s.f.exprs.add(Expr::Access {
            tensor,
            subscripts: to,
            guarded: false,
        });
        (vec![step], read)
    }
}
