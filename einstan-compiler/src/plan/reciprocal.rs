//! Division by a root that is the same along some index: it becomes a factor, which is computed once.
//!
//! ```text
//! Y[i,j] = X[i,j]/sqrt(v[i])          Y[i,j] = X[i,j]*(1/sqrt(v[i]))
//! ```
//!
//! Of other divisors the reciprocal may be infinite, or lose digits, where the quotient is an ordinary number. That of a root is
//! not: it is 0 and infinite where the quotient is too, and far from the ends of the range elsewhere.

use crate::ir::{BinaryOp, Equation, Expr, ExprId, Function, IndexId, UnaryOp};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers beside a root are between this and its reciprocal.
const SMALLEST: f64 = 1e-3;

/// The right-hand side with such divisions as products.
pub(crate) fn multiplied(f: &mut Function, e: &Equation) -> ExprId {
    let all = f.exprs.walk(e.right);
    let mut indices: BTreeSet<IndexId> = f.exprs.indices_of(&e.left).into_iter().collect();
    indices.extend(all.iter().flat_map(|&x| f.exprs.free(x).clone()));
    let mut factors = BTreeMap::new();
    for &x in &all {
        let Expr::Binary(BinaryOp::Div, _, divisor) = *f.exprs.get(x) else {
            continue;
        };
        if f.exprs.free(divisor).len() < indices.len() && roots(f, divisor) == Some(1) {
            let one = f.exprs.real(1.0);
            factors.insert(divisor, f.exprs.binary(BinaryOp::Div, one, divisor));
        }
    }
    if factors.is_empty() {
        return e.right;
    }
    f.exprs.map(e.right, &mut |x| match x {
        Expr::Binary(BinaryOp::Div, a, b) if factors.contains_key(&b) => {
            Expr::Binary(BinaryOp::Mul, a, factors[&b])
        }
        x => x,
    })
}

/// How many roots a divisor has as factors; None if anything else than numbers of ordinary size.
fn roots(f: &Function, id: ExprId) -> Option<usize> {
    match *f.exprs.get(id) {
        Expr::Unary(UnaryOp::Sqrt, _) => Some(1),
        Expr::Real(r) => (SMALLEST..=1.0 / SMALLEST)
            .contains(&r.value().abs())
            .then_some(0),
        Expr::Binary(BinaryOp::Mul, a, b) => Some(roots(f, a)? + roots(f, b)?),
        _ => None,
    }
}
