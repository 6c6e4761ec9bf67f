//! What is zero outside of a region is not computed there, nor is what nobody needs there.
//!
//! ```text
//! A[i,j] = softmax[j](if j <= i { S[i,j] } else { -inf });
//! Y[i,l] = sum[j](A[i,j] * V[j,l]);                 sum[j](if j <= i { A[i,j] * V[j,l] } else { 0 })
//! Ā[i,j] = sum[l](Ȳ[i,l] * V[j,l]);                 if all that reads it does so where j <= i: the same
//! ```
//!
//! Here the equations only say so, as selections; what runs over which part of a row, and what is written outside, follows
//! from these.

use super::region::{self, Part, Region, assumed, support};
use super::window::Window;
use super::{addends, contraction};
use crate::ir::{
    Element, Equation, Expr, ExprId, Function, IndexId, Polynomial, ReduceOp, Role, Subscript,
    TensorId, are_plain, indices, positions,
};
use std::collections::{BTreeMap, BTreeSet};

/// The equations of both passes, with selections where they are known to be zero or not needed; and the tensors that are
/// needed in a region alone.
pub(crate) struct Limited {
    pub forward: Vec<Equation>,
    pub backward: Vec<Equation>,
    pub needed: BTreeMap<TensorId, Part>,
}

/// Limits equations, which stand in the order in which they are computed. `copies` are tensors with the values of others.
pub(crate) fn limited(
    f: &mut Function,
    forward: Vec<Equation>,
    backward: Vec<Equation>,
    copies: &[(TensorId, TensorId)],
) -> Limited {
    let split = forward.len();
    let mut all = forward;
    all.extend(backward);
    let mut needed = BTreeMap::new();
    if all.iter().any(|e| is_conditional(f, e)) {
        let circular: BTreeSet<TensorId> = f.circles(&all).tensors().collect();
        zero(f, &mut all, &circular, copies);
        needed = wanted(f, &mut all, &circular, copies);
    }
    let backward = all.split_off(split);
    Limited {
        forward: all,
        backward,
        needed,
    }
}

/// Whether a condition of indices stands in an equation.
fn is_conditional(f: &Function, e: &Equation) -> bool {
    let compares = |id: ExprId| matches!(f.exprs.get(id), Expr::IntegerCompare(..));
    f.exprs.walk(e.right).into_iter().any(compares)
}

/// Selects where equations are not zero, by what is known of the tensors that they read.
fn zero(
    f: &mut Function,
    equations: &mut [Equation],
    circular: &BTreeSet<TensorId>,
    copies: &[(TensorId, TensorId)],
) {
    let mut known: BTreeMap<TensorId, Part> = BTreeMap::new();
    // Where tensors are not -infinity.
    let mut infinite: BTreeMap<TensorId, Part> = BTreeMap::new();
    for at in 0..equations.len() {
        let e = equations[at].clone();
        if circular.contains(&e.tensor) || f.updates.contains_key(&e.tensor) {
            continue;
        }
        equations[at].right = match *f.exprs.get(e.right) {
            Expr::Softmax { .. } => looked_at(f, &infinite, e.right),
            _ => within(f, &e, &mut |f, value| support(f, &known, value)),
        };
        let first = !equations[..at].iter().any(|o| o.tensor == e.tensor);
        let later = equations[at + 1..].iter().any(|o| o.tensor == e.tensor);
        if first && !later && f.covers(&e) {
            let (region, _) = region::peeled(f, e.right, f64::NEG_INFINITY);
            let axes = indices(&e.left);
            let region = of_axes(f, &region, &e.left, &axes);
            if !region.is_empty() {
                infinite.insert(e.tensor, Part { axes, region });
            }
        }
        if !later && let Some(part) = part(f, &known, &equations[..=at], e.tensor) {
            let same = copies.iter().filter(|(of, _)| *of == e.tensor);
            known.extend(same.map(|&(_, copy)| (copy, part.clone())));
            known.insert(e.tensor, part);
        }
    }
}

/// A softmax of a tensor that is -infinity outside of a region, with the selection that says so.
fn looked_at(f: &mut Function, infinite: &BTreeMap<TensorId, Part>, softmax: ExprId) -> ExprId {
    let Expr::Softmax { along, body, log } = f.exprs.get(softmax).clone() else {
        return softmax;
    };
    let Expr::Access {
        tensor,
        ref subscripts,
        guarded: false,
    } = *f.exprs.get(body)
    else {
        return softmax;
    };
    let (Some(part), subscripts) = (infinite.get(&tensor), subscripts.clone()) else {
        return softmax;
    };
    let region = part.at(f, &subscripts);
    let body = region::selected(f, &region, body, f64::NEG_INFINITY);
    f.exprs.add(Expr::Softmax { along, body, log })
}

/// Where a tensor is not zero, whose equations are all there.
fn part(
    f: &mut Function,
    known: &BTreeMap<TensorId, Part>,
    equations: &[Equation],
    tensor: TensorId,
) -> Option<Part> {
    let parameter = matches!(f.tensor(tensor).role, Role::Parameter { .. });
    if parameter || f.tensor(tensor).element != Element::Float {
        return None;
    }
    let mut out: Option<Part> = None;
    for e in equations.iter().filter(|e| e.tensor == tensor) {
        if !are_plain(&e.left) {
            return None;
        }
        let region = match *f.exprs.get(e.right) {
            Expr::Softmax { .. } => softmax(f, e).map(|(region, _)| region),
            _ => support(f, known, e.right),
        };
        // What is zero everywhere adds nothing.
        let Some(region) = region else { continue };
        let axes = out
            .as_ref()
            .map_or_else(|| indices(&e.left), |p| p.axes.clone());
        let region = of_axes(f, &region, &e.left, &axes);
        let region = match &out {
            Some(before) => common(f, &before.region, &region),
            None => region,
        };
        out = Some(Part { axes, region });
    }
    out.filter(|p| !p.region.is_empty())
}

/// What a region says of the axes of an access, alone and whenever it is asked for.
fn of_axes(
    f: &mut Function,
    region: &Region,
    subscripts: &[Subscript],
    axes: &[IndexId],
) -> Region {
    let mut places: BTreeMap<IndexId, Subscript> = BTreeMap::new();
    for (s, &axis) in subscripts.iter().zip(axes) {
        if let Subscript::Index(i) = *s {
            places.entry(i).or_insert(Subscript::Index(axis));
        }
    }
    let told = |p: &&Polynomial| {
        let all = region::indices(f, p);
        region::is_fixed(f, p) && !all.is_empty() && all.iter().all(|i| places.contains_key(i))
    };
    let told: Region = region.iter().filter(told).cloned().collect();
    region::placed(f, &told, &places)
}

/// What both of two regions say.
fn common(f: &mut Function, a: &Region, b: &Region) -> Region {
    let mut out = Region::new();
    for (one, other) in [(a, b), (b, a)] {
        out.extend(one.iter().filter(|p| f.follows(p, other)).cloned());
    }
    out
}

/// Where a softmax along one index is not zero, with what it takes there; None where that is unknown.
///
/// ```text
/// softmax[j](if j <= i { S[i,j] } else { -inf })      i - j >= 0, where S[i,i] is one of each row
/// ```
pub(crate) fn softmax(f: &mut Function, e: &Equation) -> Option<(Region, ExprId)> {
    let Expr::Softmax { along, body, log } = f.exprs.get(e.right).clone() else {
        return None;
    };
    let (&[row], false) = (&along[..], log) else {
        return None;
    };
    let (region, inner) = region::peeled(f, body, f64::NEG_INFINITY);
    Window::of(f, &region, row)?;
    // A row of nothing but -infinity is NaN.
    let others = f.exprs.indices_of(&e.left);
    let whole = |i: IndexId| f.whole_of(f.index(i).dim);
    let others: Vec<IndexId> = others
        .into_iter()
        .filter(|&i| i != row && whole(i) == whole(row))
        .collect();
    let has_one = others.into_iter().any(|i| {
        let diagonal = BTreeMap::from([(row, Subscript::Index(i))]);
        let there = region::placed(f, &region, &diagonal);
        there.iter().all(|p| f.follows(p, []))
    });
    if region.is_empty() || !has_one {
        return None;
    }
    let inner = assumed(f, inner, &region);
    Some((region, inner))
}

/// What is limited of an equation: the addends of a sum, or its value.
fn body(f: &Function, e: &Equation) -> Option<ExprId> {
    let number = f.tensor(e.tensor).element == Element::Float;
    match *f.exprs.get(e.right) {
        _ if !number => None,
        Expr::Reduce {
            op: ReduceOp::Sum,
            body,
            ..
        } => Some(body),
        _ if f.exprs.reduces(e.right) => None,
        _ => Some(e.right),
    }
}

/// The right-hand side where only a region counts, that of each value that is asked for: with selections where these make it
/// shorter. Addends that are products are limited one by one.
fn within(
    f: &mut Function,
    e: &Equation,
    region: &mut impl FnMut(&mut Function, ExprId) -> Option<Region>,
) -> ExprId {
    let Some(body) = body(f, e) else {
        return e.right;
    };
    let Expr::Reduce { op, indices, .. } = f.exprs.get(e.right).clone() else {
        return match region(f, body) {
            Some(region) => limited_to(f, e, body, &region),
            None => body,
        };
    };
    let summed = |f: &mut Function, body: ExprId| {
        let indices = indices.clone();
        let right = f.exprs.add(Expr::Reduce { op, indices, body });
        Equation { right, ..e.clone() }
    };
    let mut limit = |f: &mut Function, body: ExprId| {
        let Some(region) = region(f, body) else {
            return body;
        };
        let limited = limited_to(f, e, body, &region);
        let (before, after) = (summed(f, body), summed(f, limited));
        // A matrix product over more is faster than loops over less.
        match contraction::multiplies(f, &before) && !contraction::multiplies(f, &after) {
            true => body,
            false => limited,
        }
    };
    let (said, inside) = region::peeled(f, body, 0.0);
    let mut addends = f.exprs.addends(inside);
    let product = |f: &mut Function, &(_, addend): &(bool, ExprId)| {
        let alone = summed(f, addend);
        contraction::multiplies(f, &alone)
    };
    let limited = if addends.len() > 1 && addends.iter().any(|a| product(f, a)) {
        for (_, addend) in &mut addends {
            *addend = limit(f, *addend);
        }
        let all = addends::total(f, &addends);
        region::selected(f, &said, all, 0.0)
    } else {
        limit(f, body)
    };
    summed(f, limited).right
}

/// A value with a selection of a region, as far as that bounds indices and is not said yet.
fn limited_to(f: &mut Function, e: &Equation, value: ExprId, region: &Region) -> ExprId {
    let mut all: BTreeSet<IndexId> = f.exprs.free_indices(value);
    all.extend(f.exprs.indices_of(&e.left));
    let (said, _) = region::peeled(f, value, 0.0);
    let mut more = Region::new();
    for p in region {
        let one = Region::from([p.clone()]);
        let bounds = all.iter().any(|&i| Window::of(f, &one, i).is_some());
        if bounds && region::is_fixed(f, p) && !f.follows(p, &said) {
            more.insert(p.clone());
        }
    }
    region::selected(f, &more, value, 0.0)
}

/// Selects where equations are needed, by all that reads their tensors.
fn wanted(
    f: &mut Function,
    equations: &mut [Equation],
    circular: &BTreeSet<TensorId>,
    copies: &[(TensorId, TensorId)],
) -> BTreeMap<TensorId, Part> {
    let mut axes = candidates(f, equations, circular, copies);
    let mut demands: BTreeMap<TensorId, Region> = BTreeMap::new();
    let mut needed = BTreeMap::new();
    for at in (0..equations.len()).rev() {
        let e = equations[at].clone();
        if let (Some(own), Some(region)) = (axes.get(&e.tensor), demands.get(&e.tensor))
            && !region.is_empty()
        {
            let part = Part {
                axes: own.clone(),
                region: region.clone(),
            };
            let region = part.at(f, &e.left);
            equations[at].right = within(f, &e, &mut |_, _| Some(region.clone()));
            needed.insert(e.tensor, part);
        }
        for (tensor, subscripts, region) in reads(f, &equations[at]) {
            let Some(own) = axes.get(&tensor).cloned() else {
                continue;
            };
            let region = of_axes(f, &region, &subscripts, &own);
            let region = match demands.get(&tensor) {
                Some(before) => common(f, before, &region),
                None => region,
            };
            if region.is_empty() {
                axes.remove(&tensor);
            }
            demands.insert(tensor, region);
        }
    }
    needed
}

/// The tensors that may be needed in a part alone, with an index for each of their axes: those that only these equations
/// read, element by element.
fn candidates(
    f: &Function,
    equations: &[Equation],
    circular: &BTreeSet<TensorId>,
    copies: &[(TensorId, TensorId)],
) -> BTreeMap<TensorId, Vec<IndexId>> {
    let mut out: BTreeMap<TensorId, Vec<IndexId>> = BTreeMap::new();
    for e in equations {
        let t = f.tensor(e.tensor);
        if t.role.is_inner() && t.element == Element::Float && !f.is_output(e.tensor) {
            out.entry(e.tensor).or_insert_with(|| indices(&e.left));
        }
    }
    let mut whole: BTreeSet<TensorId> = circular.clone();
    whole.extend(f.checked());
    whole.extend(f.updates.keys());
    whole.extend(copies.iter().flat_map(|&(of, copy)| [of, copy]));
    for e in equations {
        if !f.covers(e) {
            whole.insert(e.tensor);
        }
        if f.returned(e).is_some() {
            whole.extend(f.reads(e.right));
            whole.insert(e.tensor);
        }
        whole.extend(positions(&e.left).flat_map(|p| f.reads(p)));
    }
    out.retain(|t, _| !whole.contains(t));
    out
}

/// The reads of numbers of an equation, each with what holds where it counts.
fn reads(f: &Function, e: &Equation) -> Vec<(TensorId, Vec<Subscript>, Region)> {
    let mut all = f.exprs.walk(e.right);
    // What stands in an expression has a smaller id.
    all.sort_unstable_by(|a, b| b.cmp(a));
    let mut holds: BTreeMap<ExprId, Region> = BTreeMap::from([(e.right, Region::new())]);
    let mut out = Vec::new();
    for id in all {
        let region = holds.remove(&id).unwrap_or_default();
        let mut pass = |child: ExprId, more: Vec<Polynomial>| {
            let mut region = region.clone();
            region.extend(more);
            let region = match holds.get(&child) {
                Some(before) => before.intersection(&region).cloned().collect(),
                None => region,
            };
            holds.insert(child, region);
        };
        match f.exprs.get(id) {
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                pass(*condition, vec![]);
                pass(*then, f.facts(*condition, true));
                pass(*otherwise, f.facts(*condition, false));
            }
            Expr::Access {
                tensor, subscripts, ..
            } => {
                positions(subscripts).for_each(|p| pass(p, vec![]));
                out.push((*tensor, subscripts.clone(), region.clone()));
            }
            _ => f
                .exprs
                .children(id)
                .into_iter()
                .for_each(|c| pass(c, vec![])),
        }
    }
    out
}
