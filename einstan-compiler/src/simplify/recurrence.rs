//! Every tensor of a circle gets one equation, and the equations of each circle stand together, in an order in which they
//! can be computed.
//!
//! ```text
//! H̄[t,l] = Ȳ[t,l];                                        Σ[t,l] = sum[j](if t + 1 < n { S̄[t+1,j]*U[l,j] } else { 0 })
//! H̄[t,l] += sum[j](if t + 1 < n { S̄[t+1,j]*U[l,j] } ..)   H̄[t,l] = Ȳ[t,l] + Σ[t,l]
//! ```

use crate::differentiate::Backward;
use crate::ir::{
    CmpOp, Equation, Expr, ExprId, Function, Group, IndexId, Op, Role, Subscript, TensorId,
    are_plain, indices,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(joint: &mut Backward) {
    let f = &mut joint.function;
    if f.recurrences.is_empty() {
        return;
    }
    f.complete_recurrences();
    let backward = f.equations.split_off(joint.split);
    let forward = std::mem::take(&mut f.equations);
    let (forward, backward) = (single(f, forward), single(f, backward));
    f.equations = f.in_order(&forward);
    joint.split = f.equations.len();
    let backward = f.in_order(&backward);
    f.equations.extend(backward);
    call_alike(f);
}

/// The indices along which a circle runs have the same names in all its equations, and no other index there has one of
/// them: so it can be written as one recurrence.
fn call_alike(f: &mut Function) {
    for group in f.grouped(&f.equations) {
        let Group::Circle(all) = group else { continue };
        let mut names: Vec<String> = Vec::new();
        for i in f.own_indices(&all[0]).into_iter().flatten() {
            let mut name = f.index(i).name.clone();
            while names.contains(&name) {
                name.push('\'');
            }
            names.push(name);
        }
        for e in &all {
            let own = f.own_indices(e).unwrap_or_default();
            let mut others = f.exprs.indices_of(&e.left);
            let inside = f.exprs.walk(e.right).into_iter();
            others.extend(inside.flat_map(|id| f.exprs.bound(id).to_vec()));
            others.retain(|i| !own.contains(i));
            for (i, name) in own.iter().zip(&names) {
                f.indices[i.index()].name = name.clone();
            }
            for i in others {
                while names.contains(&f.index(i).name) {
                    f.indices[i.index()].name.push('\'');
                }
            }
        }
    }
}

/// The equations with one for each tensor of a circle.
fn single(f: &mut Function, equations: Vec<Equation>) -> Vec<Equation> {
    let circles = f.circles(&equations);
    let mut written: BTreeMap<TensorId, Vec<usize>> = BTreeMap::new();
    for (at, e) in equations.iter().enumerate() {
        written.entry(e.tensor).or_default().push(at);
    }
    // What stands in the place of each equation.
    let mut places: Vec<Vec<Equation>> = equations.into_iter().map(|e| vec![e]).collect();
    for tensor in circles.tensors() {
        let own = &written[&tensor];
        if let [at] = own[..] {
            let e = &mut places[at][0];
            if f.covers(e) {
                e.op = Op::Define;
            }
            continue;
        }
        let mut parts = Vec::new();
        let left = f.whole(tensor);
        let mut sum: Option<ExprId> = None;
        for e in own.iter().flat_map(|&at| std::mem::take(&mut places[at])) {
            let addend = addend(f, e, &left, &mut parts);
            sum = Some(match sum {
                Some(sum) => f.exprs.sum(sum, addend),
                None => addend,
            });
        }
        let right = sum.expect("there is an equation");
        parts.push(Equation {
            tensor,
            left,
            op: Op::Define,
            right,
        });
        let last = *own.last().expect("a tensor of a circle has an equation");
        places[last] = parts;
    }
    places.into_iter().flatten().collect()
}

/// What an equation adds at `left`: a map as it is, anything else as a tensor of its own.
fn addend(f: &mut Function, e: Equation, left: &[Subscript], parts: &mut Vec<Equation>) -> ExprId {
    if f.covers(&e) && !f.exprs.reduces(e.right) {
        let own = indices(&e.left).into_iter();
        let map = own.zip(indices(left)).collect();
        return f.rename(e.right, &map);
    }
    if let Some(addend) = slice(f, &e, left, parts) {
        return addend;
    }
    let t = f.tensor(e.tensor).clone();
    let part = f.add_tensor(&t.name, t.axes, t.element, Role::Temporary);
    let along = f.along(e.tensor).to_vec();
    f.recurrences.insert(part, along);
    let op = match f.covers(&e) {
        true => Op::Define,
        false => Op::Accumulate,
    };
    parts.push(Equation {
        tensor: part,
        op,
        ..e
    });
    f.exprs.add(Expr::Access {
        tensor: part,
        subscripts: left.to_vec(),
        guarded: false,
    })
}

/// What a map adds at constant positions of some axes, as a tensor without these.
///
/// ```text
/// Ḡ[t,3,j] += H̄[t,j]*C[t,j]          Ḡ₂[t,j] = H̄[t,j]*C[t,j], and the addend of Ḡ[t,g,j] is if g == 3 { Ḡ₂[t,j] } else { 0 }
/// ```
fn slice(
    f: &mut Function,
    e: &Equation,
    left: &[Subscript],
    parts: &mut Vec<Equation>,
) -> Option<ExprId> {
    let mut own: Vec<Subscript> = e.left.clone();
    own.retain(|s| !matches!(s, Subscript::Constant(_)));
    let is_map = own.len() < e.left.len() && are_plain(&own) && !f.exprs.reduces(e.right);
    let all: BTreeSet<IndexId> = indices(&own).into_iter().collect();
    let mut along = f.along(e.tensor).to_vec();
    let fixed = |axis: usize| matches!(e.left[axis], Subscript::Constant(_));
    if !is_map || all.len() < own.len() || along.iter().any(|a| fixed(a.axis)) {
        return None;
    }
    for a in &mut along {
        a.axis -= (0..a.axis).filter(|&axis| fixed(axis)).count();
    }
    let t = f.tensor(e.tensor).clone();
    let (mut axes, mut at, mut condition) = (Vec::new(), Vec::new(), None);
    for (axis, &s) in left.iter().enumerate() {
        let Subscript::Constant(c) = e.left[axis] else {
            axes.push(t.axes[axis]);
            at.push(s);
            continue;
        };
        let (place, c) = (f.exprs.position(s), f.exprs.add(Expr::Integer(c as i64)));
        let here = f.exprs.compare_integers(CmpOp::Equal, place, c);
        condition = Some(match condition {
            Some(all) => f.exprs.and(all, here),
            None => here,
        });
    }
    let part = f.add_tensor(&t.name, axes, t.element, Role::Temporary);
    f.recurrences.insert(part, along);
    let sliced = Equation {
        tensor: part,
        left: own,
        op: Op::Define,
        right: e.right,
    };
    if !f.covers(&sliced) {
        f.recurrences.remove(&part);
        f.tensors.truncate(part.index());
        return None;
    }
    parts.push(sliced);
    let value = f.exprs.add(Expr::Access {
        tensor: part,
        subscripts: at,
        guarded: false,
    });
    let zero = f.exprs.real(0.0);
    Some(f.exprs.select(condition?, value, zero))
}
