//! Integer expressions as polynomials: how subscripts and lengths are compared.
//!
//! `2*y + r - 1` is affine in the indices y and r; `n - m + 1` is a length. What is neither a sum nor a product is an atom:
//! an index, a length, an element of an integer tensor, a quotient, a remainder.

use super::{Expr, ExprId, Exprs, IndexId};
use std::collections::BTreeMap;

/// A sum of products of atoms, each with a coefficient that is not 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Polynomial {
    terms: BTreeMap<Vec<ExprId>, i64>,
}

/// A polynomial that is linear in an atom: `coefficient * atom + rest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linear {
    pub coefficient: Polynomial,
    pub rest: Polynomial,
}

impl Polynomial {
    pub fn constant(value: i64) -> Polynomial {
        Polynomial::monomial(vec![], value)
    }

    pub fn atom(atom: ExprId) -> Polynomial {
        Polynomial::monomial(vec![atom], 1)
    }

    fn monomial(atoms: Vec<ExprId>, coefficient: i64) -> Polynomial {
        let terms = (coefficient != 0).then_some((atoms, coefficient));
        Polynomial {
            terms: terms.into_iter().collect(),
        }
    }

    /// An integer expression; one whose coefficients are too large is an atom.
    pub fn of(exprs: &Exprs, id: ExprId) -> Polynomial {
        Self::expanded(exprs, id).unwrap_or_else(|| Self::atom(id))
    }

    fn expanded(exprs: &Exprs, id: ExprId) -> Option<Polynomial> {
        Some(match *exprs.get(id) {
            Expr::Integer(n) => Self::constant(n),
            Expr::IntegerNeg(a) => Self::expanded(exprs, a)?.scaled(-1)?,
            Expr::IntegerAdd(a, b) => Self::expanded(exprs, a)?.plus(&Self::expanded(exprs, b)?)?,
            Expr::IntegerMul(a, b) => {
                Self::expanded(exprs, a)?.times(&Self::expanded(exprs, b)?)?
            }
            _ => Self::atom(id),
        })
    }

    pub fn scaled(&self, by: i64) -> Option<Polynomial> {
        self.times(&Self::constant(by))
    }

    /// The sum, where no coefficient is too large.
    pub fn plus(&self, other: &Polynomial) -> Option<Polynomial> {
        let mut terms = self.terms.clone();
        for (atoms, &coefficient) in &other.terms {
            let sum = terms
                .get(atoms)
                .copied()
                .unwrap_or(0)
                .checked_add(coefficient)?;
            match sum {
                0 => terms.remove(atoms),
                sum => terms.insert(atoms.clone(), sum),
            };
        }
        Some(Polynomial { terms })
    }

    /// The difference, where no coefficient is too large.
    pub fn minus(&self, other: &Polynomial) -> Option<Polynomial> {
        self.plus(&other.scaled(-1)?)
    }

    /// The product, where no coefficient is too large.
    pub fn times(&self, other: &Polynomial) -> Option<Polynomial> {
        let mut out = Polynomial::default();
        for (a, &x) in &self.terms {
            for (b, &y) in &other.terms {
                let mut atoms = [a.as_slice(), b].concat();
                atoms.sort_unstable();
                out = out.plus(&Self::monomial(atoms, x.checked_mul(y)?))?;
            }
        }
        Some(out)
    }

    /// The value, where it has no atoms.
    pub fn value(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&vec![]).copied(),
            _ => None,
        }
    }

    /// The atom, where it is nothing else.
    pub fn as_atom(&self) -> Option<ExprId> {
        let mut terms = self.terms.iter();
        match (terms.next(), terms.next()) {
            (Some((atoms, 1)), None) => match atoms[..] {
                [only] => Some(only),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its sign where it is not 0 and every atom is a length: positive if all coefficients are, negative if all are.
    pub fn sign(&self) -> Option<i64> {
        let mut signs = self.terms.values().map(|c| c.signum());
        let first = signs.next()?;
        signs.all(|s| s == first).then_some(first)
    }

    /// The products of atoms, each with its coefficient.
    pub fn terms(&self) -> impl Iterator<Item = (&[ExprId], i64)> {
        self.terms.iter().map(|(atoms, &c)| (atoms.as_slice(), c))
    }

    pub fn atoms(&self) -> impl Iterator<Item = ExprId> + '_ {
        self.terms.keys().flatten().copied()
    }

    /// The quotient by an atom or a number, where that divides it.
    pub fn divided_by(&self, by: &Polynomial) -> Option<Polynomial> {
        if let Some(number) = by.value() {
            let whole = number > 0 && self.terms.values().all(|c| c % number == 0);
            let terms = self.terms.iter().map(|(a, c)| (a.clone(), c / number));
            return whole.then(|| Polynomial {
                terms: terms.collect(),
            });
        }
        let linear = self.by(by.as_atom()?);
        linear.rest.terms.is_empty().then_some(linear.coefficient)
    }

    /// Taken apart by an atom, which the coefficient may hold in its turn.
    pub fn by(&self, atom: ExprId) -> Linear {
        let (mut coefficient, mut rest) = (Polynomial::default(), Polynomial::default());
        for (atoms, &c) in &self.terms {
            match atoms.iter().position(|&a| a == atom) {
                Some(at) => {
                    let mut others = atoms.clone();
                    others.remove(at);
                    coefficient.terms.insert(others, c);
                }
                None => {
                    rest.terms.insert(atoms.clone(), c);
                }
            }
        }
        Linear { coefficient, rest }
    }

    /// The expression: what is added first, then what is taken away, a number last.
    pub fn build(&self, exprs: &mut Exprs) -> ExprId {
        let mut terms: Vec<(&Vec<ExprId>, i64)> = self.terms.iter().map(|(a, &c)| (a, c)).collect();
        terms.sort_by_key(|(atoms, c)| (atoms.is_empty(), *c < 0));
        let mut total = None;
        for (atoms, c) in terms {
            let mut product = None;
            for &atom in atoms {
                product = Some(match product {
                    Some(p) => exprs.add(Expr::IntegerMul(p, atom)),
                    None => atom,
                });
            }
            let term = match (product, c) {
                (None, c) => exprs.add(Expr::Integer(c)),
                (Some(p), 1) => p,
                (Some(p), -1) => exprs.add(Expr::IntegerNeg(p)),
                (Some(p), c) => {
                    let magnitude = exprs.add(Expr::Integer(c.saturating_abs()));
                    let product = exprs.add(Expr::IntegerMul(magnitude, p));
                    match c < 0 {
                        true => exprs.add(Expr::IntegerNeg(product)),
                        false => product,
                    }
                }
            };
            total = Some(match total {
                Some(t) => exprs.add(Expr::IntegerAdd(t, term)),
                None => term,
            });
        }
        total.unwrap_or_else(|| exprs.add(Expr::Integer(0)))
    }
}

impl Exprs {
    /// An integer expression with its sums and products in one form.
    pub fn collected_integer(&mut self, id: ExprId) -> ExprId {
        Polynomial::of(self, id).build(self)
    }

    /// An integer expression by an index: `coefficient * index + rest`, neither of which has the index; None where it is
    /// not of this form.
    pub fn linear_in(&mut self, id: ExprId, index: IndexId) -> Option<Linear> {
        let atom = self.add(Expr::IndexValue(index));
        let linear = Polynomial::of(self, id).by(atom);
        self.lacks(&linear, index).then_some(linear)
    }

    /// The same where nothing can be added.
    pub fn is_linear_in(&self, id: ExprId, index: IndexId) -> Option<Linear> {
        let linear = match self.known(&Expr::IndexValue(index)) {
            Some(atom) => Polynomial::of(self, id).by(atom),
            None => Linear {
                coefficient: Polynomial::default(),
                rest: Polynomial::of(self, id),
            },
        };
        self.lacks(&linear, index).then_some(linear)
    }

    /// Whether an integer expression is a sum of indices, each with a coefficient that no index changes, and of what none
    /// changes.
    pub fn is_affine(&self, id: ExprId) -> bool {
        let constant = |a: &&ExprId| self.free(**a).is_empty();
        Polynomial::of(self, id).terms.keys().all(|atoms| {
            let mut moving = atoms.iter().filter(|a| !constant(a));
            match (moving.next(), moving.next()) {
                (None, _) => true,
                (Some(&a), None) => matches!(self.get(a), Expr::IndexValue(_)),
                _ => false,
            }
        })
    }

    fn lacks(&self, linear: &Linear, index: IndexId) -> bool {
        let mut atoms = linear.coefficient.atoms().chain(linear.rest.atoms());
        atoms.all(|a| !self.free(a).contains(&index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(exprs: &mut Exprs, n: u32) -> ExprId {
        exprs.add(Expr::IndexValue(IndexId(n)))
    }

    #[test]
    fn sums_are_collected() {
        let mut exprs = Exprs::default();
        let (i, j) = (atom(&mut exprs, 0), atom(&mut exprs, 1));
        let two = exprs.add(Expr::Integer(2));
        let a = exprs.add(Expr::IntegerMul(two, i));
        let b = exprs.add(Expr::IntegerAdd(a, j));
        let n = exprs.add(Expr::IntegerNeg(i));
        let c = exprs.add(Expr::IntegerAdd(n, b));
        let found = exprs.collected_integer(c);
        assert_eq!(found, exprs.add(Expr::IntegerAdd(i, j)));
        let minus = exprs.add(Expr::IntegerNeg(c));
        let nothing = exprs.add(Expr::IntegerAdd(c, minus));
        let nothing = exprs.collected_integer(nothing);
        assert_eq!(*exprs.get(nothing), Expr::Integer(0));
    }

    #[test]
    fn a_square_is_not_linear() {
        let mut exprs = Exprs::default();
        let (i, j) = (atom(&mut exprs, 0), atom(&mut exprs, 1));
        let square = exprs.add(Expr::IntegerMul(i, i));
        assert_eq!(exprs.linear_in(square, IndexId(0)), None);
        let product = exprs.add(Expr::IntegerMul(i, j));
        let linear = exprs.linear_in(product, IndexId(0)).expect("linear");
        assert_eq!(linear.coefficient, Polynomial::atom(j));
        let quotient = exprs.add(Expr::IntegerDiv(i, j));
        assert_eq!(exprs.linear_in(quotient, IndexId(0)), None);
    }

    #[test]
    fn too_large_coefficients_stay_as_they_are() {
        let mut exprs = Exprs::default();
        let i = atom(&mut exprs, 0);
        let large = exprs.add(Expr::Integer(i64::MAX));
        let a = exprs.add(Expr::IntegerMul(large, i));
        let sum = exprs.add(Expr::IntegerAdd(a, i));
        assert_eq!(Polynomial::of(&exprs, sum), Polynomial::atom(sum));
    }
}
