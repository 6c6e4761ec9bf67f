//! Every tensor of a circle gets one equation, and the equations of each circle stand together, in an order in which they
//! can be computed.
//!
//! ```text
//! H̄[t,l] = Ȳ[t,l];                                        Σ[t,l] = sum[j](if t + 1 < n { S̄[t+1,j]*U[l,j] } else { 0 })
//! H̄[t,l] += sum[j](if t + 1 < n { S̄[t+1,j]*U[l,j] } ..)   H̄[t,l] = Ȳ[t,l] + Σ[t,l]
//! ```

use crate::differentiate::Backward;
use crate::ir::{Equation, Expr, ExprId, Function, Group, Op, Role, Subscript, TensorId, indices};
use std::collections::BTreeMap;

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
