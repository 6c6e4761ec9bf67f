//! An index of which a quotient and a remainder are read becomes two: what is merged or split is read where it lies.
//!
//! ```text
//! Y[p] = X[p / len(m), p % len(m)]                  Y[i*len(m) + j] = X[i,j]
//! Z[t,k] = sum[e](O[e / len(h), t, e % len(h)]*W[e,k])     sum[i,j](O[i,t,j]*W[i*len(h) + j,k])
//! ```

use super::block::is_large;
use crate::ir::{
    Dim, DimId, Element, Equation, Expr, ExprId, Function, IndexId, Length, Polynomial, ReduceOp,
    Subscript, positions,
};
use std::collections::BTreeMap;

/// The equations, with indices in digits where they can be: those of the first `dims` dimensions have a length that is
/// found when the function is entered.
pub(crate) fn in_digits(f: &mut Function, equations: Vec<Equation>, dims: usize) -> Vec<Equation> {
    let circles = f.circles(&equations);
    let each = equations.into_iter().map(|e| {
        let mut whole = f.reads_of(&e);
        whole.insert(e.tensor);
        let blocked = whole.iter().any(|&t| is_large(f, t));
        let fixed = f.is_circular(&circles, &e) || f.updates.contains_key(&e.tensor);
        match blocked || fixed || f.returned(&e).is_some() {
            true => e,
            false => digits(f, e, dims),
        }
    });
    each.collect()
}

/// An equation with every index in digits that can be; those of a digit may be some of its own.
fn digits(f: &mut Function, e: Equation, dims: usize) -> Equation {
    let mut out = e.clone();
    while let Some(next) = divided(f, &out) {
        out = next;
    }
    let fixed = |d: DimId| matches!(f.dim(d).length, Length::Fixed(_));
    let known = |i: &IndexId| f.index(*i).dim.index() < dims || fixed(f.index(*i).dim);
    let found = all_indices(f, &out).iter().all(known);
    // Of lengths on the way, which no index has in the end, nothing is to be found.
    for dim in &mut f.dims[dims..] {
        if matches!(dim.length, Length::Computed(_)) {
            *dim = Dim {
                name: "1".to_string(),
                length: Length::Fixed(1),
                axis: false,
            };
        }
    }
    if found { out } else { e }
}

fn all_indices(f: &Function, e: &Equation) -> Vec<IndexId> {
    let mut out = f.exprs.indices_of(&e.left);
    out.extend(f.exprs.free_indices(e.right));
    let inside = f.exprs.walk(e.right).into_iter();
    out.extend(inside.flat_map(|x| f.exprs.bound(x).to_vec()));
    out
}

/// The equation with one index as two.
fn divided(f: &mut Function, e: &Equation) -> Option<Equation> {
    let mut roots: Vec<ExprId> = positions(&e.left).collect();
    roots.push(e.right);
    let all: Vec<ExprId> = roots.iter().flat_map(|&r| f.exprs.walk(r)).collect();
    let kept = |f: &Function, i: IndexId| {
        all.iter().any(|&x| match f.exprs.get(x) {
            Expr::ArgReduce { index, .. } => *index == i,
            Expr::Softmax { along, .. } => along.contains(&i),
            _ => false,
        })
    };
    for &x in &all {
        let Expr::IntegerRem(value, base) = *f.exprs.get(x) else {
            continue;
        };
        let Expr::IndexValue(index) = *f.exprs.get(value) else {
            continue;
        };
        if !kept(f, index)
            && let Some(parts) = parts(f, index, base)
        {
            let left = replaced(f, e, index, &parts);
            return summed(f, left, index, &parts, e);
        }
    }
    None
}

/// The digits of an index: `index = high * base + low`.
struct Parts {
    base: Polynomial,
    high: IndexId,
    low: IndexId,
}

/// The digits of an index by a base that divides its length.
fn parts(f: &mut Function, index: IndexId, base: ExprId) -> Option<Parts> {
    let dim = f.index(index).dim;
    let base = Polynomial::of(&f.exprs, base);
    let count = f.polynomial_of(dim).divided_by(&base)?;
    let name = f.index(index).name.clone();
    let [high, low] = [&count, &base].map(|length| {
        let length = length.build(&mut f.exprs);
        let dim = f.computed(length);
        f.add_index(name.clone(), dim)
    });
    Some(Parts { base, high, low })
}

/// The equation with the digits in the place of an index.
fn replaced(f: &mut Function, e: &Equation, index: IndexId, parts: &Parts) -> Equation {
    let (high, low) = (
        f.exprs.add(Expr::IndexValue(parts.high)),
        f.exprs.add(Expr::IndexValue(parts.low)),
    );
    let base = parts.base.build(&mut f.exprs);
    let product = f.exprs.add(Expr::IntegerMul(high, base));
    let whole = f.exprs.add(Expr::IntegerAdd(product, low));
    let whole = f.exprs.collected_integer(whole);
    let places = BTreeMap::from([(index, Subscript::At(whole))]);
    let mut put = |id: ExprId| {
        let id = f.exprs.replace(id, &mut |exprs, x| {
            let (is_quotient, by) = match *exprs.get(x) {
                Expr::IntegerDiv(v, by) if *exprs.get(v) == Expr::IndexValue(index) => (true, by),
                Expr::IntegerRem(v, by) if *exprs.get(v) == Expr::IndexValue(index) => (false, by),
                _ => return None,
            };
            let more = Polynomial::of(exprs, by).divided_by(&parts.base)?;
            match (is_quotient, more.value()) {
                (true, Some(1)) => Some(high),
                (true, _) => {
                    let by = more.build(exprs);
                    Some(exprs.add(Expr::IntegerDiv(high, by)))
                }
                (false, Some(1)) => Some(low),
                (false, _) => None,
            }
        });
        let id = f.exprs.place(id, &places);
        f.exprs.map(id, &mut |mut e| {
            if let Expr::Reduce { indices, .. } = &mut e
                && let Some(at) = indices.iter().position(|&i| i == index)
            {
                indices.splice(at..=at, [parts.high, parts.low]);
            }
            e
        })
    };
    let right = put(e.right);
    let left: Vec<Subscript> = e
        .left
        .iter()
        .map(|&s| match s {
            Subscript::Index(i) if i == index => Subscript::At(whole),
            Subscript::At(p) => Subscript::At(put(p)),
            s => s,
        })
        .collect();
    let right = plain(f, right);
    let left = left.into_iter().map(|s| plain_subscript(f, s)).collect();
    Equation {
        left,
        right,
        ..e.clone()
    }
}

/// What is added up at one place because the left-hand side has one of the digits alone is a sum over the other one.
fn summed(
    f: &mut Function,
    e: Equation,
    index: IndexId,
    parts: &Parts,
    before: &Equation,
) -> Option<Equation> {
    if !f.exprs.indices_of(&before.left).contains(&index) {
        return Some(e);
    }
    let left = f.exprs.indices_of(&e.left);
    let mut lost = vec![parts.high, parts.low];
    lost.retain(|i| !left.contains(i));
    if lost.is_empty() {
        return Some(e);
    }
    let op = ReduceOp::Sum;
    let (indices, body) = match f.exprs.get(e.right).clone() {
        Expr::Reduce {
            op: ReduceOp::Sum,
            indices,
            body,
        } => ([indices, lost].concat(), body),
        _ if f.exprs.reduces(e.right) || f.tensor(e.tensor).element != Element::Float => {
            return None;
        }
        _ => (lost, e.right),
    };
    let right = f.exprs.add(Expr::Reduce { op, indices, body });
    Some(Equation { right, ..e })
}

/// Reads at the value of an index are reads along it.
fn plain(f: &mut Function, id: ExprId) -> ExprId {
    let mut to = BTreeMap::new();
    for x in f.exprs.walk(id) {
        if let Some((_, subscripts, _)) = f.exprs.get(x).read() {
            for &s in subscripts {
                to.insert(s, plain_subscript(f, s));
            }
        }
    }
    f.exprs.map(id, &mut |mut e| {
        e.each_subscript(&mut |s| *s = to.get(s).copied().unwrap_or(*s));
        e
    })
}

fn plain_subscript(f: &Function, s: Subscript) -> Subscript {
    match s {
        Subscript::At(e) => match *f.exprs.get(e) {
            Expr::IndexValue(i) => Subscript::Index(i),
            _ => s,
        },
        s => s,
    }
}
