//! What remains of numbers when their mean is taken away sums to zero.
//!
//! ```text
//! m[i] = sum[k](X[i,k]) / len(k)        sum[k](c[i]*(X[i,k] - m[i])) = 0
//! ```
//!
//! So the mean in a variance has no derivative, and a normalisation needs no pass over its numbers for it. A sum that the user wrote
//! is computed all the same: of numbers that are infinite or none it is NaN.

use crate::differentiate::Backward;
use crate::ir::{
    BinaryOp, Equation, Expr, ExprId, Function, IndexId, Op, Polynomial, ReduceOp, Role, Subscript,
    TensorId, indices,
};
use std::collections::BTreeMap;

pub(super) fn run(joint: &mut Backward) {
    let means = means(&joint.function);
    if means.is_empty() {
        return;
    }
    let f = &mut joint.function;
    let mut count: BTreeMap<TensorId, usize> = BTreeMap::new();
    f.equations
        .iter()
        .for_each(|e| *count.entry(e.tensor).or_default() += 1);
    let mut gone = Vec::new();
    for at in 0..f.equations.len() {
        let e = f.equations[at].clone();
        let role = f.tensor(e.tensor).role;
        let derived = matches!(role, Role::Adjoint { .. } | Role::Gradient { .. });
        if !derived || !is_zero(f, &e, &means) {
            continue;
        }
        let others = count.get_mut(&e.tensor).expect("it has been counted");
        if e.op == Op::Accumulate && *others > 1 {
            *others -= 1;
            gone.push(at);
        } else {
            f.equations[at].right = f.exprs.real(0.0);
        }
    }
    joint.retain(|at, _| !gone.contains(&at));
}

/// A mean: its indices, and the elements of a tensor of which it is the mean over some more.
struct Mean {
    left: Vec<IndexId>,
    over: Vec<IndexId>,
    of: ExprId,
}

/// The tensors that are means.
fn means(f: &Function) -> BTreeMap<TensorId, Mean> {
    let mut alone: BTreeMap<TensorId, Option<&Equation>> = BTreeMap::new();
    for e in &f.equations {
        let own = alone.entry(e.tensor);
        own.and_modify(|other| *other = None).or_insert(Some(e));
    }
    let alone = |t: TensorId| alone.get(&t).copied().flatten().filter(|e| f.covers(e));
    let mean = |e: &Equation| {
        let Expr::Binary(BinaryOp::Div, a, divisor) = *f.exprs.get(alone(e.tensor)?.right) else {
            return None;
        };
        let (tensor, read, false) = f.exprs.get(a).read()? else {
            return None;
        };
        let sum = alone(tensor).filter(|_| read == e.left)?;
        let Expr::Reduce {
            op: ReduceOp::Sum,
            indices: over,
            body,
        } = f.exprs.get(sum.right)
        else {
            return None;
        };
        matches!(f.exprs.get(*body), Expr::Access { guarded: false, .. }).then_some(())?;
        let mut lengths = over.iter().map(|&i| f.length_as_polynomial(f.index(i).dim));
        let all = lengths.try_fold(Polynomial::constant(1), |all, n| all.times(&n))?;
        (count(f, divisor)? == all).then(|| Mean {
            left: indices(&sum.left),
            over: over.clone(),
            of: *body,
        })
    };
    let found = f.equations.iter().map(|e| (e.tensor, mean(e)));
    found.filter_map(|(t, m)| Some((t, m?))).collect()
}

/// Whether an equation is a sum of the residuals of a mean, with factors that do not depend on what the mean is over.
fn is_zero(f: &mut Function, e: &Equation, means: &BTreeMap<TensorId, Mean>) -> bool {
    let Expr::Reduce {
        op: ReduceOp::Sum,
        indices: over,
        body,
    } = f.exprs.get(e.right).clone()
    else {
        return false;
    };
    let factors = f.exprs.factors(body);
    factors.iter().enumerate().any(|(at, &factor)| {
        let own = residual(f, factor, &over, means);
        own.is_some_and(|own| {
            let mut others = factors.iter().enumerate().filter(|&(other, _)| other != at);
            others.all(|(_, &x)| f.exprs.free(x).iter().all(|i| !own.contains(i)))
        })
    })
}

/// The indices, of those that are summed, over which a difference is one of elements and their mean.
fn residual(
    f: &mut Function,
    difference: ExprId,
    over: &[IndexId],
    means: &BTreeMap<TensorId, Mean>,
) -> Option<Vec<IndexId>> {
    let Expr::Binary(BinaryOp::Sub, a, b) = *f.exprs.get(difference) else {
        return None;
    };
    [(a, b), (b, a)].into_iter().find_map(|(element, mean)| {
        let (tensor, at, _) = f.exprs.get(mean).read()?;
        let mean = means.get(&tensor)?;
        let mut places: BTreeMap<IndexId, Subscript> = BTreeMap::new();
        places.extend(mean.left.iter().copied().zip(at.iter().copied()));
        let (_, of, _) = f.exprs.get(mean.of).read()?;
        let (_, read, _) = f.exprs.get(element).read()?;
        let mut own = Vec::new();
        for (&of, &read) in of.iter().zip(read) {
            if let (Subscript::Index(k), Subscript::Index(i)) = (of, read)
                && mean.over.contains(&k)
                && over.contains(&i)
                && !own.contains(&i)
                && f.index(k).dim == f.index(i).dim
            {
                places.insert(k, read);
                own.push(i);
            }
        }
        let fixed = f.exprs.free_indices(difference);
        let apart = at
            .iter()
            .all(|s| !f.exprs.indices_of(&[*s]).iter().any(|i| own.contains(i)));
        let all = own.len() == mean.over.len() && own.iter().all(|i| fixed.contains(i));
        (all && apart && f.exprs.place(mean.of, &places) == element).then_some(own)
    })
}

/// A count as a polynomial in the lengths.
fn count(f: &Function, id: ExprId) -> Option<Polynomial> {
    match *f.exprs.get(id) {
        Expr::Real(r) if r.value() == r.value() as i64 as f64 => {
            Some(Polynomial::constant(r.value() as i64))
        }
        Expr::Integer(n) => Some(Polynomial::constant(n)),
        Expr::Number(e) => count(f, e),
        Expr::Len(dim) => Some(f.length_as_polynomial(dim)),
        Expr::Binary(BinaryOp::Mul, a, b) | Expr::IntegerMul(a, b) => {
            count(f, a)?.times(&count(f, b)?)
        }
        _ => None,
    }
}
