//! Polynomials in the lengths of a function: what a plan costs, before any length is known.

use crate::ir::{DimId, Expr, ExprId, Function, Length};
use std::collections::BTreeMap;

/// A sum of products of lengths, each with a coefficient that is not 0. Fixed lengths are part of the coefficients, and
/// the rows of all blocks together are the whole axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    terms: BTreeMap<Vec<DimId>, u64>,
}

impl Polynomial {
    /// `coefficient` times the lengths of `dims`.
    pub fn monomial(
        f: &Function,
        coefficient: u64,
        dims: impl IntoIterator<Item = DimId>,
    ) -> Polynomial {
        let (mut coefficient, mut named) = (coefficient, Vec::new());
        for dim in dims {
            let dim = match f.dim(dim).length {
                Length::Rows { of, .. } => of,
                _ => dim,
            };
            match f.dim(dim).length {
                Length::Fixed(n) => coefficient = coefficient.saturating_mul(n),
                _ => named.push(dim),
            }
        }
        named.sort_unstable();
        let mut out = Polynomial::default();
        if coefficient != 0 {
            out.terms.insert(named, coefficient);
        }
        out
    }

    pub fn add(&mut self, other: &Polynomial) {
        for (dims, coefficient) in &other.terms {
            let sum = self.terms.entry(dims.clone()).or_default();
            *sum = sum.saturating_add(*coefficient);
        }
    }

    /// Times the length of a dimension.
    pub fn times(&self, f: &Function, dim: DimId) -> Polynomial {
        let mut out = Polynomial::default();
        for (dims, &coefficient) in &self.terms {
            let dims = dims.iter().copied().chain([dim]);
            out.add(&Polynomial::monomial(f, coefficient, dims));
        }
        out
    }

    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value at given lengths.
    pub fn at(&self, lengths: &Lengths) -> f64 {
        let term =
            |(dims, coefficient): (&Vec<DimId>, &u64)| *coefficient as f64 * lengths.volume(dims);
        self.terms.iter().map(term).fold(0.0, |a, b| a + b)
    }

    /// `2·n·m·k + n·k`: the highest degree first.
    pub fn show(&self, f: &Function) -> String {
        let mut terms: Vec<(&Vec<DimId>, &u64)> = self.terms.iter().collect();
        terms.sort_by_key(|(dims, _)| std::cmp::Reverse(dims.len()));
        let term = |(dims, coefficient): (&Vec<DimId>, &u64)| {
            let number = (*coefficient != 1 || dims.is_empty()).then(|| coefficient.to_string());
            let names = dims.iter().map(|&d| f.dim(d).name.clone());
            let all: Vec<String> = number.into_iter().chain(names).collect();
            all.join("·")
        };
        match terms.is_empty() {
            true => "0".to_string(),
            false => terms.into_iter().map(term).collect::<Vec<_>>().join(" + "),
        }
    }
}

/// A length for each dimension of a function.
#[derive(Clone, Debug)]
pub struct Lengths(Vec<f64>);

impl Lengths {
    /// The lengths of named dimensions by their names, 1 where `named` gives none.
    pub fn new(f: &Function, named: impl Fn(&str) -> Option<u64>) -> Lengths {
        let length = |dim: DimId| match f.dim(dim).length {
            Length::Computed(e) => computed(f, e, &|d| of_name(f, d, &named)).max(0.0),
            _ => of_name(f, dim, &named),
        };
        let all = (0..f.dims.len() as u32).map(DimId);
        let whole = |dim: DimId| match f.dim(dim).length {
            Length::Rows { of, .. } => length(of),
            _ => length(dim),
        };
        Lengths(all.map(whole).collect())
    }

    /// Where no length is known: to compare costs.
    pub fn typical(f: &Function) -> Lengths {
        Lengths::new(f, |_| Some(64))
    }

    pub fn of(&self, dim: DimId) -> f64 {
        self.0[dim.index()]
    }

    /// The product of some lengths.
    pub fn volume(&self, dims: &[DimId]) -> f64 {
        dims.iter().map(|&d| self.of(d)).product()
    }
}

fn of_name(f: &Function, dim: DimId, named: &impl Fn(&str) -> Option<u64>) -> f64 {
    match f.dim(dim).length {
        Length::Fixed(n) => n as f64,
        _ => named(&f.dim(dim).name).unwrap_or(1) as f64,
    }
}

/// A length that follows from others.
fn computed(f: &Function, e: ExprId, length: &impl Fn(DimId) -> f64) -> f64 {
    let of = |e: ExprId| computed(f, e, length);
    match *f.exprs.get(e) {
        Expr::Integer(n) => n as f64,
        Expr::Len(d) => length(d),
        Expr::IntegerNeg(a) => -of(a),
        Expr::IntegerAdd(a, b) => of(a) + of(b),
        Expr::IntegerMul(a, b) => of(a) * of(b),
        Expr::IntegerDiv(a, b) => (of(a) / of(b).max(1.0)).floor(),
        Expr::IntegerMax(a, b) => of(a).max(of(b)),
        Expr::IntegerMin(a, b) => of(a).min(of(b)),
        _ => 1.0,
    }
}
