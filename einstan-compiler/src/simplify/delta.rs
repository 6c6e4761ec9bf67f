//! `if i == j { v } else { 0 }` and `(i == j)` as factors: one of the indices takes the place of the other, or a position.
//!
//! ```text
//! y[i] = sum[j](if i == j { A[i,j] } else { 0 })      y[i] = A[i,i]
//! J[i,j,p,q] = if j == q { X[i,p] } else { 0 }        J[i,j,p,j] += X[i,p], on zeros
//! J[i,j] = if j == 0 { x[i] } else { 0 }              J[i,0] += x[i], on zeros
//! ```

use super::solve::solve;
use crate::differentiate::Backward;
use crate::ir::{
    CmpOp, Equation, Expr, ExprId, Function, IndexId, Op, ReduceOp, Subscript, are_plain, indices,
};
use std::collections::BTreeMap;

/// Sums over a delta go.
pub(super) fn contract(f: &mut Function) {
    for at in 0..f.equations.len() {
        f.equations[at].right = summed(f, f.equations[at].right);
    }
}

/// What is 0 but on a diagonal is written there.
pub(super) fn split(joint: &mut Backward) {
    let circles = joint.function.circles(&joint.function.equations);
    let mut at = 0;
    while at < joint.function.equations.len() {
        let equation = joint.function.equations[at].clone();
        let f = &mut joint.function;
        // What runs along both axes is written at every position.
        if f.is_circular(&circles, &equation) {
            at += 1;
            continue;
        }
        let parts = diagonals(f, equation);
        let count = parts.len();
        f.equations.splice(at..=at, parts);
        if at < joint.split {
            joint.split += count - 1;
        }
        at += count;
    }
}

/// A sum over an index that a factor holds equal to another one is the addend of that one.
pub(super) fn summed(f: &mut Function, id: ExprId) -> ExprId {
    let mut id = id;
    while let Expr::Reduce {
        op: ReduceOp::Sum,
        indices,
        body,
    } = f.exprs.get(id).clone()
    {
        let factors = f.exprs.factors(body);
        let found = factors.iter().enumerate().find_map(|(at, &x)| {
            let bound = |i: IndexId| indices.contains(&i);
            // The sum may be over nothing, and then a position is none.
            match equality(f, x, &bound)? {
                (gone, Subscript::Index(stays), rest) => Some((at, gone, stays, rest)),
                (_, Subscript::Constant(_) | Subscript::At(_), _) => None,
            }
        });
        let Some((at, gone, stays, rest)) = found else {
            match solved(f, &indices, factors) {
                Some(sum) => {
                    id = sum;
                    continue;
                }
                None => return id,
            }
        };
        let mut factors = factors;
        factors[at] = rest.build(f);
        let body = placed(f, factors, gone, Subscript::Index(stays));
        let left: Vec<IndexId> = indices.into_iter().filter(|&i| i != gone).collect();
        id = if left.is_empty() {
            body
        } else {
            f.exprs.add(Expr::Reduce {
                op: ReduceOp::Sum,
                indices: left,
                body,
            })
        };
    }
    id
}

/// `sum[indices](Π factors)` where a factor is 0 unless a position has a value: solved for an index of the sum.
fn solved(f: &mut Function, indices: &[IndexId], factors: Vec<ExprId>) -> Option<ExprId> {
    let bound = |i: IndexId| indices.contains(&i);
    for (at, &x) in factors.iter().enumerate() {
        let (mut conditions, value) = indicator(f, x);
        for c in 0..conditions.len() {
            let Expr::IntegerCompare(CmpOp::Equal, a, b) = *f.exprs.get(conditions[c]) else {
                continue;
            };
            let solution = solve(f, a, b, &bound).or_else(|| solve(f, b, a, &bound));
            // One element of a normalisation needs its whole row, at one place of the others.
            let moves = |e: ExprId, along: &[IndexId]| {
                let free = f.exprs.free_indices(e);
                let places = solution.iter().flat_map(|s| &s.places);
                let mut own = places.filter(|(i, _)| free.contains(i));
                own.any(|(i, &place)| {
                    let there = f.exprs.free_indices(place);
                    along.iter().any(|a| a == i || there.contains(a))
                })
            };
            let normalises = |&x: &ExprId| {
                f.exprs.walk(x).into_iter().any(|e| match f.exprs.get(e) {
                    Expr::Softmax { along, .. } => moves(e, along),
                    _ => false,
                })
            };
            if factors.iter().any(normalises) {
                continue;
            }
            let Some(solution) = solution else { continue };
            conditions.remove(c);
            let mut factors = factors.clone();
            factors[at] = Rest { conditions, value }.build(f);
            let mut product = None;
            for x in factors {
                let x = solution.place(f, x);
                let x = f.exprs.simple(x);
                product = Some(match product {
                    Some(product) => f.exprs.product(product, x),
                    None => x,
                });
            }
            let body = solution.where_it_holds(f, product?);
            let left: Vec<IndexId> = indices
                .iter()
                .copied()
                .filter(|i| !solution.places.contains_key(i))
                .collect();
            return Some(match left.is_empty() {
                true => body,
                false => f.exprs.add(Expr::Reduce {
                    op: ReduceOp::Sum,
                    indices: left,
                    body,
                }),
            });
        }
    }
    None
}

/// The conditions of a factor that is 0 where they do not hold, in the order in which they are asked, and its value where
/// they do; None is 1.
fn indicator(f: &Function, factor: ExprId) -> (Vec<ExprId>, Option<ExprId>) {
    let (mut conditions, mut value) = (Vec::new(), Some(factor));
    while let Some(x) = value {
        value = match *f.exprs.get(x) {
            Expr::Indicator(c) => {
                conjuncts(f, c, &mut conditions);
                None
            }
            Expr::Select {
                condition,
                then,
                otherwise,
            } if is_zero(f, otherwise) => {
                conjuncts(f, condition, &mut conditions);
                Some(then)
            }
            _ => break,
        };
    }
    (conditions, value)
}

/// The equation, with an equation of its own for each addend that is not 0 on a diagonal only.
fn diagonals(f: &mut Function, e: Equation) -> Vec<Equation> {
    if !are_plain(&e.left) || f.exprs.reduces(e.right) {
        return vec![e];
    }
    let left = indices(&e.left);
    let addends = f.exprs.addends(e.right);
    let (mut whole, mut parts) = (None, Vec::new());
    for (negative, addend) in addends {
        let kept = |i: IndexId| left.contains(&i);
        match on_diagonal(f, &e, negative, addend, &kept) {
            Some(part) => parts.push(part),
            None => {
                whole = Some(match (whole, negative) {
                    (None, false) => addend,
                    (None, true) => f.exprs.neg(addend),
                    (Some(w), false) => f.exprs.sum(w, addend),
                    (Some(w), true) => f.exprs.difference(w, addend),
                });
            }
        }
    }
    if parts.is_empty() {
        return vec![e];
    }
    // Without a part for every element the tensor begins as zeros.
    let whole = whole.map(|right| Equation { right, ..e });
    whole.into_iter().chain(parts).collect()
}

/// `T[..i..i..] += v`, if an addend has a factor `if i == j { v } else { 0 }` for two indices on the left, or for one and a
/// position.
fn on_diagonal(
    f: &mut Function,
    e: &Equation,
    negative: bool,
    addend: ExprId,
    kept: &impl Fn(IndexId) -> bool,
) -> Option<Equation> {
    let (mut left, mut product) = (e.left.clone(), addend);
    loop {
        let mut factors = f.exprs.factors(product);
        let found = factors.iter().enumerate().find_map(|(at, &x)| {
            let found = equality(f, x, kept)?;
            let placed = match found.1 {
                Subscript::Index(stays) => kept(stays),
                Subscript::Constant(_) | Subscript::At(_) => true,
            };
            placed.then_some((at, found))
        });
        let Some((at, (gone, stays, rest))) = found else {
            break;
        };
        factors[at] = rest.build(f);
        product = placed(f, factors, gone, stays);
        for s in &mut left {
            if *s == Subscript::Index(gone) {
                *s = stays;
            }
        }
    }
    if left == e.left {
        return None;
    }
    Some(Equation {
        tensor: e.tensor,
        left,
        op: Op::Accumulate,
        right: if negative {
            f.exprs.neg(product)
        } else {
            product
        },
    })
}

/// A product of factors with a subscript in the place of an index. A factor that is 0 there, since its condition fails, makes
/// nothing of the product: what the others are does not matter.
fn placed(f: &mut Function, factors: Vec<ExprId>, gone: IndexId, stays: Subscript) -> ExprId {
    let places = BTreeMap::from([(gone, stays)]);
    let mut product = None;
    for factor in factors {
        let factor = match stays {
            Subscript::Constant(_) | Subscript::At(_) => guarded(f, factor, gone),
            Subscript::Index(_) => factor,
        };
        let there = f.exprs.place(factor, &places);
        let there = f.exprs.simple(there);
        if is_zero(f, there) && !is_zero(f, factor) {
            return there;
        }
        product = Some(match product {
            Some(product) => f.exprs.product(product, there),
            None => there,
        });
    }
    product.expect("there is a factor")
}

/// An expression with its reads along an index guarded: a position that takes its place may lie outside, where nothing is
/// written.
fn guarded(f: &mut Function, id: ExprId, along: IndexId) -> ExprId {
    f.exprs.map(id, &mut |mut e| {
        if let Expr::Access {
            subscripts,
            guarded,
            ..
        }
        | Expr::IntegerAccess {
            subscripts,
            guarded,
            ..
        } = &mut e
        {
            *guarded |= subscripts.contains(&Subscript::Index(along));
        }
        e
    })
}

/// A factor without one of its conditions.
struct Rest {
    conditions: Vec<ExprId>,
    /// None is 1.
    value: Option<ExprId>,
}

impl Rest {
    fn build(&self, f: &mut Function) -> ExprId {
        let conditions: Vec<_> = self.conditions.iter().map(|&c| (c, true)).collect();
        let condition = f.exprs.all(&conditions);
        match (condition, self.value) {
            (None, None) => f.exprs.real(1.0),
            (None, Some(value)) => value,
            (Some(c), None) => f.exprs.indicator(c),
            (Some(c), Some(value)) => {
                let zero = f.exprs.real(0.0);
                f.exprs.select(c, value, zero)
            }
        }
    }
}

/// Of a factor that is 0 unless two indices of one dimension are equal, or an index is a position: one that `may_go`, what
/// takes its place, and the rest.
fn equality(
    f: &Function,
    factor: ExprId,
    may_go: &impl Fn(IndexId) -> bool,
) -> Option<(IndexId, Subscript, Rest)> {
    let (mut conditions, value) = indicator(f, factor);
    let index = |id: ExprId| match *f.exprs.get(id) {
        Expr::IndexValue(i) => Some(i),
        _ => None,
    };
    let (at, pair) = conditions.iter().enumerate().find_map(|(at, &c)| {
        let Expr::IntegerCompare(CmpOp::Equal, a, b) = *f.exprs.get(c) else {
            return None;
        };
        let (a, b) = match (index(a), index(b)) {
            (Some(a), Some(b)) => (a, b),
            (Some(i), None) => return Some((at, (i, position(f, b)?))).filter(|_| may_go(i)),
            (None, Some(i)) => return Some((at, (i, position(f, a)?))).filter(|_| may_go(i)),
            (None, None) => return None,
        };
        if f.index(a).dim != f.index(b).dim {
            return None;
        }
        // The one that was introduced later goes.
        let (early, late) = (a.min(b), a.max(b));
        match (may_go(late), may_go(early)) {
            (true, _) => Some((at, (late, Subscript::Index(early)))),
            (_, true) => Some((at, (early, Subscript::Index(late)))),
            _ => None,
        }
    })?;
    conditions.remove(at);
    Some((pair.0, pair.1, Rest { conditions, value }))
}

fn position(f: &Function, id: ExprId) -> Option<Subscript> {
    match *f.exprs.get(id) {
        Expr::Integer(n) => u64::try_from(n).ok().map(Subscript::Constant),
        _ => None,
    }
}

fn is_zero(f: &Function, id: ExprId) -> bool {
    matches!(f.exprs.get(id), Expr::Real(r) if r.value() == 0.0)
}

fn conjuncts(f: &Function, id: ExprId, out: &mut Vec<ExprId>) {
    match *f.exprs.get(id) {
        Expr::And(a, b) => {
            conjuncts(f, a, out);
            conjuncts(f, b, out);
        }
        _ => out.push(id),
    }
}
