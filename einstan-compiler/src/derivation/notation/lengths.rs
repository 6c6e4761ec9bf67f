//! Lengths as the notation writes them.

use crate::ir::{DimId, Expr, ExprId, Function, Length, TensorId};
use crate::parse::words::written;
use std::collections::{BTreeMap, BTreeSet};

/// Dimensions of parameters that follow from others in the function that was differentiated: here they have names.
pub(super) struct Names {
    names: BTreeMap<DimId, String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub fn new(f: &Function) -> Self {
        Names {
            names: BTreeMap::new(),
            taken: f.dims.iter().map(|d| d.name.clone()).collect(),
        }
    }

    /// Names the computed lengths of a parameter.
    pub fn given(&mut self, f: &Function, t: TensorId) {
        for &d in &f.tensor(t).axes {
            if matches!(f.dim(d).length, Length::Computed(_)) && !self.names.contains_key(&d) {
                let numbered = (2..).map(|n| format!("p{n}"));
                let mut all = std::iter::once("p".to_string()).chain(numbered);
                let free = |name: &String| !self.taken.contains(name);
                let name = all.find(free).expect("some number is free");
                self.taken.insert(name.clone());
                self.names.insert(d, name);
            }
        }
    }

    /// The dimension of an axis.
    pub fn axis(&self, f: &Function, d: DimId) -> String {
        match self.names.get(&d) {
            Some(name) => name.clone(),
            None => dimension(f, d),
        }
    }
}

/// `n`, `3`, `n - m + 1`: a dimension where one is introduced.
pub(super) fn dimension(f: &Function, d: DimId) -> String {
    match f.dim(d).length {
        Length::Computed(e) if super::is_written(f, d) => of(f, e, 0),
        _ => written(&f.dim(d).name),
    }
}

/// A length of named ones, where something binds as tightly as `outer`: a sum 1, a product 2.
fn of(f: &Function, id: ExprId, outer: u8) -> String {
    let (text, own) = match *f.exprs.get(id) {
        Expr::Integer(n) => (n.to_string(), if n < 0 { 2 } else { 3 }),
        Expr::Len(d) => (written(&f.dim(d).name), 3),
        Expr::IntegerNeg(a) => (format!("-{}", of(f, a, 2)), 2),
        Expr::IntegerAdd(a, b) => {
            let a = of(f, a, 1);
            match *f.exprs.get(b) {
                Expr::IntegerNeg(b) => (format!("{a} - {}", of(f, b, 2)), 1),
                Expr::Integer(n) if n < 0 => (format!("{a} - {}", n.unsigned_abs()), 1),
                _ => (format!("{a} + {}", of(f, b, 2)), 1),
            }
        }
        Expr::IntegerMul(a, b) => (format!("{} * {}", of(f, a, 2), of(f, b, 3)), 2),
        Expr::IntegerDiv(a, b) => (format!("{} / {}", of(f, a, 2), of(f, b, 3)), 2),
        _ => ("?".to_string(), 3),
    };
    match own < outer {
        true => format!("({text})"),
        false => text,
    }
}
