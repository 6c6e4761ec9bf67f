//! Subscripts that are sums of multiples of indices: what they say of the ranges.

use super::Scope;
use crate::ast::{Expr, ExprKind, Number};
use crate::ir::Polynomial;
use std::collections::{BTreeMap, BTreeSet};

/// `Σ coefficient * index + rest`, the coefficients and the rest of lengths and whole numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Affine {
    pub terms: BTreeMap<String, Polynomial>,
    pub rest: Polynomial,
}

impl Affine {
    fn constant(rest: Polynomial) -> Affine {
        Affine {
            terms: BTreeMap::new(),
            rest,
        }
    }

    fn plus(&self, other: &Affine) -> Option<Affine> {
        let mut terms = self.terms.clone();
        for (name, coefficient) in &other.terms {
            let known = terms.entry(name.clone()).or_default();
            *known = known.plus(coefficient)?;
        }
        terms.retain(|_, c| c.value() != Some(0));
        let rest = self.rest.plus(&other.rest)?;
        Some(Affine { terms, rest })
    }

    fn times(&self, by: &Polynomial) -> Option<Affine> {
        let scaled = |(name, c): (&String, &Polynomial)| Some((name.clone(), c.times(by)?));
        Some(Affine {
            terms: self.terms.iter().map(scaled).collect::<Option<_>>()?,
            rest: self.rest.times(by)?,
        })
    }
}

impl Scope<'_> {
    /// A subscript by its indices; None where it is gathered, divided, or no subscript at all.
    pub(crate) fn affine(&mut self, e: &Expr, indices: &BTreeSet<String>) -> Option<Affine> {
        match &e.kind {
            ExprKind::Name(n) if indices.contains(&n.text) => {
                let one = Polynomial::constant(1);
                Some(Affine {
                    terms: BTreeMap::from([(n.text.clone(), one)]),
                    rest: Polynomial::default(),
                })
            }
            ExprKind::Number(Number::Whole(n)) => {
                let n = i64::try_from(*n).ok()?;
                Some(Affine::constant(Polynomial::constant(n)))
            }
            ExprKind::Len(n) => {
                let &dim = self.dims.get(&n.text)?;
                let length = self.f.length_of(dim);
                let length = self.f.exprs.add(length);
                Some(Affine::constant(Polynomial::of(&self.f.exprs, length)))
            }
            ExprKind::Group(a) => self.affine(a, indices),
            ExprKind::Neg(a) => self.affine(a, indices)?.times(&Polynomial::constant(-1)),
            ExprKind::Sum(parts) => {
                let mut total = Affine::default();
                for (plus, part) in parts {
                    let sign = Polynomial::constant(if *plus { 1 } else { -1 });
                    total = total.plus(&self.affine(part, indices)?.times(&sign)?)?;
                }
                Some(total)
            }
            ExprKind::Product(parts) => {
                let mut total = Affine::constant(Polynomial::constant(1));
                for (divides, factor) in parts {
                    let factor = self.affine(factor, indices)?;
                    total = match (divides, total.terms.is_empty(), factor.terms.is_empty()) {
                        (true, ..) | (_, false, false) => return None,
                        (_, _, true) => total.times(&factor.rest)?,
                        (_, true, _) => factor.times(&total.rest)?,
                    };
                }
                Some(total)
            }
            _ => None,
        }
    }
}
