//! Products with deltas multiplied out, and sums over a delta carried out.

use crate::ir::{BinaryOp, CmpOp, Expr, ExprId, Function, IndexId, ReduceOp, UnaryOp};
use crate::simplify;

/// `Σ_summed Π factors`
#[derive(Clone, Debug)]
pub(super) struct Term {
    factors: Vec<ExprId>,
    summed: Vec<IndexId>,
}

/// An expression as a sum of products, as far as its deltas are concerned.
pub(super) fn terms(f: &mut Function, id: ExprId) -> Vec<Term> {
    let atom = |id| {
        vec![Term {
            factors: vec![id],
            summed: vec![],
        }]
    };
    if !has_delta(f, id) {
        return atom(id);
    }
    match *f.exprs.get(id) {
        Expr::Binary(BinaryOp::Add, a, b) => [terms(f, a), terms(f, b)].concat(),
        Expr::Binary(BinaryOp::Sub, a, b) => {
            let b = f.exprs.neg(b);
            [terms(f, a), terms(f, b)].concat()
        }
        Expr::Unary(UnaryOp::Neg, a) => {
            let minus = f.exprs.real(-1.0);
            times(atom(minus), terms(f, a))
        }
        Expr::Binary(BinaryOp::Mul, a, b) => times(terms(f, a), terms(f, b)),
        Expr::Binary(BinaryOp::Div, a, b) => {
            let inverse = f.exprs.recip(b);
            times(terms(f, a), atom(inverse))
        }
        Expr::Reduce {
            op: ReduceOp::Sum,
            ref indices,
            body,
        } => {
            let indices = indices.clone();
            let mut all = terms(f, body);
            all.iter_mut()
                .for_each(|t| t.summed.splice(0..0, indices.clone()).for_each(drop));
            all
        }
        Expr::Select {
            condition,
            then,
            otherwise,
        } => {
            let fails = f.exprs.not(condition);
            let (then, otherwise) = (terms(f, then), terms(f, otherwise));
            let mut all: Vec<Term> = then.into_iter().map(|t| guarded(f, condition, t)).collect();
            all.extend(otherwise.into_iter().map(|t| guarded(f, fails, t)));
            all.retain(|t| !t.factors.iter().any(|&x| is_zero(f, x)));
            all
        }
        _ => atom(id),
    }
}

/// A term of a branch: 0 where that is not taken, whatever its factors are there.
fn guarded(f: &mut Function, condition: ExprId, term: Term) -> Term {
    let deltas = term.factors.iter().copied().filter(|&x| has_delta(f, x));
    let mut factors: Vec<ExprId> = deltas.collect();
    let rest = term
        .factors
        .iter()
        .copied()
        .filter(|x| !factors.contains(x));
    let rest = rest.collect::<Vec<_>>().into_iter();
    let rest = rest.reduce(|a, b| f.exprs.product(a, b));
    let (rest, zero) = (rest.unwrap_or_else(|| f.exprs.real(1.0)), f.exprs.real(0.0));
    factors.push(f.exprs.select(condition, rest, zero));
    Term { factors, ..term }
}

fn is_zero(f: &Function, id: ExprId) -> bool {
    matches!(f.exprs.get(id), Expr::Real(r) if r.value() == 0.0)
}

fn times(a: Vec<Term>, b: Vec<Term>) -> Vec<Term> {
    let mut out = Vec::new();
    for x in &a {
        for y in &b {
            out.push(Term {
                factors: [x.factors.clone(), y.factors.clone()].concat(),
                summed: [x.summed.clone(), y.summed.clone()].concat(),
            });
        }
    }
    out
}

/// The sum of terms.
pub(super) fn sum(f: &mut Function, terms: &[Term]) -> ExprId {
    let addends: Vec<ExprId> = terms.iter().map(|t| term(f, t)).collect();
    add(f, addends)
}

/// The sum of terms, each without the sums that a delta carries out.
pub(super) fn contract(f: &mut Function, terms: &[Term]) -> ExprId {
    let addends: Vec<ExprId> = terms
        .iter()
        .map(|t| {
            let sum = term(f, t);
            simplify::without_deltas(f, sum)
        })
        .collect();
    add(f, addends)
}

fn add(f: &mut Function, addends: Vec<ExprId>) -> ExprId {
    let sum = addends.into_iter().reduce(|a, b| f.exprs.sum(a, b));
    sum.unwrap_or_else(|| f.exprs.real(0.0))
}

fn term(f: &mut Function, t: &Term) -> ExprId {
    let product = t
        .factors
        .iter()
        .copied()
        .reduce(|a, b| f.exprs.product(a, b));
    let body = product.unwrap_or_else(|| f.exprs.real(1.0));
    if t.summed.is_empty() {
        return body;
    }
    f.exprs.add(Expr::Reduce {
        op: ReduceOp::Sum,
        indices: t.summed.clone(),
        body,
    })
}

/// Whether two indices are compared in an expression: a delta is such a comparison.
fn has_delta(f: &Function, id: ExprId) -> bool {
    let delta = |e: &ExprId| match *f.exprs.get(*e) {
        Expr::IntegerCompare(CmpOp::Equal, _, b) => {
            matches!(f.exprs.get(b), Expr::IndexValue(_))
        }
        _ => false,
    };
    f.exprs.walk(id).iter().any(delta)
}
