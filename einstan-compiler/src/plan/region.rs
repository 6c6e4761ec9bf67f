//! Regions of indices: where a value is not zero because of conditions, and what it is where these hold.
//!
//! ```text
//! if j <= i { A[i,j] } else { 0 } * B[j,k]       i - j >= 0
//! if 0 <= i-1 && i-1 < n { X[i-1] } else { 0 }   i - 1 >= 0 and n - i >= 0
//! ```
//!
//! What is zero in this way is not multiplied by anything, be that infinite or NaN.

use crate::ir::{
    BinaryOp, CmpOp, Expr, ExprId, Function, IndexId, Memo, Polynomial, ReduceOp, Subscript,
    TensorId, UnaryOp,
};
use std::collections::{BTreeMap, BTreeSet};

/// Polynomials of indices and lengths none of which is negative inside.
pub(crate) type Region = BTreeSet<Polynomial>;

/// A region of a tensor, by an index for each axis.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub axes: Vec<IndexId>,
    pub region: Region,
}

impl Part {
    /// The region of the subscripts of an access.
    pub fn at(&self, f: &mut Function, subscripts: &[Subscript]) -> Region {
        let axes = self.axes.iter().copied();
        let places: BTreeMap<IndexId, Subscript> = axes.zip(subscripts.iter().copied()).collect();
        placed(f, &self.region, &places)
    }
}

/// A region with subscripts in the place of indices.
pub(crate) fn placed(
    f: &mut Function,
    region: &Region,
    places: &BTreeMap<IndexId, Subscript>,
) -> Region {
    let mut at = |p: &Polynomial| {
        let e = p.build(&mut f.exprs);
        let e = f.exprs.place(e, places);
        Polynomial::of(&f.exprs, e)
    };
    region.iter().map(&mut at).collect()
}

/// The indices of a polynomial.
pub(crate) fn indices(f: &Function, p: &Polynomial) -> BTreeSet<IndexId> {
    p.atoms().flat_map(|a| f.exprs.free_indices(a)).collect()
}

/// Whether nothing but indices, counters and lengths stands in a polynomial: it is the same wherever it is asked for.
pub(crate) fn is_fixed(f: &Function, p: &Polynomial) -> bool {
    p.atoms().all(|a| f.exprs.tensors(a).is_empty())
}

/// The condition that an element lies in a region.
pub(crate) fn condition(f: &mut Function, region: &Region) -> Option<ExprId> {
    let mut all = None;
    for p in region {
        let (e, zero) = (p.build(&mut f.exprs), f.exprs.add(Expr::Integer(0)));
        let one = Expr::IntegerCompare(CmpOp::GreaterEqual, e, zero);
        let one = f.exprs.add(one);
        all = Some(match all {
            Some(all) => f.exprs.add(Expr::And(all, one)),
            None => one,
        });
    }
    all
}

/// The region of the selections around a value that give `otherwise` outside, and what it is inside of it:
/// `if j <= i { a } else { 0 }`. Those stay whose condition says more than a region can. What reads outside of its tensor there
/// is still guarded: `assumed` says what it is where the region is all that is computed.
pub(crate) fn peeled(f: &Function, id: ExprId, otherwise: f64) -> (Region, ExprId) {
    let (mut region, mut inside) = (Region::new(), id);
    while let Expr::Select {
        condition,
        then,
        otherwise: other,
    } = *f.exprs.get(inside)
        && constant(f, other) == Some(otherwise)
        && let Some(bounds) = f.bounds(condition, true)
    {
        region.extend(bounds);
        inside = then;
    }
    (region, inside)
}

/// The value of a number.
pub(crate) fn constant(f: &Function, id: ExprId) -> Option<f64> {
    match *f.exprs.get(id) {
        Expr::Real(r) => Some(r.value()),
        Expr::Unary(UnaryOp::Neg, a) => constant(f, a).map(|r| -r),
        _ => None,
    }
}

/// A value inside of a region, and a number outside: what `peeled` takes apart.
pub(crate) fn selected(f: &mut Function, region: &Region, then: ExprId, otherwise: f64) -> ExprId {
    let otherwise = f.exprs.real(otherwise);
    match condition(f, region) {
        Some(condition) => f.exprs.add(Expr::Select {
            condition,
            then,
            otherwise,
        }),
        None => then,
    }
}

/// Where a value is not zero; None where it is zero everywhere. `known` are the tensors of which it is known.
pub(crate) fn support(
    f: &mut Function,
    known: &BTreeMap<TensorId, Part>,
    id: ExprId,
) -> Option<Region> {
    Supports {
        f,
        known,
        done: Memo::new(),
    }
    .of(id)
}

struct Supports<'a> {
    f: &'a mut Function,
    known: &'a BTreeMap<TensorId, Part>,
    done: Memo<Option<Region>>,
}

impl Supports<'_> {
    fn of(&mut self, id: ExprId) -> Option<Region> {
        if let Some(region) = self.done.get(id) {
            return region.clone();
        }
        let region = self.node(id);
        self.done.insert(id, region.clone());
        region
    }

    fn node(&mut self, id: ExprId) -> Option<Region> {
        match self.f.exprs.get(id).clone() {
            Expr::Real(r) if r.value() == 0.0 => None,
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let then = self.branch(condition, true, then);
                either(then, self.branch(condition, false, otherwise))
            }
            Expr::Indicator(c) => Some(self.f.facts(c, true).into_iter().collect()),
            Expr::Unary(UnaryOp::Neg, a) => self.of(a),
            Expr::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) => either(self.of(a), self.of(b)),
            Expr::Binary(BinaryOp::Mul, a, b) => {
                let mut both = self.of(a)?;
                both.extend(self.of(b)?);
                Some(both)
            }
            // A divisor that depends on values may be zero: zero by that is NaN.
            Expr::Binary(BinaryOp::Div, a, b) if is_length(self.f, b) => self.of(a),
            Expr::Reduce {
                op: ReduceOp::Sum,
                body,
                ..
            } => self.of(body),
            Expr::Access {
                tensor, subscripts, ..
            } => match self.known.get(&tensor) {
                Some(part) => Some(part.at(self.f, &subscripts)),
                None => Some(Region::new()),
            },
            _ => Some(Region::new()),
        }
    }

    fn branch(&mut self, condition: ExprId, truth: bool, value: ExprId) -> Option<Region> {
        let mut region = self.of(value)?;
        region.extend(self.f.facts(condition, truth));
        Some(region)
    }
}

/// Whether a value is one of lengths and numbers.
fn is_length(f: &Function, id: ExprId) -> bool {
    let inside = f.exprs.walk(id);
    f.exprs.free(id).is_empty()
        && inside.into_iter().all(|e| {
            let given = matches!(
                f.exprs.get(e),
                Expr::Given(_) | Expr::Foreign { .. } | Expr::Counter(_)
            );
            !given && f.exprs.get(e).read().is_none()
        })
}

/// Where one of two values is not zero.
fn either(a: Option<Region>, b: Option<Region>) -> Option<Region> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(&b).cloned().collect()),
        (a, b) => a.or(b),
    }
}

/// What `id` is in a region: conditions that hold there go, and reads that lie inside of their tensors are guarded no more.
pub(crate) fn assumed(f: &mut Function, id: ExprId, region: &Region) -> ExprId {
    let mut assumption = Assumption {
        f,
        region,
        done: Memo::new(),
    };
    assumption.value(id)
}

struct Assumption<'a> {
    f: &'a mut Function,
    region: &'a Region,
    done: Memo<ExprId>,
}

impl Assumption<'_> {
    fn value(&mut self, id: ExprId) -> ExprId {
        if let Some(&new) = self.done.get(id) {
            return new;
        }
        let new = match self.f.exprs.get(id).clone() {
            Expr::Select {
                condition,
                then,
                otherwise,
            } => match self.truth(condition) {
                Some(true) => self.value(then),
                Some(false) => self.value(otherwise),
                None => self.children(id),
            },
            Expr::And(a, b) if self.truth(a) == Some(true) => self.value(b),
            Expr::And(a, b) if self.truth(b) == Some(true) => self.value(a),
            Expr::Indicator(c) => match self.truth(c) {
                Some(truth) => self.f.exprs.real(f64::from(u8::from(truth))),
                None => self.children(id),
            },
            _ => self.children(id),
        };
        self.done.insert(id, new);
        new
    }

    fn children(&mut self, id: ExprId) -> ExprId {
        let e = self.f.exprs.get(id).clone();
        let mut e = e.with_children(&mut |c| self.value(c));
        if let Some((tensor, subscripts, true)) = e.read() {
            let (tensor, subscripts) = (tensor, subscripts.to_vec());
            let inside = self.lies_inside(tensor, &subscripts);
            if let Expr::Access { guarded, .. } | Expr::IntegerAccess { guarded, .. } = &mut e {
                *guarded = !inside;
            }
        }
        self.f.exprs.add(e)
    }

    /// Whether all positions of an access lie inside of its tensor.
    fn lies_inside(&mut self, tensor: TensorId, subscripts: &[Subscript]) -> bool {
        let axes = self.f.tensor(tensor).axes.clone();
        subscripts.iter().zip(axes).all(|(&s, dim)| {
            let position = self.f.exprs.position(s);
            let beyond = self.f.inside(position, dim);
            beyond.into_iter().all(|c| self.truth(c) == Some(true))
        })
    }

    /// The truth of a condition, where the region tells.
    fn truth(&mut self, condition: ExprId) -> Option<bool> {
        match *self.f.exprs.get(condition) {
            Expr::Truth(truth) => Some(truth),
            Expr::And(a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), Some(true)) => Some(true),
                (Some(false), _) | (_, Some(false)) => Some(false),
                _ => None,
            },
            Expr::Or(a, b) => match (self.truth(a), self.truth(b)) {
                (Some(false), Some(false)) => Some(false),
                (Some(true), _) | (_, Some(true)) => Some(true),
                _ => None,
            },
            Expr::Not(a) => self.truth(a).map(|t| !t),
            _ => [true, false].into_iter().find(|&t| self.says(condition, t)),
        }
    }

    fn says(&mut self, condition: ExprId, truth: bool) -> bool {
        let region = self.region;
        let bounds = self.f.bounds(condition, truth);
        bounds.is_some_and(|all| all.iter().all(|p| self.f.follows(p, region)))
    }
}
